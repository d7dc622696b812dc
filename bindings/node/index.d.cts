// SPDX-License-Identifier: Apache-2.0
/// <reference types="node" />
import { Duplex } from 'node:stream';

/**
 * limen(input).resize({ width: 800 }).webp({ target: 'invisible' }).toBuffer()
 *
 * `input` is a file's bytes, raw pixels, or a path or file URL, which is read when the result is
 * asked for. Without one, the file's bytes are written to the returned stream.
 */
declare function limen(input?: limen.Input | string | URL, options?: limen.ChainOptions): limen.Limen;

declare namespace limen {
  /** The library's version. */
  const version: string;

  type Format = 'jpeg' | 'png' | 'webp' | 'avif';
  /** As it may be asked for. */
  type FormatName = Format | 'jpg';
  type Bytes = Uint8Array | ArrayBuffer;

  /**
   * Interleaved rows without gaps: 1 channel is gray, 2 gray and alpha, 3 RGB, 4 RGBA. sRGB, straight
   * alpha. Integers use their whole range; floats are 0 to 1 (resize() alone takes them).
   */
  interface Pixels<Samples extends Uint8Array | Uint8ClampedArray | Uint16Array | Float32Array =
    Uint8Array | Uint8ClampedArray | Uint16Array | Float32Array> {
    data: Samples;
    width: number;
    height: number;
    channels: 1 | 2 | 3 | 4;
  }
  /** Copied before the call returns, so it may be changed at once. */
  type Input = Bytes | Pixels;

  interface Rectangle {
    left: number;
    top: number;
    width: number;
    height: number;
  }
  /** '#rgb', '#rrggbb', '#rrggbbaa', one of CSS' basic keywords ('white', 'navy'), 'orange', 'transparent'. */
  type Color = string | { r: number; g: number; b: number; alpha?: number };
  type Compass =
    | 'center' | 'north' | 'northeast' | 'east' | 'southeast'
    | 'south' | 'southwest' | 'west' | 'northwest';
  type Fit = 'cover' | 'contain' | 'fill' | 'inside' | 'outside';
  type Filter =
    | 'nearest' | 'box' | 'triangle' | 'hermite' | 'mitchell' | 'catmull-rom' | 'lanczos2'
    | 'lanczos3';
  type Chroma = 'automatic' | '4:4:4' | '4:2:2' | '4:2:0' | '4:4:0' | '4:1:1' | '4:1:0' | 'gray';

  /**
   * What may be lost; at most one is given. Recipes default to `target: 'invisible'`, encode() to
   * `quality: 80`.
   */
  interface Fidelity {
    /**
     * The smallest file whose loss nobody sees: when swapped in place ('invisible', a score of 85) or
     * flickering in place ('flicker-proof', 90); with a score of its own, above 0 to 100; or the
     * finest that fits in so many bytes.
     */
    target?: 'invisible' | 'flicker-proof' | { score: number } | { bytes: number };
    /** The codec's own knob, 0 to 100. */
    quality?: number;
    lossless?: boolean;
    /** WebP: level, 0 to 100. */
    nearLossless?: number;
    /** Least score of the worst block where a target is a score. */
    worstBlock?: number;
    /** 0 (fastest) to 9 (smallest); 4. */
    effort?: number;
    chroma?: Chroma;
    /** JPEG; true. */
    progressive?: boolean;
  }

  /** A picture laid over the output. */
  interface Mark {
    /** Of TransformOptions.pictures. */
    name: string;
    /** center; or the point, in fractions of the output. */
    gravity?: Compass | { x: number; y: number };
    /** Of its own size; 1. */
    scale?: number;
    /** Instead: its width as a fraction of the output's. */
    ofOutput?: number;
    /** Kept free beside it, in pixels times dpr, or fractions of the output. */
    padX?: number;
    padY?: number;
    padIsFraction?: boolean;
    offsetX?: number;
    offsetY?: number;
    opacity?: number;
    tile?: boolean;
  }

