// SPDX-License-Identifier: Apache-2.0

package limen

// #include "shim.h"
import "C"

import (
	"context"
	"image"
	"runtime"
	"unsafe"
)

// ColorModel is how a file holds its colours.
type ColorModel int32

const (
	ModelGray    ColorModel = C.LIMEN_MODEL_GRAY
	ModelRGB     ColorModel = C.LIMEN_MODEL_RGB
	ModelYCbCr   ColorModel = C.LIMEN_MODEL_YCBCR
	ModelPalette ColorModel = C.LIMEN_MODEL_PALETTE
	ModelCMYK    ColorModel = C.LIMEN_MODEL_CMYK
	ModelYCCK    ColorModel = C.LIMEN_MODEL_YCCK
)

// Info is what a file's headers tell.
type Info struct {
	Format        Format
	Width, Height int // as stored
	// UprightWidth and UprightHeight are as it is to be shown.
	UprightWidth, UprightHeight int
	Orientation                 int // EXIF's, 1 to 8
	Frames                      int
	BitDepth                    int
	Model                       ColorModel
	Chroma                      Chroma
	HasAlpha                    bool
	Lossless                    bool
	Progressive                 bool
	Arithmetic                  bool // JPEG with arithmetic coding
	HasGainMap                  bool
	HasICCProfile               bool
	JPEGQuality                 int // the libjpeg quality with the nearest tables, 1 to 100; 0: none
	HasEXIF, HasXMP, HasIPTC    bool
}

// Probe reads headers alone.
func Probe(ctx context.Context, source Source) (Info, error) {
	return standard().Probe(ctx, source)
}

// Probe is the function of that name, under the Processor's options.
func (p *Processor) Probe(ctx context.Context, source Source) (Info, error) {
	in, err := p.fileFor(ctx, source)
	if err != nil {
		return Info{}, err
	}
	lent := in.lent()
	var found C.limen_info
	found.struct_size = C.sizeof_limen_info
	var failure *C.limen_error
	status := C.limen_go_probe(unsafe.Pointer(&lent[0]), in.size(), &p.limits, &found, &failure)
	if err := errorOf(status, failure); err != nil {
		return Info{}, err
	}
	return Info{
		Format:        Format(found.format + 1),
		Width:         int(found.width),
		Height:        int(found.height),
		UprightWidth:  int(found.upright_width),
		UprightHeight: int(found.upright_height),
		Orientation:   int(found.orientation),
		Frames:        int(found.frames),
		BitDepth:      int(found.bit_depth),
		Model:         ColorModel(found.model),
		Chroma:        Chroma(found.chroma),
		HasAlpha:      found.has_alpha != 0,
		Lossless:      found.is_lossless != 0,
		Progressive:   found.is_progressive != 0,
		Arithmetic:    found.is_arithmetic != 0,
		HasGainMap:    found.has_gain_map != 0,
		HasICCProfile: found.has_icc_profile != 0,
		JPEGQuality:   int(found.jpeg_quality),
		HasEXIF:       found.has_exif != 0,
		HasXMP:        found.has_xmp != 0,
		HasIPTC:       found.has_iptc != 0,
	}, nil
}

// fileFor is how calls that need no turn begin: what they do is over before anybody could cancel it.
func (p *Processor) fileFor(ctx context.Context, source Source) (*input, error) {
	if err := p.ready(ctx); err != nil {
		return nil, err
	}
	return p.loadFile(ctx, source)
}

// Planned is what Transform will do with a recipe, as far as headers tell.
type Planned struct {
	Width, Height int // of the output
	Format        Format
	Crop          image.Rectangle // in pixels of the upright source
	ScaleEighths  int             // of a JPEG decoder's own reduction; 8: none
	Searches      bool            // the quality is looked for
	MayKeepSource bool            // the source's own coded picture may come out
	Flattens      bool            // transparency is blended onto the background
	BitDepth      int
	PeakBytes     uint64 // bound of the working memory, without marks and encoder
	// ColorAction is what is done about colour ("none", "icc", …), ColorSource what the source's is.
	ColorAction, ColorSource string
	Path                     string   // the form in which pixels travel
	Steps                    []string // "decode", "crop", "resize", … in their order
	Notes                    []string // what a caller may want to know, one line each
}

// Plan decides from headers alone what Transform will do with a recipe.
func Plan(ctx context.Context, source Source, recipe Recipe) (Planned, error) {
	return standard().Plan(ctx, source, recipe)
}

// Plan is the function of that name, under the Processor's options.
func (p *Processor) Plan(ctx context.Context, source Source, recipe Recipe) (Planned, error) {
	in, err := p.fileFor(ctx, source)
	if err != nil {
		return Planned{}, err
	}
	var a arena
	defer a.free()
	wanted, err := recipe.create(&a, func(i int) string { return recipe.Marks[i].name() })
	if err != nil {
		return Planned{}, err
	}
	defer C.limen_recipe_free(wanted)
	lent := in.lent()
	var made *C.limen_plan
	var failure *C.limen_error
	status := C.limen_go_plan(unsafe.Pointer(&lent[0]), in.size(), wanted, &p.limits, &made, &failure)
	runtime.KeepAlive(in)
	if err := errorOf(status, failure); err != nil {
		return Planned{}, err
	}
	defer C.limen_plan_free(made)
	var view C.limen_plan_view
	view.struct_size = C.sizeof_limen_plan_view
	C.limen_plan_read(made, &view)
	return Planned{
		Width:         int(view.width),
		Height:        int(view.height),
		Format:        Format(view.format + 1),
		Crop:          rectangleOf(view.crop),
		ScaleEighths:  int(view.scale_eighths),
		Searches:      view.searches != 0,
		MayKeepSource: view.may_keep_source != 0,
		Flattens:      view.flattens != 0,
		BitDepth:      int(view.bit_depth),
		PeakBytes:     uint64(view.peak_bytes),
		ColorAction:   C.GoString(view.color),
		ColorSource:   C.GoString(view.source),
		Path:          C.GoString(view.path),
		Steps:         texts(view.steps, view.step_count),
		Notes:         texts(view.notes, view.note_count),
	}, nil
}
