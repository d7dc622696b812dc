// SPDX-License-Identifier: Apache-2.0

package limen

// #include "shim.h"
import "C"

import (
	"image"
	"image/color"
	"unsafe"
)

// Recipe and the library's limen_recipe_options, both ways.

var filters = [...]C.int32_t{
	FilterLanczos3:   C.LIMEN_FILTER_LANCZOS3,
	FilterLanczos2:   C.LIMEN_FILTER_LANCZOS2,
	FilterCatmullRom: C.LIMEN_FILTER_CATMULL_ROM,
	FilterMitchell:   C.LIMEN_FILTER_MITCHELL,
	FilterHermite:    C.LIMEN_FILTER_HERMITE,
	FilterTriangle:   C.LIMEN_FILTER_TRIANGLE,
	FilterBox:        C.LIMEN_FILTER_BOX,
	FilterNearest:    C.LIMEN_FILTER_NEAREST,
}

var focusUnits = [...]C.int32_t{
	FocusFraction:        C.LIMEN_UNIT_SOURCE_FRACTION,
	FocusPixels:          C.LIMEN_UNIT_SOURCE_PIXELS,
	FocusResizedFraction: C.LIMEN_UNIT_RESIZED_FRACTION,
}

var metadataPolicies = [...]C.int32_t{
	MetadataCopyright: C.LIMEN_METADATA_COPYRIGHT,
	MetadataNone:      C.LIMEN_METADATA_NONE,
	MetadataKeep:      C.LIMEN_METADATA_KEEP,
}

// numberOf gives what the library calls our `value`; -2 is nothing to it, and refused by it.
func numberOf(table []C.int32_t, value int32) C.int32_t {
	if value < 0 || int(value) >= len(table) {
		return -2
	}
	return table[value]
}

// valueOf is the way back.
func valueOf(table []C.int32_t, number C.int32_t) int32 {
	for value, candidate := range table {
		if candidate == number {
			return int32(value)
		}
	}
	return -1
}

// orDefault keeps the library's default for a zero.
func orDefault(field *C.double, value float64) {
	if value != 0 {
		*field = C.double(value)
	}
}

// or0 is the way back: what is the library's default is our zero.
func or0(value C.double, standard float64) float64 {
	if float64(value) == standard {
		return 0
	}
	return float64(value)
}

// defaultOptions are those of the library.
var defaultOptions = func() (options C.limen_recipe_options) {
	C.limen_recipe_options_init(&options, C.sizeof_limen_recipe_options)
	return options
}()

func (r *Recipe) create(a *arena, name func(mark int) string) (*C.limen_recipe, error) {
	options := defaultOptions
	if err := r.fill(a, &options, name); err != nil {
		return nil, err
	}
	var recipe *C.limen_recipe
	var failure *C.limen_error
	status := C.limen_recipe_create(&options, &recipe, &failure)
	return recipe, errorOf(status, failure)
}

func (r *Recipe) fill(a *arena, options *C.limen_recipe_options, name func(mark int) string) error {
	for _, field := range []struct {
		what  string
		to    *C.int32_t
		value int
	}{
		{"crop", &options.crop.x, r.Crop.Min.X},
		{"crop", &options.crop.y, r.Crop.Min.Y},
		{"trim tolerance", &options.trim, r.TrimTolerance},
		{"width", &options.width, r.Width},
		{"height", &options.height, r.Height},
		{"effort", &options.effort, r.Effort},
	} {
		var err error
		if *field.to, err = narrow(field.what, field.value); err != nil {
			return err
		}
	}
	if err := fillCrop(r.Crop, &options.crop); err != nil {
		return err
	}
	if !r.Trim {
		options.trim = -1
	} else if r.TrimTolerance < 0 {
		return invalidArgument("trim tolerance %d: 0 to 255", r.TrimTolerance)
	}
	switch r.Effort {
	case 0:
		options.effort = 4
	case EffortFastest:
		options.effort = 0
	}

	options.rotate = C.double(r.Rotate)
	options.flip_horizontal = boolOf(r.FlipHorizontal)
	options.flip_vertical = boolOf(r.FlipVertical)
	if r.Fit != FitDefault {
		options.fit = fitNumber(r.Fit)
	}
	if r.FitIfSmaller != FitDefault {
		options.fit_if_smaller = fitNumber(r.FitIfSmaller)
	}
	options.enlarge = boolOf(r.Enlarge)
	options.gravity = gravityNumber(r.Gravity, r.Focus)
	if r.Focus != nil {
		options.focus_x, options.focus_y = C.double(r.Focus.X), C.double(r.Focus.Y)
		options.focus_unit = numberOf(focusUnits[:], int32(r.Focus.Unit))
	}
	orDefault(&options.dpr, r.DPR)
	options.filter = numberOf(filters[:], int32(r.Filter))
	options.linear_light = boolOf(r.LinearLight)
	options.shrink = C.int32_t(r.Shrink)

	options.sharpen_amount = C.double(r.Sharpen.Amount)
	orDefault(&options.sharpen_sigma, r.Sharpen.Sigma)
	options.sharpen_threshold = C.double(r.Sharpen.Threshold)
	options.blur = C.double(r.Blur)
	options.brightness = C.double(r.Brightness)
	orDefault(&options.contrast, r.Contrast)
	orDefault(&options.gamma, r.Gamma)
	orDefault(&options.saturation, r.Saturation)
	options.greyscale = boolOf(r.Greyscale)
	options.radius = C.double(r.Radius)
	if r.Background != nil {
		options.has_background = 1
		options.background = colorNumbers(r.Background)
	}

	options.format = C.int32_t(r.Format - 1)
	var err error
	if options.formats, err = a.formats(r.Formats); err != nil {
		return err
	}
	options.format_count = C.size_t(len(r.Formats))
	if r.Fidelity.Kind != FidelityDefault {
		options.fidelity, options.fidelity_value = r.Fidelity.numbers()
	}
	orDefault(&options.worst_block, r.WorstBlock)
	options.always_encode = boolOf(r.AlwaysEncode)
	options.chroma = C.int32_t(r.Chroma)
	options.progressive = boolOf(!r.Baseline)
	if r.EightBits {
		options.depth = C.LIMEN_DEPTH_EIGHT
	}
	options.metadata = numberOf(metadataPolicies[:], int32(r.Metadata))
	options.keep_profile = boolOf(r.KeepProfile)
	return r.fillMarks(a, options, name)
}

