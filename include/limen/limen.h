/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIMEN_LIMEN_H_
#define LIMEN_LIMEN_H_

/* limen for every language that can call C: C99, plain functions, no C++ type, no exception, no
 * global state. What each option means is said at length in the C++ header that is named beside it.
 *
 * Status and errors. A call that can fail returns a limen_status, LIMEN_OK (0) or the reason, and
 * takes a `limen_error** error` last. Where that is not null, a failing call puts an error there
 * that the caller frees; a call that succeeds puts null. Results are written only on success;
 * pointers to handles are set to null otherwise. There is an error even where memory for it lacks
 * (its code and message are then all it has). A null pointer where an object has to be is
 * LIMEN_INVALID_ARGUMENT; functions without a status read it as an empty object.
 *
 * Options. Every options struct starts with its own size, so that it can grow: set all of it by its
 * `_init` function, which takes sizeof, and change what is wanted. A null pointer to options means
 * the defaults. Library and program may be of different versions. Fields that the program does not
 * know keep their defaults. Those that the library does not know are 0 after its `_init`, and have
 * to be: anything else is LIMEN_UNSUPPORTED. Structs that the library fills work the same way: set
 * `struct_size`, and so many bytes are written, what the library does not know as 0. A size that no
 * version of a struct can have (below sizeof(size_t), above 4096, no multiple of the struct's
 * alignment) is LIMEN_INVALID_ARGUMENT. limen_pixels, limen_bytes and other structs without a size
 * never change.
 *
 * Handles. Opaque structs belong to the caller, who frees each by the `_free` of its type, once; a
 * `_free` accepts null. What a handle gives as a pointer (bytes, text, pixels) belongs to the
 * handle and lives as long. Text is UTF-8 with a 0 at its end, never null unless said so.
 *
 * Threads. No function starts a thread unless limen_execution.threads is above 1. Threads end with
 * the call that starts them, or wait in its limen_workspace for the next one until that is freed or
 * told to release what is unused; those take none of the program's signals. A handle may be read by
 * several threads at once; freeing it, and limen_outputs_take(), need it alone. limen_cancel_token,
 * limen_progress and limen_workspace are thread-safe in all of their functions but `_free`.
 * Everything may be used in a child process after fork(), as long as no call was under way in the
 * parent at the time.
 *
 * Borrowed memory. Input bytes, pixels and text are read only during the call. Bytes that another
 * thread changes meanwhile give an undefined picture; limen checks what it reads, but the codec
 * libraries below it rely on their input staying what it was.
 *
 * Booleans are int32_t, 0 or not 0. Enumerations are int32_t, with the values listed; others are
 * LIMEN_INVALID_ARGUMENT. */

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define LIMEN_C_API __attribute__((visibility("default")))
#else
#define LIMEN_C_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version ----------------------------------------------------------------------------------
 */

/* Counts up when a program built against an older header would no longer work; so far 1. */
#define LIMEN_C_ABI_VERSION 1
LIMEN_C_API uint32_t limen_abi_version(void);
/* "0.1.0": the library's version. Static. */
LIMEN_C_API const char* limen_version(void);

/* ---- Errors (core/error.h) --------------------------------------------------------------------
 */

typedef int32_t limen_status;
enum {
  LIMEN_OK = 0,
  LIMEN_INVALID_ARGUMENT = 1, /* the call asks for something that makes no sense: mend the call */
  LIMEN_UNSUPPORTED = 2,      /* understood, but limen does not do it */
  LIMEN_MALFORMED = 3,        /* the input breaks its format's rules */
  LIMEN_TRUNCATED = 4,        /* the input ends before its data does */
  LIMEN_LIMIT_EXCEEDED = 5,   /* a limit of the caller's forbids it */
  LIMEN_CANCELLED = 6,        /* the cancel token was set */
  LIMEN_OUT_OF_MEMORY = 7,    /* the system had no memory, though the limits allowed it */
  LIMEN_IO = 8,               /* a source or a sink failed */
  LIMEN_INTERNAL = 9          /* a defect in limen or a library below it: please report */
};
/* "limit exceeded", …; "ok" for LIMEN_OK, "unknown" for no status. Static. */
LIMEN_C_API const char* limen_status_name(limen_status status);

