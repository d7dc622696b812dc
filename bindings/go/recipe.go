// SPDX-License-Identifier: Apache-2.0

package limen

// #include "shim.h"
import "C"

import (
	"image"
	"image/color"
)

// Recipe is what is wanted of one output, not how. Every field's zero value leaves the picture alone
// (but for the lossy encoding). Steps happen in this order: upright, as EXIF says; crop; trim; rotate,
// flip; resize; sharpen, blur, adjust; padding; marks; rounded corners; encode.
type Recipe struct {
	// Crop is a window of the upright source. A Max of 0, 0 stands for the source's corner.
	Crop image.Rectangle
	// Trim cuts a border of one colour away.
	Trim          bool
	TrimTolerance int     // per channel, 0 to 255
	Rotate        float64 // degrees counter-clockwise; corners that open up are in Background

	FlipHorizontal bool // mirrored left to right, after the rotation
	FlipVertical   bool // mirrored top to bottom, after the rotation

	// Width and Height are the output's, in pixels times DPR. Both 0: as it is. One 0: from the
	// proportions.
	Width, Height int
	Fit           Fit
	FitIfSmaller  Fit     // instead of Fit where the picture is smaller than the box on either side
	Enlarge       bool    // may pixels be invented?
	Gravity       Gravity // what stays in a cover, where a contain stands
	Focus         *Focus  // a point instead of Gravity
	DPR           float64 // 0: 1; above 0 to 10. Multiplies sizes, radius, pads, offsets
	Filter        Filter
	LinearLight   bool
	Shrink        Shrink // how much of the reduction a JPEG decoder may do

	Sharpen    Sharpen
	Blur       float64 // standard deviation in output pixels, 0 (none) or 0.3 to 1000
	Brightness float64 // -1 to 1
	Contrast   float64 // 0: 1; to 10
	Gamma      float64 // 0: 1; 0.1 to 10
	Saturation float64 // 0: 1; to 10. For none see Greyscale
	Greyscale  bool
	Marks      []Mark  // laid on in this order
	Radius     float64 // of rounded corners, pixels

	// Background is padding, corners of a rotation, and what lies behind transparency. Nil: white padding
	// and corners, transparency stays where the format has it, white lies behind it in JPEG. Opaque: the
	// output has no transparency. With alpha: padding only.
	Background color.Color

	Format Format // 0: the source's, unless Formats has any
	// Formats is, instead of Format, all that the receiver accepts, each once. A Fidelity that searches
	// takes the one with the smallest file; where nothing is searched for, it is the source's if that is
	// listed, else the first.
	Formats []Format
	// Fidelity is Invisible unless it says otherwise.
	Fidelity Fidelity
	// WorstBlock is the least score of the worst block, up to 100; 0: the Fidelity's default.
	WorstBlock float64
	// AlwaysEncode encodes even where the source's own coded picture would do as well.
	AlwaysEncode bool
	// Effort is EffortFastest, or 1 to 9, the smallest; 0: 4.
	Effort   int
	Chroma   Chroma
	Baseline bool // a JPEG that is not progressive
	// EightBits leaves out what a source has beyond 8 bits a channel.
	EightBits   bool
	Metadata    Metadata
	KeepProfile bool // the colours as they are, with the source's ICC profile, instead of sRGB
}

// EffortFastest is the least effort. Effort's 0 is its default.
const EffortFastest = -1

// Fit is how a picture goes into the box of width and height.
type Fit int32

const (
	FitDefault Fit = 0                       // Recipe.Fit: FitCover; Recipe.FitIfSmaller: no other
	FitCover   Fit = C.LIMEN_FIT_COVER + 1   // fills the box, crops what sticks out
	FitContain Fit = C.LIMEN_FIT_CONTAIN + 1 // inside the box, padded
	FitFill    Fit = C.LIMEN_FIT_FILL + 1    // distorts
	FitInside  Fit = C.LIMEN_FIT_INSIDE + 1  // as large as the box allows
	FitOutside Fit = C.LIMEN_FIT_OUTSIDE + 1 // as small as covers the box
)

// Gravity is a direction in which something stands or stays.
type Gravity int32

const (
	GravityCenter    Gravity = C.LIMEN_GRAVITY_CENTER
	GravityNorth     Gravity = C.LIMEN_GRAVITY_NORTH
	GravityNorthEast Gravity = C.LIMEN_GRAVITY_NORTHEAST
	GravityEast      Gravity = C.LIMEN_GRAVITY_EAST
	GravitySouthEast Gravity = C.LIMEN_GRAVITY_SOUTHEAST
	GravitySouth     Gravity = C.LIMEN_GRAVITY_SOUTH
	GravitySouthWest Gravity = C.LIMEN_GRAVITY_SOUTHWEST
	GravityWest      Gravity = C.LIMEN_GRAVITY_WEST
	GravityNorthWest Gravity = C.LIMEN_GRAVITY_NORTHWEST
)