  /**
   * What is wanted of a variant. Steps happen in this order: upright, crop, trim, rotate and flip,
   * resize, sharpen, blur, adjust, padding, marks, rounded corners, encode.
   */
  interface Recipe extends Fidelity {
    /** Of the upright source; without width and height up to its corner. */
    crop?: { left?: number; top?: number; width?: number; height?: number };
    /** Cuts a border of one colour: tolerance, 0 to 255. */
    trim?: number;
    /** Degrees counter-clockwise. */
    rotate?: number;
    flipHorizontal?: boolean;
    flipVertical?: boolean;
    width?: number;
    height?: number;
    /** 'cover' */
    fit?: Fit;
    fitIfSmaller?: Fit;
    /** false */
    enlarge?: boolean;
    gravity?:
      | Compass
      | { x: number; y: number; unit?: 'source-pixels' | 'source-fraction' | 'resized-fraction' };
    /** 1 */
    dpr?: number;
    /** 'lanczos3' */
    filter?: Filter;
    linearLight?: boolean;
    /** How much of the reduction a JPEG decoder may do. */
    shrink?: 'exact' | 'fine' | 'coarse';
    sharpen?: number | { amount?: number; sigma?: number; threshold?: number };
    /** Standard deviation in pixels of the output. */
    blur?: number;
    brightness?: number;
    contrast?: number;
    gamma?: number;
    saturation?: number;
    greyscale?: boolean;
    marks?: Mark[];
    /** Rounded corners, pixels. */
    radius?: number;
    background?: Color;
    /** The source's. */
    format?: FormatName;
    /** Instead: all that are accepted; the smallest that reaches the target wins. */
    formats?: FormatName[];
    alwaysEncode?: boolean;
    depth?: 'automatic' | 'eight';
    /** 'copyright' */
    metadata?: 'none' | 'copyright' | 'keep';
    keepProfile?: boolean;
  }

  interface Limits {
    inputBytes?: number;
    side?: number;
    pixels?: number;
    workingMemory?: number;
    scans?: number;
    frames?: number;
    metadataBytes?: number;
  }
  interface CallOptions {
    /** Stops the work: CancelledError, whose cause is the signal's reason. */
    signal?: AbortSignal;
    limits?: Limits;
  }
  interface TransformOptions extends CallOptions {
    /** A damaged file gives what can be read of it. */
    bestEffort?: boolean;
    /** What marks may name. */
    pictures?: Record<string, Input>;
  }
  /** Of calls that nobody can stop: the thread that could waits for them. */
  type SyncOptions<Options> = Omit<Options, 'signal'>;

  interface SearchReport {
    /** SSIMULACRA 2.1 of the file beside the finished picture. */
    score: number;
    worstBlock: number;
    worstBlockAt: Rectangle;
    reached: boolean;
    /** The next smaller file was seen to miss the target. */
    certified: boolean;
    evaluations: number;
    encodes: number;
    /** JPEG: what has chosen its levels; 'libjpeg': encode() does the same for the quality. */
    quantizer?: 'libjpeg' | 'limen';
    /** WebP: its chroma was halved the sharp way. */
    sharpYuv?: boolean;
  }
  interface Output {
    data: Buffer;
    format: Format;
    width: number;
    height: number;
    bitDepth: number;
    hasAlpha: boolean;
    chroma: Chroma;
    quality?: number;
    lossless?: true;
    nearLossless?: number;
    /** JPEG: the file's scans. */
    progressive?: boolean;
    keptSource: boolean;
    search?: SearchReport;
    color: string;
    colorSource: string;
    droppedMetadata: string[];
    damage?: string;
    notes: string[];
    peakBytes: number;
  }

  interface Info {
    format: Format;
    /** Upright. */
    width: number;
    height: number;
    storedWidth: number;
    storedHeight: number;
    orientation: number;
    frames: number;
    bitDepth: number;
    model: 'gray' | 'rgb' | 'ycbcr' | 'palette' | 'cmyk' | 'ycck';
    chroma: Chroma | 'other';
    hasAlpha: boolean;
    isLossless: boolean;
    isProgressive: boolean;
    hasGainMap: boolean;
    hasIccProfile: boolean;
    hasExif: boolean;
    hasXmp: boolean;
    hasIptc: boolean;
    jpegQuality?: number;
  }
  interface Plan {
    width: number;
    height: number;
    format: Format;
    crop: Rectangle;
    scaleEighths: number;
    searches: boolean;
    mayKeepSource: boolean;
    flattens: boolean;
    bitDepth: number;
    peakBytes: number;
    color: string;
    colorSource: string;
    path: string;
    steps: string[];
    notes: string[];
  }