enum {
  LIMEN_LIMIT_NONE = -1,
  LIMEN_LIMIT_INPUT_BYTES = 0,
  LIMEN_LIMIT_SIDE = 1,
  LIMEN_LIMIT_PIXELS = 2,
  LIMEN_LIMIT_WORKING_MEMORY = 3,
  LIMEN_LIMIT_SCANS = 4,
  LIMEN_LIMIT_FRAMES = 5,
  LIMEN_LIMIT_METADATA_BYTES = 6
};

typedef struct limen_error limen_error;
LIMEN_C_API limen_status limen_error_code(const limen_error* error);
/* One line: what and where. */
LIMEN_C_API const char* limen_error_message(const limen_error* error);
/* The LIMEN_FORMAT_ that was read or written, or LIMEN_FORMAT_NONE. */
LIMEN_C_API int32_t limen_error_format(const limen_error* error);
/* With LIMEN_LIMIT_EXCEEDED: which limit, what the work would have needed, what is allowed. */
LIMEN_C_API int32_t limen_error_limit(const limen_error* error);
LIMEN_C_API uint64_t limen_error_asked(const limen_error* error);
LIMEN_C_API uint64_t limen_error_allowed(const limen_error* error);
/* Byte offset in the input, 0 where unknown. */
LIMEN_C_API uint64_t limen_error_offset(const limen_error* error);
LIMEN_C_API void limen_error_free(limen_error* error);

/* ---- Bytes, pixels ----------------------------------------------------------------------------
 */

/* Borrowed bytes. */
typedef struct limen_bytes {
  const uint8_t* data;
  size_t size;
} limen_bytes;

/* Bytes that the library made and the caller owns. */
typedef struct limen_buffer limen_buffer;
LIMEN_C_API const uint8_t* limen_buffer_data(const limen_buffer* buffer);
LIMEN_C_API size_t limen_buffer_size(const limen_buffer* buffer);
LIMEN_C_API void limen_buffer_free(limen_buffer* buffer);

enum { LIMEN_SAMPLE_U8 = 0, LIMEN_SAMPLE_U16 = 1, LIMEN_SAMPLE_F32 = 2 };
enum {
  LIMEN_LAYOUT_GRAY = 0,
  LIMEN_LAYOUT_GRAY_ALPHA = 1,
  LIMEN_LAYOUT_RGB = 2,
  LIMEN_LAYOUT_RGBA = 3,
  LIMEN_LAYOUT_CMYK = 4 /* 0 is no ink */
};
enum { LIMEN_ALPHA_STRAIGHT = 0, LIMEN_ALPHA_PREMULTIPLIED = 1 };

/* Borrowed interleaved pixels (core/image_view.h), sRGB unless said otherwise. Samples are in the
 * machine's byte order and aligned to their size. */
typedef struct limen_pixels {
  void* data; /* read only where a function takes a const limen_pixels* as its source */
  int32_t width;
  int32_t height;
  ptrdiff_t stride; /* bytes from a row to the next; at least a row, a multiple of the sample */
  int32_t sample;   /* LIMEN_SAMPLE_ */
  int32_t layout;   /* LIMEN_LAYOUT_ */
  int32_t alpha;    /* LIMEN_ALPHA_ */
} limen_pixels;

/* A picture that the library made and the caller owns. */
typedef struct limen_image limen_image;
/* The caller may read and write through `pixels` while the image lives. */
LIMEN_C_API void limen_image_pixels(limen_image* image, limen_pixels* pixels);
LIMEN_C_API void limen_image_free(limen_image* image);

typedef struct limen_rect {
  int32_t x, y, width, height;
} limen_rect;

typedef struct limen_color {
  uint8_t red, green, blue, alpha; /* sRGB, straight alpha */
} limen_color;

/* ---- What a call may use (core/execution.h, core/limits.h, core/workspace.h) -------------------
 */