// FocusUnit is what a Focus is measured in.
type FocusUnit int32

const (
	// FocusFraction: of the upright source's sides, 0 to 1. Of a Mark: of the output's.
	FocusFraction FocusUnit = iota
	// FocusPixels: of the upright source, before the crop.
	FocusPixels
	// FocusResizedFraction: of the picture that is being fitted, 0 to 1, cropped and turned.
	FocusResizedFraction
)

// Focus is a point that should stay in the middle as far as the edges allow.
type Focus struct {
	X, Y float64
	Unit FocusUnit
}

// Filter is what resamples.
type Filter int32

const (
	FilterLanczos3 Filter = iota
	FilterLanczos2
	FilterCatmullRom
	FilterMitchell
	FilterHermite
	FilterTriangle
	FilterBox
	FilterNearest
)

// Shrink is how much of a reduction a JPEG decoder may do.
type Shrink int32

const (
	ShrinkExact  Shrink = C.LIMEN_SHRINK_EXACT // every pixel is decoded
	ShrinkFine   Shrink = C.LIMEN_SHRINK_FINE
	ShrinkCoarse Shrink = C.LIMEN_SHRINK_COARSE
)

// Metadata is what of the source's metadata stays.
type Metadata int32

const (
	MetadataCopyright Metadata = iota // credit stays; place, camera and other personal data go
	MetadataNone
	MetadataKeep
)

// Sharpen is an unsharp mask.
type Sharpen struct {
	Amount    float64 // 0: none; to 10
	Sigma     float64 // 0: 1; 0.3 to 100 pixels
	Threshold float64 // 0 to 1
}

// PadUnit is what a Mark's pads are measured in.
type PadUnit int32

const (
	PadPixels    PadUnit = 0 // times DPR
	PadFraction  PadUnit = 1 // of the output's sides, 0 to 1
	PadXFraction PadUnit = 2 // PadX alone is a fraction
	PadYFraction PadUnit = 3 // PadY alone is a fraction
)

// Mark is a picture laid over the output.
type Mark struct {
	// Picture is laid on as it stands upright, in sRGB; the same Source in several marks and recipes of a
	// call is read and decoded once. Mark pictures that are files are copied for the call.
	Picture Source
	// Name is what errors, Canonical and a query's wat_url call it; without one it is "mark".
	Name     string
	Gravity  Gravity
	Focus    *Focus  // a point of the output instead of Gravity, in fractions
	Scale    float64 // 0: 1; of the picture's own size, to 100; not times DPR
	OfOutput float64 // instead of Scale: its width as a fraction of the output's, to 1
	PadX     float64 // kept free left and right; between marks that tile
	PadY     float64 // the same above and below
	PadUnit  PadUnit
	Offset   image.Point // moves it, in pixels times DPR
	Opacity  float64     // 0: 1
	Tile     bool        // repeated over the whole output from its top left corner
}

func (m *Mark) name() string {
	if m.Name == "" {
		return "mark"
	}
	return m.Name
}

// ParseQuery reads the URL query dialect of the hosted service Cloudimage: "w=800&func=crop&q=75". A
// leading '?' is allowed. A mark (wat_url) has its Name, and no Picture yet.
func ParseQuery(query string) (Recipe, error) {
	var a arena
	defer a.free()
	text, err := a.text("query", query)
	if err != nil {
		return Recipe{}, err
	}
	var parsed *C.limen_recipe
	var failure *C.limen_error
	if err := errorOf(C.limen_recipe_parse(text, &parsed, &failure), failure); err != nil {
		return Recipe{}, err
	}
	defer C.limen_recipe_free(parsed)
	var options C.limen_recipe_options
	options.struct_size = C.sizeof_limen_recipe_options
	C.limen_recipe_read(parsed, &options)
	return recipeOf(&options), nil
}

// Canonical gives a cache key: one line of ASCII, the same for recipes that mean the same. An output
// follows from the source's bytes, this, the bytes of the marks that it names, and limen's version.
func (r Recipe) Canonical() (string, error) {
	var a arena
	defer a.free()
	recipe, err := r.create(&a, func(i int) string { return r.Marks[i].name() })
	if err != nil {
		return "", err
	}
	defer C.limen_recipe_free(recipe)
	return C.GoString(C.limen_recipe_canonical(recipe)), nil
}