  /** What prepare() gives. */
  interface PreparedRecipe {
    /** No object of another kind will do. */
    readonly [prepared]: true;
  }
  const prepared: unique symbol;
  /** A recipe as an object, or as the query dialect of a URL: 'w=800&func=crop&q=invisible'. */
  type RecipeLike = Recipe | string | PreparedRecipe;

  /** One file for one recipe; for several recipes, which share one decode, as many files. */
  function transform(input: Input, recipe: RecipeLike, options?: TransformOptions): Promise<Output>;
  function transform(input: Input, recipes: readonly RecipeLike[], options?: TransformOptions):
    Promise<Output[]>;
  /**
   * transform() on the caller's thread, which waits until it is over: for scripts and worker threads, at the
   * price of C++. In a server it would hold up every other request. It takes no turn among those that
   * concurrency() counts. Throws what transform() rejects with; input is not copied.
   */
  function transformSync(input: Input, recipe: RecipeLike, options?: SyncOptions<TransformOptions>): Output;
  function transformSync(input: Input, recipes: readonly RecipeLike[],
    options?: SyncOptions<TransformOptions>): Output[];
  /** The same steps without the encoder. */
  function render(input: Input, recipe?: RecipeLike, options?: TransformOptions):
    Promise<Pixels<Uint8Array | Uint16Array>>;
  /** render() as transformSync() is transform(). */
  function renderSync(input: Input, recipe?: RecipeLike, options?: SyncOptions<TransformOptions>):
    Pixels<Uint8Array | Uint16Array>;
  /** Headers alone. */
  function probe(input: Bytes, options?: CallOptions): Promise<Info>;
  /** Some microseconds for most files: a server may call it as well. */
  function probeSync(input: Bytes, options?: SyncOptions<CallOptions>): Info;
  /** What transform() would do, before a pixel is decoded. */
  function plan(input: Bytes, recipe?: RecipeLike, options?: CallOptions): Promise<Plan>;

  interface DecodeOptions extends CallOptions {
    bestEffort?: boolean;
    region?: Rectangle;
    /** false: more than 8 bits are reduced. */
    keep16Bit?: boolean;
    /** true: turned as EXIF says. */
    upright?: boolean;
    /** true: colour-managed. */
    toSrgb?: boolean;
  }
  function decode(input: Bytes, options?: DecodeOptions): Promise<Pixels<Uint8Array | Uint16Array>>;

  interface EncodeOptions extends Fidelity {
    /** 'jpeg' */
    format?: FormatName;
    /** Where a target is searched for: all that may come out. */
    formats?: FormatName[];
    /**
     * Lossy WebP: chroma halved the sharp way, with finer edges of colour for more time; without
     * it from effort 7 up, and part of a search.
     */
    sharpYuv?: boolean;
    /** AVIF: 8 or 10. */
    bitDepth?: number;
    /** What transparency is laid on where the format has none; white. */
    matte?: Color;
    /** Seconds after which a search starts no more trials; 0: none. */
    timeBudget?: number;
    icc?: Uint8Array;
    exif?: Uint8Array;
    xmp?: Uint8Array;
    signal?: AbortSignal;
  }
  function encode(pixels: Pixels, options?: EncodeOptions): Promise<Output>;
  /** encode() with `target: 'invisible'` unless another is named. */
  function findSmallest(pixels: Pixels, options?: EncodeOptions): Promise<Output>;

  interface ResizeOptions {
    width: number;
    height: number;
    filter?: Filter;
    linearLight?: boolean;
    /** Window of the source that becomes the output, in fractions of a pixel. */
    source?: Rectangle;
    signal?: AbortSignal;
  }
  function resize<Samples extends Uint8Array | Uint8ClampedArray | Uint16Array | Float32Array>(
    pixels: Pixels<Samples>, options: ResizeOptions): Promise<Pixels<Samples>>;