/* All or none of the functions; none: the system's. `allocate` gives `bytes` bytes at a multiple of
 * `alignment`, a power of two, or null. Both are called from whichever thread uses the workspace.
 */
typedef struct limen_allocator {
  void* (*allocate)(void* opaque, size_t bytes, size_t alignment);
  void (*free)(void* opaque, void* data);
  void* opaque;
} limen_allocator;

/* Reusable working memory with a limit. A service keeps one for each worker: after the first
 * picture its heap does not grow. Calls that share one share its limit. */
typedef struct limen_workspace limen_workspace;
/* `limit_bytes` 0: 1 GB. `allocator` may be null; it is copied, and what its `opaque` points to
 * must outlive the workspace and all images made in it. Null where there is no memory, or where
 * only one of the allocator's functions is set. */
LIMEN_C_API limen_workspace* limen_workspace_create(uint64_t limit_bytes,
                                                    const limen_allocator* allocator);
/* The most bytes held at one time since the last transform began. */
LIMEN_C_API uint64_t limen_workspace_peak_bytes(const limen_workspace* workspace);
LIMEN_C_API uint64_t limen_workspace_bytes_in_use(const limen_workspace* workspace);
/* Gives memory that nothing uses back to the system, and ends threads that no call uses. */
LIMEN_C_API void limen_workspace_release_unused(limen_workspace* workspace);
/* Images made in it may outlive it. */
LIMEN_C_API void limen_workspace_free(limen_workspace* workspace);

/* A flag that calls poll about once a strip of rows (AVIF: between calls into its library). */
typedef struct limen_cancel_token limen_cancel_token;
LIMEN_C_API limen_cancel_token* limen_cancel_token_create(void); /* null: no memory */
LIMEN_C_API void limen_cancel_token_cancel(limen_cancel_token* token);
LIMEN_C_API void limen_cancel_token_reset(limen_cancel_token* token);
LIMEN_C_API int32_t limen_cancel_token_is_cancelled(const limen_cancel_token* token);
LIMEN_C_API void limen_cancel_token_free(limen_cancel_token* token);

/* How far limen_transform() and limen_render() have come, for other threads to poll. */
typedef struct limen_progress limen_progress;
LIMEN_C_API limen_progress* limen_progress_create(void); /* null: no memory */
/* Steps are decodes and variants, not equally long; `steps` is 0 until they are known. */
LIMEN_C_API void limen_progress_read(const limen_progress* progress, uint32_t* done,
                                     uint32_t* steps);
LIMEN_C_API void limen_progress_free(limen_progress* progress);

typedef struct limen_execution {
  size_t struct_size;
  limen_workspace* workspace;       /* null: memory of the call's own */
  const limen_cancel_token* cancel; /* null: nothing cancels */
  limen_progress* progress;         /* null: nobody asks */
  uint32_t threads; /* 1 (0 is 1); more let the call start threads where it is worth it */
} limen_execution;
LIMEN_C_API void limen_execution_init(limen_execution* execution, size_t struct_size);

typedef struct limen_limits {
  size_t struct_size;
  uint64_t input_bytes; /* 64,000,000 */
  uint64_t side;        /* 65,535 pixels */
  uint64_t pixels;      /* 50,000,000 a frame */
  uint64_t
      working_memory; /* 1,000,000,000 bytes; where execution has a workspace, its limit counts */
  uint64_t scans;     /* 100, of a progressive JPEG */
  uint64_t frames;    /* 1,000 */
  uint64_t metadata_bytes; /* 4,000,000 */
} limen_limits;
LIMEN_C_API void limen_limits_init(limen_limits* limits, size_t struct_size);

/* ---- Where bytes come from and go to ------------------------------------------------------------
 */

/* Writes up to `capacity` bytes, at least 1, to `into` and returns how many; 0 at the end, negative
 * on failure, which makes the call LIMEN_IO. Called on the thread of the call. */
typedef ptrdiff_t (*limen_read_function)(void* opaque, uint8_t* into, size_t capacity);
/* Takes `size` bytes of variant `index`; 0 on success, anything else makes the call LIMEN_IO.
 * Called on the thread of the call. */