func fillCrop(crop image.Rectangle, to *C.limen_rect) error {
	if crop.Max == (image.Point{}) {
		return nil
	}
	if crop.Dx() <= 0 || crop.Dy() <= 0 {
		return invalidArgument("crop %v: has no pixels", crop)
	}
	var err error
	if to.width, err = narrow("crop", crop.Dx()); err != nil {
		return err
	}
	to.height, err = narrow("crop", crop.Dy())
	return err
}

func fitNumber(fit Fit) C.int32_t {
	if fit < 0 {
		return -2
	}
	return C.int32_t(fit - 1)
}

// gravityNumber lets only a Focus name the point: the number that stands for it is not a Gravity.
func gravityNumber(gravity Gravity, focus *Focus) C.int32_t {
	switch {
	case focus != nil:
		return C.LIMEN_GRAVITY_FOCUS
	case gravity == C.LIMEN_GRAVITY_FOCUS:
		return -2
	}
	return C.int32_t(gravity)
}

func colorNumbers(c color.Color) C.limen_color {
	straight := color.NRGBAModel.Convert(c).(color.NRGBA)
	return C.limen_color{
		red:   C.uint8_t(straight.R),
		green: C.uint8_t(straight.G),
		blue:  C.uint8_t(straight.B),
		alpha: C.uint8_t(straight.A),
	}
}

func (r *Recipe) fillMarks(a *arena, options *C.limen_recipe_options, name func(mark int) string) error {
	if len(r.Marks) == 0 {
		return nil
	}
	block, err := a.allocate(uintptr(len(r.Marks)) * C.sizeof_limen_mark)
	if err != nil {
		return err
	}
	marks := unsafe.Slice((*C.limen_mark)(block), len(r.Marks))
	for i := range r.Marks {
		if err := r.Marks[i].fill(a, &marks[i], name(i)); err != nil {
			return err
		}
	}
	options.marks = &marks[0]
	options.mark_count = C.size_t(len(marks))
	return nil
}

func (m *Mark) fill(a *arena, to *C.limen_mark, name string) error {
	C.limen_mark_init(to, C.sizeof_limen_mark)
	var err error
	if to.name, err = a.text("mark", name); err != nil {
		return err
	}
	to.gravity = gravityNumber(m.Gravity, m.Focus)
	if m.Focus != nil {
		if m.Focus.Unit != FocusFraction {
			return invalidArgument("mark %q: its focus is in fractions of the output", name)
		}
		to.focus_x, to.focus_y = C.double(m.Focus.X), C.double(m.Focus.Y)
	}
	orDefault(&to.scale, m.Scale)
	to.of_output = C.double(m.OfOutput)
	to.pad_x, to.pad_y = C.double(m.PadX), C.double(m.PadY)
	to.pad_is_fraction = C.int32_t(m.PadUnit)
	if to.offset_x, err = narrow("offset", m.Offset.X); err != nil {
		return err
	}
	if to.offset_y, err = narrow("offset", m.Offset.Y); err != nil {
		return err
	}
	orDefault(&to.opacity, m.Opacity)
	to.tile = boolOf(m.Tile)
	return nil
}