  interface Comparison {
    score: number;
    worstBlock: number;
    worstBlockAt: Rectangle;
  }
  /** SSIMULACRA 2.1 of a candidate beside its original: 100 identical, 85 invisible in place. */
  function compare(original: Input, candidate: Input, options?: CallOptions): Promise<number>;
  function compareDetailed(original: Input, candidate: Input, options?: CallOptions):
    Promise<Comparison>;

  /** A cache key: recipes with equal keys give equal bytes. */
  function canonical(recipe: RecipeLike): string;
  /** The recipe, read once for many calls: what is done to the object later changes nothing. */
  function prepare(recipe: RecipeLike): PreparedRecipe;
  /** Which of `allowed`, the preferred first, answers an HTTP Accept header; null: none. */
  function pickFormat(accept: string, allowed: readonly FormatName[]): Format | null;
  /** How many pictures are worked on at once; the number of cores unless set. */
  function concurrency(count?: number): number;

  interface ChainOptions extends CallOptions {
    bestEffort?: boolean;
  }
  type Layer = Omit<Mark, 'name'> & { input: Input | string | URL };

  /** See limen(). Steps may be named in any order: they happen in a recipe's. */
  class Limen extends Duplex {
    constructor(input?: Input | string | URL, options?: ChainOptions);
    set(recipe: Recipe): this;
    resize(width: number | null, height?: number | null, options?: Recipe): this;
    resize(options: Recipe): this;
    extract(crop: Rectangle): this;
    trim(tolerance?: number): this;
    /** Degrees counter-clockwise. */
    rotate(degrees: number): this;
    /** Top to bottom. */
    flip(flipVertical?: boolean): this;
    /** Left to right. */
    flop(flipHorizontal?: boolean): this;
    blur(sigma: number): this;
    sharpen(options?: Recipe['sharpen']): this;
    greyscale(greyscale?: boolean): this;
    grayscale(greyscale?: boolean): this;
    adjust(options: Pick<Recipe, 'brightness' | 'contrast' | 'gamma' | 'saturation'>): this;
    flatten(options?: { background?: Color }): this;
    round(radius: number): this;
    composite(layers: Layer[]): this;
    withMetadata(metadata?: Recipe['metadata']): this;
    toFormat(format: FormatName, options?: Fidelity): this;
    jpeg(options?: Fidelity): this;
    png(options?: Fidelity): this;
    webp(options?: Fidelity): this;
    avif(options?: Fidelity): this;
    raw(): this;
    clone(): Limen;
    metadata(): Promise<Info>;
    toBuffer(options?: { resolveWithObject?: false }): Promise<Buffer>;
    toBuffer(options: { resolveWithObject: true }): Promise<Output>;
    /** toBuffer() as transformSync() is transform(); files that are named are read meanwhile. */
    toBufferSync(options?: { resolveWithObject?: false }): Buffer;
    toBufferSync(options: { resolveWithObject: true }): Output;
    toFile(path: string | URL): Promise<Omit<Output, 'data'> & { size: number }>;
  }

  /** What limen says no with: `code` is for programs, `message` for people. */
  class LimenError extends Error {
    readonly code: string;
    /** The file's format, where one was being read or written. */
    readonly format?: Format;
    /** With LimitExceededError: which limit, what was needed, what is allowed. */
    readonly limit?: keyof Limits;
    readonly asked?: number;
    readonly allowed?: number;
    /** In the input, bytes; 0 where unknown. */
    readonly offset?: number;
  }
  class InvalidArgumentError extends LimenError {}
  class UnsupportedError extends LimenError {}
  class MalformedError extends LimenError {}
  class TruncatedError extends LimenError {}
  class LimitExceededError extends LimenError {}
  class CancelledError extends LimenError {}
  class OutOfMemoryError extends LimenError {}
  class IoError extends LimenError {}
  class InternalError extends LimenError {}
}

export = limen;