typedef int32_t (*limen_write_function)(void* opaque, size_t index, const uint8_t* data,
                                        size_t size);

/* A picture's file as bytes, or as a function that gives them (read to its end first, within
 * limen_limits.input_bytes), or raw sRGB pixels (u8 or u16, straight alpha). Exactly one is set;
 * bytes are where their data is not null, so an empty file has a pointer too (and is
 * LIMEN_TRUNCATED). */
typedef struct limen_source {
  size_t struct_size;
  limen_bytes bytes;
  limen_read_function read;
  void* read_opaque;
  const limen_pixels* pixels;
} limen_source;
LIMEN_C_API void limen_source_init(limen_source* source, size_t struct_size);

/* ---- What a file is (codec/decode.h) ------------------------------------------------------------
 */

enum {
  LIMEN_FORMAT_NONE = -1,
  LIMEN_FORMAT_JPEG = 0,
  LIMEN_FORMAT_PNG = 1,
  LIMEN_FORMAT_WEBP = 2,
  LIMEN_FORMAT_AVIF = 3
};
/* "jpeg", "png", "webp", "avif", "none". Static. */
LIMEN_C_API const char* limen_format_name(int32_t format);
/* "image/jpeg", …; "application/octet-stream" for none. Static. */
LIMEN_C_API const char* limen_format_mime_type(int32_t format);

enum {
  LIMEN_CHROMA_AUTOMATIC = 0,
  LIMEN_CHROMA_444 = 1,
  LIMEN_CHROMA_422 = 2,
  LIMEN_CHROMA_420 = 3,
  LIMEN_CHROMA_440 = 4,
  LIMEN_CHROMA_411 = 5,
  LIMEN_CHROMA_410 = 6,
  LIMEN_CHROMA_GRAY = 7,
  LIMEN_CHROMA_OTHER = 8 /* only ever comes out */
};
enum {
  LIMEN_MODEL_GRAY = 0,
  LIMEN_MODEL_RGB = 1,
  LIMEN_MODEL_YCBCR = 2,
  LIMEN_MODEL_PALETTE = 3,
  LIMEN_MODEL_CMYK = 4,
  LIMEN_MODEL_YCCK = 5
};

typedef struct limen_info {
  size_t struct_size;
  int32_t format;
  int32_t width; /* as stored */
  int32_t height;
  int32_t upright_width; /* as it is to be shown */
  int32_t upright_height;
  int32_t orientation; /* EXIF's, 1 to 8 */
  uint32_t frames;
  int32_t bit_depth;
  int32_t model;  /* LIMEN_MODEL_ */
  int32_t chroma; /* LIMEN_CHROMA_ */
  int32_t has_alpha;
  int32_t is_lossless;
  int32_t is_progressive;
  int32_t is_arithmetic;
  int32_t has_gain_map;
  int32_t has_icc_profile;
  int32_t jpeg_quality; /* the libjpeg quality with the nearest tables, 1 to 100; 0: none */
  int32_t has_exif;
  int32_t has_xmp;
  int32_t has_iptc;
} limen_info;

/* Reads headers alone. `source` has bytes or read. `limits` may be null. */
LIMEN_C_API limen_status limen_probe(const limen_source* source, const limen_limits* limits,
                                     limen_info* info, limen_error** error);

/* Picks the format to answer an HTTP Accept header with, of those allowed, which come in the order
 * of preference (pipeline/accept.h); LIMEN_FORMAT_NONE where none is acceptable. */
LIMEN_C_API int32_t limen_pick_format(const char* accept, const int32_t* allowed, size_t count);

/* ---- Recipes (pipeline/recipe.h) ----------------------------------------------------------------
 */

