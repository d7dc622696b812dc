// SPDX-License-Identifier: Apache-2.0

package limen

// #include "shim.h"
import "C"

import (
	"context"
	"image"
	"image/color"
	"runtime"
	"time"
	"unsafe"
)

// DecodeOptions of a Decode. The zero value: the whole picture, upright, in sRGB, 8 bits a channel.
type DecodeOptions struct {
	Region    image.Rectangle // of the picture as it is stored; empty: all of it
	Keep16Bit bool            // more than 8 bits a channel where the file has them
	AsStored  bool            // not turned as EXIF says
	RawColor  bool            // samples as stored, not converted to sRGB
}

// Decode reads a file: *image.Gray, *image.NRGBA, with Keep16Bit also *image.Gray16 and *image.NRGBA64,
// with RawColor also *image.CMYK.
func Decode(ctx context.Context, source Source, options DecodeOptions) (image.Image, error) {
	return standard().Decode(ctx, source, options)
}

// Decode is the function of that name, under the Processor's options.
func (p *Processor) Decode(ctx context.Context, source Source, options DecodeOptions) (image.Image, error) {
	in, err := p.fileFor(ctx, source)
	if err != nil {
		return nil, err
	}
	var wanted C.limen_decode_options
	C.limen_decode_options_init(&wanted, C.sizeof_limen_decode_options)
	wanted.best_effort = boolOf(p.bestEffort)
	wanted.keep_16_bit = boolOf(options.Keep16Bit)
	wanted.upright = boolOf(!options.AsStored)
	wanted.to_srgb = boolOf(!options.RawColor)
	if options.Region != (image.Rectangle{}) {
		if wanted.region.x, err = narrow("region", options.Region.Min.X); err != nil {
			return nil, err
		}
		if wanted.region.y, err = narrow("region", options.Region.Min.Y); err != nil {
			return nil, err
		}
		if err := fillCrop(options.Region, &wanted.region); err != nil {
			return nil, err
		}
	}
	lent := in.lent()
	var made *C.limen_image
	err = p.work(ctx, func(run C.limen_go_run, failure **C.limen_error) C.limen_status {
		return C.limen_go_decode(unsafe.Pointer(&lent[0]), in.size(), &wanted, &p.limits, run, &made, failure)
	})
	runtime.KeepAlive(in)
	if err != nil {
		return nil, err
	}
	return imageOf(made)
}

// EncodeOptions of Encode and FindSmallest.
type EncodeOptions struct {
	Format   Format   // 0: JPEG
	Fidelity Fidelity // default: Encode has Quality(80), FindSmallest Invisible
	// WorstBlock is the least score of the worst block, up to 100; 0: the Fidelity's default.
	WorstBlock float64
	// Formats is, instead of Format, all that may come out of a search: the smallest file wins.
	Formats  []Format
	Effort   int // EffortFastest, or 1 to 9, the smallest; 0: 4
	Chroma   Chroma
	SharpYUV SharpYUV
	Baseline bool        // a JPEG that is not progressive
	BitDepth int         // 0: 8; AVIF: 8 or 10
	Matte    color.Color // what lies behind transparency in JPEG; nil: white
	// TimeBudget is how long after its beginning a search may start another trial; 0: no end.
	TimeBudget time.Duration
	// ICC, EXIF and XMP are embedded as they are.
	ICC, EXIF, XMP []byte
}

// SharpYUV is how a lossy WebP's chroma is halved: the sharp way has finer edges of colour, and takes
// more time.
type SharpYUV int32

const (
	SharpYUVAuto SharpYUV = C.LIMEN_SHARP_YUV_AUTOMATIC // from effort 7 up; where a search finds it smaller
	SharpYUVOff  SharpYUV = C.LIMEN_SHARP_YUV_OFF
	SharpYUVOn   SharpYUV = C.LIMEN_SHARP_YUV_ON
)

// Encode makes a file of an image, in sRGB. A Fidelity that names a target is searched for.
func Encode(ctx context.Context, picture image.Image, options EncodeOptions) (Output, error) {
	return standard().Encode(ctx, picture, options)
}

// FindSmallest finds the smallest file of an image whose loss meets options.Fidelity, which is
// Invisible, FlickerProof, a Score or MaxBytes. That no format reaches the target is no error:
// Output.Search.Reached is false then, and the file the best that was found.
func FindSmallest(ctx context.Context, picture image.Image, options EncodeOptions) (Output, error) {
	return standard().FindSmallest(ctx, picture, options)
}

// FindSmallest is the function of that name, under the Processor's options.
func (p *Processor) FindSmallest(ctx context.Context, picture image.Image, options EncodeOptions) (Output, error) {
	switch options.Fidelity.Kind {
	case FidelityDefault:
		options.Fidelity = Invisible()
	case FidelityQuality, FidelityLossless, FidelityNearLossless:
		return Output{}, invalidArgument("fidelity %v: nothing to search for; Encode takes it", options.Fidelity)
	}
	return p.Encode(ctx, picture, options)
}