// recipeOf reads what the library has parsed.
func recipeOf(options *C.limen_recipe_options) Recipe {
	r := Recipe{
		Crop:           cropOf(options.crop),
		Rotate:         float64(options.rotate),
		FlipHorizontal: options.flip_horizontal != 0,
		FlipVertical:   options.flip_vertical != 0,
		Width:          int(options.width),
		Height:         int(options.height),
		Fit:            Fit(options.fit + 1),
		FitIfSmaller:   Fit(options.fit_if_smaller + 1),
		Enlarge:        options.enlarge != 0,
		DPR:            or0(options.dpr, 1),
		Filter:         Filter(valueOf(filters[:], options.filter)),
		LinearLight:    options.linear_light != 0,
		Shrink:         Shrink(options.shrink),
		Sharpen: Sharpen{
			Amount:    float64(options.sharpen_amount),
			Sigma:     or0(options.sharpen_sigma, 1),
			Threshold: float64(options.sharpen_threshold),
		},
		Blur:         float64(options.blur),
		Brightness:   float64(options.brightness),
		Contrast:     or0(options.contrast, 1),
		Gamma:        or0(options.gamma, 1),
		Saturation:   or0(options.saturation, 1),
		Greyscale:    options.greyscale != 0,
		Radius:       float64(options.radius),
		Format:       Format(options.format + 1),
		Fidelity:     Fidelity{FidelityKind(options.fidelity + 1), float64(options.fidelity_value)},
		AlwaysEncode: options.always_encode != 0,
		Effort:       int(options.effort),
		Chroma:       Chroma(options.chroma),
		Baseline:     options.progressive == 0,
		EightBits:    options.depth == C.LIMEN_DEPTH_EIGHT,
		Metadata:     Metadata(valueOf(metadataPolicies[:], options.metadata)),
		KeepProfile:  options.keep_profile != 0,
	}
	if options.trim >= 0 {
		r.Trim, r.TrimTolerance = true, int(options.trim)
	}
	if options.gravity == C.LIMEN_GRAVITY_FOCUS {
		r.Focus = &Focus{
			X:    float64(options.focus_x),
			Y:    float64(options.focus_y),
			Unit: FocusUnit(valueOf(focusUnits[:], options.focus_unit)),
		}
	} else {
		r.Gravity = Gravity(options.gravity)
	}
	if options.has_background != 0 {
		b := options.background
		r.Background = color.NRGBA{R: uint8(b.red), G: uint8(b.green), B: uint8(b.blue), A: uint8(b.alpha)}
	}
	if options.worst_block >= 0 {
		r.WorstBlock = float64(options.worst_block)
	}
	switch r.Effort {
	case 4:
		r.Effort = 0
	case 0:
		r.Effort = EffortFastest
	}
	if r.Fidelity == Invisible() {
		r.Fidelity = Fidelity{}
	}
	if r.Fit == FitCover {
		r.Fit = FitDefault
	}
	if options.format_count > 0 {
		for _, format := range unsafe.Slice(options.formats, int(options.format_count)) {
			r.Formats = append(r.Formats, Format(format+1))
		}
	}
	for i := 0; i < int(options.mark_count); i++ {
		mark := markAt(options.marks, i)
		if mark.opacity > 0 { // our 0 stands for 1; what nobody sees can as well be left out
			r.Marks = append(r.Marks, markOf(&mark))
		}
	}
	return r
}

func cropOf(rect C.limen_rect) image.Rectangle {
	crop := image.Rectangle{Min: image.Pt(int(rect.x), int(rect.y))}
	if rect.width != 0 || rect.height != 0 {
		crop.Max = crop.Min.Add(image.Pt(int(rect.width), int(rect.height)))
	}
	return crop
}

// markAt reads a mark as large as the library has it, which may be of another version.
func markAt(first *C.limen_mark, index int) C.limen_mark {
	var mark C.limen_mark
	C.limen_mark_init(&mark, C.sizeof_limen_mark)
	step := int(first.struct_size)
	size := step
	if size > C.sizeof_limen_mark {
		size = C.sizeof_limen_mark
	}
	from := unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(first), index*step)), size)
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&mark)), size), from)
	return mark
}

func markOf(from *C.limen_mark) Mark {
	m := Mark{
		Name:     C.GoString(from.name),
		Scale:    or0(from.scale, 1),
		OfOutput: float64(from.of_output),
		PadX:     float64(from.pad_x),
		PadY:     float64(from.pad_y),
		PadUnit:  PadUnit(from.pad_is_fraction),
		Offset:   image.Pt(int(from.offset_x), int(from.offset_y)),
		Opacity:  or0(from.opacity, 1),
		Tile:     from.tile != 0,
	}
	if from.gravity == C.LIMEN_GRAVITY_FOCUS {
		m.Focus = &Focus{X: float64(from.focus_x), Y: float64(from.focus_y)}
	} else {
		m.Gravity = Gravity(from.gravity)
	}
	return m
}