enum {
  LIMEN_FIT_NONE = -1, /* only for fit_if_smaller */
  LIMEN_FIT_COVER = 0,
  LIMEN_FIT_CONTAIN = 1,
  LIMEN_FIT_FILL = 2,
  LIMEN_FIT_INSIDE = 3,
  LIMEN_FIT_OUTSIDE = 4
};
enum {
  LIMEN_GRAVITY_CENTER = 0,
  LIMEN_GRAVITY_NORTH = 1,
  LIMEN_GRAVITY_NORTHEAST = 2,
  LIMEN_GRAVITY_EAST = 3,
  LIMEN_GRAVITY_SOUTHEAST = 4,
  LIMEN_GRAVITY_SOUTH = 5,
  LIMEN_GRAVITY_SOUTHWEST = 6,
  LIMEN_GRAVITY_WEST = 7,
  LIMEN_GRAVITY_NORTHWEST = 8,
  LIMEN_GRAVITY_FOCUS = 9 /* the point in focus_x, focus_y */
};
enum {
  LIMEN_UNIT_SOURCE_PIXELS = 0,   /* of the upright source */
  LIMEN_UNIT_SOURCE_FRACTION = 1, /* 0 to 1 */
  LIMEN_UNIT_RESIZED_FRACTION = 2 /* of what is being fitted */
};
enum {
  LIMEN_FILTER_NEAREST = 0,
  LIMEN_FILTER_BOX = 1,
  LIMEN_FILTER_TRIANGLE = 2,
  LIMEN_FILTER_HERMITE = 3,
  LIMEN_FILTER_MITCHELL = 4,
  LIMEN_FILTER_CATMULL_ROM = 5,
  LIMEN_FILTER_LANCZOS2 = 6,
  LIMEN_FILTER_LANCZOS3 = 7
};
enum { LIMEN_SHRINK_EXACT = 0, LIMEN_SHRINK_FINE = 1, LIMEN_SHRINK_COARSE = 2 };
enum {
  LIMEN_FIDELITY_INVISIBLE = 0,     /* no difference when swapped in place: a score of 85 */
  LIMEN_FIDELITY_FLICKER_PROOF = 1, /* none when flickering in place: 90 */
  LIMEN_FIDELITY_SCORE = 2,         /* fidelity_value: above 0 to 100 */
  LIMEN_FIDELITY_BYTES = 3,         /* fidelity_value: the finest that fits in so many */
  LIMEN_FIDELITY_QUALITY = 4,       /* fidelity_value: the codec's own knob, 0 to 100 */
  LIMEN_FIDELITY_LOSSLESS = 5,
  LIMEN_FIDELITY_NEAR_LOSSLESS = 6 /* WebP; fidelity_value: level, 0 to 100 */
};
enum { LIMEN_DEPTH_AUTOMATIC = 0, LIMEN_DEPTH_EIGHT = 1 };
enum { LIMEN_METADATA_NONE = 0, LIMEN_METADATA_COPYRIGHT = 1, LIMEN_METADATA_KEEP = 2 };

enum {
  LIMEN_PAD_PIXELS = 0,
  LIMEN_PAD_FRACTION = 1,
  LIMEN_PAD_X_FRACTION = 2, /* pad_x alone */
  LIMEN_PAD_Y_FRACTION = 3  /* pad_y alone */
};

/* A picture laid over the output, by the name under which limen_transform_options gives it. */
typedef struct limen_mark {
  size_t struct_size;
  const char* name;
  int32_t gravity;         /* LIMEN_GRAVITY_; center */
  double focus_x, focus_y; /* with LIMEN_GRAVITY_FOCUS: fractions of the output, 0 to 1 */
  double scale;            /* 1: of the mark's own size, above 0 to 100 */
  double of_output;        /* 0; else, instead of scale, its width as a fraction of the output's */
  double pad_x, pad_y;     /* 0: kept free, pixels times dpr, or fractions of the output's sides */
  int32_t pad_is_fraction; /* LIMEN_PAD_; 0 */
  int32_t offset_x, offset_y; /* 0: pixels, times dpr */
  double opacity;             /* 1 */
  int32_t tile;               /* 0 */
} limen_mark;
LIMEN_C_API void limen_mark_init(limen_mark* mark, size_t struct_size);