// Encode is the function of that name, under the Processor's options.
func (p *Processor) Encode(ctx context.Context, picture image.Image, options EncodeOptions) (Output, error) {
	if err := p.ready(ctx); err != nil {
		return Output{}, err
	}
	in, err := p.loadImage(picture)
	if err != nil {
		return Output{}, err
	}
	var a arena
	defer a.free()
	var wanted C.limen_encode_options
	if err := options.fill(&a, &wanted); err != nil {
		return Output{}, err
	}
	lent := in.lent()
	var made C.limen_go_made
	err = p.work(ctx, func(run C.limen_go_run, failure **C.limen_error) C.limen_status {
		return C.limen_go_encode(unsafe.Pointer(&lent[0]), in.form, &wanted, run, &made, failure)
	})
	runtime.KeepAlive(in)
	if err != nil {
		return Output{}, err
	}
	return outputsOf(made, keepEach)[0], nil
}

func (o *EncodeOptions) fill(a *arena, to *C.limen_encode_options) error {
	C.limen_encode_options_init(to, C.sizeof_limen_encode_options)
	if o.Format != 0 {
		to.format = C.int32_t(o.Format - 1)
	}
	if o.Fidelity.Kind != FidelityDefault {
		to.fidelity, to.fidelity_value = o.Fidelity.numbers()
	}
	orDefault(&to.worst_block, o.WorstBlock)
	var err error
	if to.formats, err = a.formats(o.Formats); err != nil {
		return err
	}
	to.format_count = C.size_t(len(o.Formats))
	switch o.Effort {
	case 0:
	case EffortFastest:
		to.effort = 0
	default:
		if to.effort, err = narrow("effort", o.Effort); err != nil {
			return err
		}
	}
	to.chroma = C.int32_t(o.Chroma)
	to.sharp_yuv = C.int32_t(o.SharpYUV)
	to.progressive = boolOf(!o.Baseline)
	if o.BitDepth != 0 {
		if to.bit_depth, err = narrow("bit depth", o.BitDepth); err != nil {
			return err
		}
	}
	if o.Matte != nil {
		to.matte = colorNumbers(o.Matte)
	}
	to.time_budget = C.double(o.TimeBudget.Seconds())
	for _, block := range []struct {
		to   *C.limen_bytes
		from []byte
	}{{&to.icc, o.ICC}, {&to.exif, o.EXIF}, {&to.xmp, o.XMP}} {
		if len(block.from) == 0 {
			continue
		}
		data, err := a.copyOf(block.from)
		if err != nil {
			return err
		}
		*block.to = C.limen_bytes{data: (*C.uint8_t)(data), size: C.size_t(len(block.from))}
	}
	return nil
}

// Comparison is how different a candidate looks from its original.
type Comparison struct {
	Score        float64 // SSIMULACRA 2.1: 100 is identical, 85 invisible in place
	WorstBlock   float64 // the same of the worst block
	WorstBlockAt image.Rectangle
}

// Compare tells how different a candidate looks from its original, which has the same size. Files are
// compared upright, in sRGB, at their full depth.
func Compare(ctx context.Context, original, candidate Source) (Comparison, error) {
	return standard().Compare(ctx, original, candidate)
}

// Compare is the function of that name, under the Processor's options.
func (p *Processor) Compare(ctx context.Context, original, candidate Source) (Comparison, error) {
	if err := p.ready(ctx); err != nil {
		return Comparison{}, err
	}
	first, err := p.load(ctx, original)
	if err != nil {
		return Comparison{}, about("original", err)
	}
	second, err := p.load(ctx, candidate)
	if err != nil {
		return Comparison{}, about("candidate", err)
	}
	one, other := first.lent(), second.lent()
	var found C.limen_comparison
	err = p.work(ctx, func(run C.limen_go_run, failure **C.limen_error) C.limen_status {
		return C.limen_go_compare(unsafe.Pointer(&one[0]), first.size(), first.form, unsafe.Pointer(&other[0]), second.size(),
			second.form, &p.limits, run, &found, failure)
	})
	runtime.KeepAlive(first)
	runtime.KeepAlive(second)
	if err != nil {
		return Comparison{}, err
	}
	return Comparison{
		Score:        float64(found.score),
		WorstBlock:   float64(found.worst_block),
		WorstBlockAt: rectangleOf(found.worst_block_at),
	}, nil
}

func about(what string, err error) error {
	if failure, ok := err.(*Error); ok {
		failure.Message = what + ": " + failure.Message
	}
	return err
}