typedef struct limen_recipe_options {
  size_t struct_size;
  limen_rect crop;         /* of the upright source; width and height 0: up to its corner */
  int32_t trim;            /* -1: none; else tolerance, 0 to 255 */
  double rotate;           /* 0: degrees counter-clockwise */
  int32_t flip_horizontal; /* 0 */
  int32_t flip_vertical;   /* 0 */
  int32_t width;           /* 0: from the proportions, or as it is */
  int32_t height;
  int32_t fit;              /* cover */
  int32_t fit_if_smaller;   /* none */
  int32_t enlarge;          /* 0 */
  int32_t gravity;          /* center */
  double focus_x, focus_y;  /* 0.5: with LIMEN_GRAVITY_FOCUS */
  int32_t focus_unit;       /* source_fraction */
  double dpr;               /* 1 */
  int32_t filter;           /* lanczos3 */
  int32_t linear_light;     /* 0 */
  int32_t shrink;           /* exact: LIMEN_SHRINK_ */
  double sharpen_amount;    /* 0: none, to 10 */
  double sharpen_sigma;     /* 1: 0.3 to 100 pixels */
  double sharpen_threshold; /* 0 to 1 */
  double blur;              /* 0: none; standard deviation in pixels, 0.3 to 1000 */
  double brightness;        /* 0: -1 to 1 */
  double contrast;          /* 1: 0 to 10 */
  double gamma;             /* 1: 0.1 to 10 */
  double saturation;        /* 1: 0 to 10 */
  int32_t greyscale;        /* 0 */
  const limen_mark*
      marks; /* mark_count of them, one behind the other, all of marks[0].struct_size */
  size_t mark_count;
  double radius;          /* 0: of rounded corners, pixels */
  int32_t has_background; /* 0 */
  limen_color background;
  int32_t format;         /* none: the source's, unless `formats` has any */
  const int32_t* formats; /* instead of format: all that are accepted */
  size_t format_count;
  int32_t fidelity; /* invisible */
  double fidelity_value;
  double worst_block;    /* negative: the default for the fidelity; else least score, up to 100 */
  int32_t always_encode; /* 0 */
  int32_t effort;        /* 4: 0 (fastest) to 9 (smallest) */
  int32_t chroma;        /* automatic */
  int32_t progressive;   /* 1: JPEG */
  int32_t depth;         /* automatic */
  int32_t metadata;      /* copyright */
  int32_t keep_profile;  /* 0 */
} limen_recipe_options;
LIMEN_C_API void limen_recipe_options_init(limen_recipe_options* options, size_t struct_size);

/* What is wanted of one variant. Immutable; may be used by many calls and threads at once. */
typedef struct limen_recipe limen_recipe;
/* Everything is copied. Null options: the default recipe. */
LIMEN_C_API limen_status limen_recipe_create(const limen_recipe_options* options,
                                             limen_recipe** recipe, limen_error** error);
/* From the URL dialect of pipeline/cloudimage_query.h: "w=800&func=crop&q=invisible". */
LIMEN_C_API limen_status limen_recipe_parse(const char* query, limen_recipe** recipe,
                                            limen_error** error);
/* A cache key: recipes with equal keys give equal bytes. */
LIMEN_C_API const char* limen_recipe_canonical(const limen_recipe* recipe);
/* What limen_recipe_create() would make the same recipe of: how a parsed query is looked at and
 * changed. Set `options->struct_size`; what its pointers point to lives as long as `recipe`. */
LIMEN_C_API void limen_recipe_read(const limen_recipe* recipe, limen_recipe_options* options);
LIMEN_C_API void limen_recipe_free(limen_recipe* recipe);

/* ---- Plans (pipeline/plan.h)
 * --------------------------------------------------------------------- */

typedef struct limen_plan limen_plan;
typedef struct limen_plan_view {
  size_t struct_size;
  int32_t width; /* of the output */
  int32_t height;
  int32_t format;
  limen_rect crop; /* in pixels of the upright source */
  int32_t scale_eighths;
  int32_t searches;
  int32_t may_keep_source;
  int32_t flattens;
  int32_t bit_depth;
  uint64_t peak_bytes;
  const char* color;  /* what is done about colour: "none", "icc", … */
  const char* source; /* the source's colour: "sRGB", "Display P3", … */
  const char* path;   /* the form in which pixels travel */
  const char* const* steps;
  size_t step_count;
  const char* const* notes;
  size_t note_count;
} limen_plan_view;
/* Decides from headers alone what limen_transform() will do. `source` has bytes or read. */
LIMEN_C_API limen_status limen_plan_create(const limen_source* source, const limen_recipe* recipe,
                                           const limen_limits* limits, limen_plan** plan,
                                           limen_error** error);
LIMEN_C_API void limen_plan_read(const limen_plan* plan, limen_plan_view* view);
LIMEN_C_API void limen_plan_free(limen_plan* plan);

/* ---- Transform (pipeline/transform.h)
 * ------------------------------------------------------------- */

/* A picture that marks may name: a file's bytes, or pixels (u8 or u16, straight alpha, sRGB). */
typedef struct limen_named_picture {
  const char* name;
  limen_bytes bytes; /* used where pixels is null */
  const limen_pixels* pixels;
} limen_named_picture;

typedef struct limen_transform_options {
  size_t struct_size;
  const limen_limits* limits; /* null: the defaults */
  int32_t best_effort;        /* 0; else a damaged file gives what can be read of it */
  const limen_named_picture* pictures;
  size_t picture_count;
  limen_write_function write; /* null; else gets each variant's bytes, in order, when all are made;
                                 `outputs` may then be null */
  void* write_opaque;
} limen_transform_options;
LIMEN_C_API void limen_transform_options_init(limen_transform_options* options, size_t struct_size);

enum { LIMEN_QUANTIZER_LIBJPEG = 0, LIMEN_QUANTIZER_LIMEN = 1 };

typedef struct limen_outputs limen_outputs;
typedef struct limen_output {
  size_t struct_size;
  limen_bytes bytes; /* empty once taken */
  int32_t format;
  int32_t width;
  int32_t height;
  int32_t bit_depth;
  int32_t has_alpha;
  int32_t mode; /* LIMEN_FIDELITY_QUALITY, _LOSSLESS or _NEAR_LOSSLESS; -1: not known */
  double mode_value;
  int32_t chroma;
  int32_t kept_source; /* the source's own coded picture */
  int32_t has_search;  /* the fields below were looked at */
  int32_t reached;     /* the target */
  int32_t certified;   /* the next smaller file was seen to miss it */
  double score;
  double worst_block;
  limen_rect worst_block_at;
  int32_t evaluations;
  int32_t encodes;
  uint64_t peak_bytes;
  const char* color;  /* what was done about colour: "none", "icc", … */
  const char* source; /* the source's colour: "Display P3", … */
  const char* damage; /* with best_effort: what was wrong with the source; else empty */
  const char* const* dropped_metadata;
  size_t dropped_metadata_count;
  const char* const* notes;
  size_t note_count;
  int32_t quantizer;   /* has_search, JPEG: LIMEN_QUANTIZER_, what chose its levels */
  int32_t sharp_yuv;   /* has_search, WebP: its chroma was halved the sharp way */
  int32_t progressive; /* JPEG */
} limen_output;

/* One source into one variant a recipe, in their order; all or nothing. Errors name the recipe
 * ("recipe 2: …") where there are several. With raw pixels as the source, formats and profiles of
 * the source do not exist: a recipe without a format gives PNG. */
LIMEN_C_API limen_status limen_transform(const limen_source* source,
                                         const limen_recipe* const* recipes, size_t recipe_count,
                                         const limen_transform_options* options,
                                         const limen_execution* execution, limen_outputs** outputs,
                                         limen_error** error);
LIMEN_C_API size_t limen_outputs_count(const limen_outputs* outputs);
/* LIMEN_INVALID_ARGUMENT if there is no such output. */
LIMEN_C_API limen_status limen_outputs_read(const limen_outputs* outputs, size_t index,
                                            limen_output* output);
/* Moves the bytes out, so that they outlive `outputs`; null where they are gone or never were. */
LIMEN_C_API limen_buffer* limen_outputs_take(limen_outputs* outputs, size_t index);
LIMEN_C_API void limen_outputs_free(limen_outputs* outputs);

/* The same steps up to the encoder: the finished picture as pixels (u8, or u16 where the output
 * would have more than 8 bits), straight alpha, sRGB. Format and fidelity do not matter. */
LIMEN_C_API limen_status limen_render(const limen_source* source, const limen_recipe* recipe,
                                      const limen_transform_options* options,
                                      const limen_execution* execution, limen_image** image,
                                      limen_error** error);

/* ---- Pieces ------------------------------------------------------------------------------------
 */

typedef struct limen_decode_options {
  size_t struct_size;
  const limen_limits* limits;
  int32_t best_effort; /* 0 */
  limen_rect region;   /* 0 by 0: all; of the stored picture */
  int32_t keep_16_bit; /* 0 */
  int32_t upright;     /* 1: turned as EXIF says; 0: as stored */
  int32_t to_srgb;     /* 1: colour-managed; 0: samples as stored */
} limen_decode_options;
LIMEN_C_API void limen_decode_options_init(limen_decode_options* options, size_t struct_size);
/* `source` has bytes or read. */
LIMEN_C_API limen_status limen_decode(const limen_source* source,
                                      const limen_decode_options* options,
                                      const limen_execution* execution, limen_image** image,
                                      limen_error** error);

enum { LIMEN_SHARP_YUV_AUTOMATIC = 0, LIMEN_SHARP_YUV_OFF = 1, LIMEN_SHARP_YUV_ON = 2 };

typedef struct limen_encode_options {
  size_t struct_size;
  int32_t format;         /* JPEG */
  int32_t fidelity;       /* quality; LIMEN_FIDELITY_: those that name a target search for it */
  double fidelity_value;  /* 80 */
  double worst_block;     /* negative: the default */
  const int32_t* formats; /* where a target is searched for: all that may come out; else none */
  size_t format_count;
  int32_t effort;      /* 4 */
  int32_t chroma;      /* automatic */
  int32_t progressive; /* 1 */
  int32_t bit_depth;   /* 8; AVIF: 8 or 10 */
  limen_color matte;   /* white */
  double time_budget;  /* 0: none; seconds after which a search starts no more trials */
  limen_bytes icc;     /* embedded as they are; empty: none */
  limen_bytes exif;
  limen_bytes xmp;
  int32_t sharp_yuv; /* LIMEN_SHARP_YUV_; automatic. Lossy WebP's way of halving chroma */
} limen_encode_options;
LIMEN_C_API void limen_encode_options_init(limen_encode_options* options, size_t struct_size);
/* One output. u8 or u16 pixels, straight alpha. With a target this is find_smallest() of
 * quality/search.h, else encode() of codec/encode.h. */
LIMEN_C_API limen_status limen_encode(const limen_pixels* pixels,
                                      const limen_encode_options* options,
                                      const limen_execution* execution, limen_outputs** outputs,
                                      limen_error** error);

typedef struct limen_resize_options {
  size_t struct_size;
  int32_t filter;                                         /* lanczos3 */
  double source_x, source_y, source_width, source_height; /* 0 by 0: all */
  int32_t linear_light;                                   /* 0 */
} limen_resize_options;
LIMEN_C_API void limen_resize_options_init(limen_resize_options* options, size_t struct_size);
/* Resamples `source` into `target`, which have the same sample, layout and alpha and do not
 * overlap. */
LIMEN_C_API limen_status limen_resize(const limen_pixels* source, const limen_pixels* target,
                                      const limen_resize_options* options,
                                      const limen_execution* execution, limen_error** error);

typedef struct limen_comparison {
  double score;       /* SSIMULACRA 2.1: 100 is identical, 85 invisible in place */
  double worst_block; /* the same of the worst block */
  limen_rect worst_block_at;
} limen_comparison;
/* How different a candidate looks from its original (quality/ssimulacra2.h): u8 or u16, straight
 * alpha, of the same size. */
LIMEN_C_API limen_status limen_compare(const limen_pixels* original, const limen_pixels* candidate,
                                       const limen_execution* execution,
                                       limen_comparison* comparison, limen_error** error);

#ifdef __cplusplus
}
#endif

#endif /* LIMEN_LIMEN_H_ */
