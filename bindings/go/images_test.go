// SPDX-License-Identifier: Apache-2.0

package limen_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"testing"

	limen "github.com/limen-image/limen/bindings/go"
)

// glass is a picture with every alpha.
func glass(width, height int) *image.NRGBA {
	picture := scene(width, height)
	for i := 3; i < len(picture.Pix); i += 4 {
		picture.Pix[i] = uint8(i / 4 * 255 / (width*height - 1))
	}
	return picture
}

func drawn(to draw.Image, from image.Image) image.Image {
	draw.Draw(to, to.Bounds(), from, from.Bounds().Min, draw.Src)
	return to
}

// wrapped hides what an image is made of.
type wrapped struct{ image.Image }

func TestImagesIn(t *testing.T) {
	bounds := image.Rect(-7, 5, 26, 28) // away from 0, 0, with odd sides
	opaque, clear := scene(33, 23), glass(33, 23)
	ycbcr := image.NewYCbCr(bounds, image.YCbCrSubsampleRatio420)
	for i := range ycbcr.Y {
		ycbcr.Y[i] = uint8(i * 7)
	}
	for i := range ycbcr.Cb {
		ycbcr.Cb[i], ycbcr.Cr[i] = uint8(i*11), uint8(i*13)
	}
	part := glass(60, 50).SubImage(image.Rect(11, 12, 44, 35))
	images := map[string]image.Image{
		"NRGBA":            clear,
		"NRGBA, window":    part,
		"RGBA":             drawn(image.NewRGBA(bounds), clear),
		"RGBA, opaque":     drawn(image.NewRGBA(bounds), opaque),
		"RGBA, window":     drawn(image.NewRGBA(image.Rect(0, 0, 60, 50)), glass(60, 50)).(*image.RGBA).SubImage(image.Rect(3, 4, 36, 27)),
		"Gray":             drawn(image.NewGray(bounds), opaque),
		"Gray, window":     drawn(image.NewGray(image.Rect(0, 0, 60, 50)), scene(60, 50)).(*image.Gray).SubImage(image.Rect(3, 4, 36, 27)),
		"Gray16":           drawn(image.NewGray16(bounds), opaque),
		"NRGBA64":          drawn(image.NewNRGBA64(bounds), clear),
		"RGBA64":           drawn(image.NewRGBA64(bounds), clear),
		"RGBA64, opaque":   drawn(image.NewRGBA64(bounds), opaque),
		"YCbCr":            ycbcr,
		"YCbCr, window":    ycbcr.SubImage(image.Rect(-4, 8, 20, 27)),
		"NYCbCrA":          image.NewNYCbCrA(bounds, image.YCbCrSubsampleRatio422),
		"Paletted":         drawn(image.NewPaletted(bounds, palette.Plan9), opaque),
		"CMYK":             drawn(image.NewCMYK(bounds), opaque),
		"Alpha":            drawn(image.NewAlpha(bounds), clear),
		"of its own kind":  wrapped{clear},
		"wrapped, 16 bits": wrapped{drawn(image.NewNRGBA64(bounds), clear)},
	}
	for name, picture := range images {
		file := one(t, limen.Image(picture), limen.Recipe{Format: limen.PNG})
		rounding := 0
		if _, ok := picture.(*image.RGBA64); ok { // to 8 bits at once, or by way of 16 straight ones
			rounding = 1
		}
		if d := farthest(t, decoded(t, file.Bytes), picture); d > rounding {
			t.Errorf("%s: differs by %d", name, d)
		}
		output, err := limen.Encode(background, picture, limen.EncodeOptions{Format: limen.PNG, Fidelity: limen.Lossless()})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if d := farthest(t, decoded(t, output.Bytes), picture); d > 1 { // 16 bits are rounded to 8
			t.Errorf("%s: encoded, differs by %d", name, d)
		}
	}
	deep := one(t, limen.Image(images["NRGBA64"]), limen.Recipe{Format: limen.PNG})
	got, want := decoded(t, deep.Bytes), images["NRGBA64"].(*image.NRGBA64)
	if deep.BitDepth != 16 {
		t.Errorf("%d bits", deep.BitDepth)
	}
	for _, at := range []image.Point{{0, 0}, {10, 11}, {32, 22}} {
		if c := want.NRGBA64At(bounds.Min.X+at.X, bounds.Min.Y+at.Y); color.NRGBA64Model.Convert(got.At(at.X, at.Y)) != c {
			t.Errorf("%v: %v is not %v", at, got.At(at.X, at.Y), c)
		}
	}
}

func TestImagesThatAreNone(t *testing.T) {
	short := scene(10, 10)
	short.Pix = short.Pix[:len(short.Pix)-1]
	narrow := scene(10, 10)
	narrow.Stride = 39
	backwards := scene(10, 10)
	backwards.Stride = -40
	vast := scene(10, 10)
	vast.Stride = 1 << 62
	planes := image.NewYCbCr(image.Rect(0, 0, 16, 16), image.YCbCrSubsampleRatio420)
	planes.Cr = planes.Cr[:3]
	luma := image.NewYCbCr(image.Rect(0, 0, 16, 16), image.YCbCrSubsampleRatio420)
	luma.Y = luma.Y[:3]
	words := image.NewNRGBA64(image.Rect(0, 0, 4, 4))
	words.Pix = nil
	for name, picture := range map[string]image.Image{
		"nil":              nil,
		"a nil pointer":    (*image.NRGBA)(nil),
		"another":          (*image.YCbCr)(nil),
		"no pixels":        image.NewNRGBA(image.Rectangle{}),
		"no rows":          image.NewGray(image.Rect(0, 0, 5, 0)),
		"a zero struct":    &image.RGBA{},
		"too short":        short,
		"narrow stride":    narrow,
		"negative stride":  backwards,
		"vast stride":      vast,
		"short planes":     planes,
		"short luma":       luma,
		"no words":         words,
		"inside out":       &image.NRGBA{Pix: make([]byte, 400), Stride: 40, Rect: image.Rectangle{Min: image.Pt(9, 9)}},
		"bounds elsewhere": &image.Gray{Pix: make([]byte, 4), Stride: 1 << 40, Rect: image.Rect(0, 0, 2, 2)},
	} {
		_, err := limen.Encode(background, picture, limen.EncodeOptions{})
		if !errors.Is(err, limen.ErrInvalidArgument) {
			t.Errorf("%s: Encode: %v", name, err)
		}
		if _, err := limen.Transform(background, limen.Image(picture)); !errors.Is(err, limen.ErrInvalidArgument) {
			t.Errorf("%s: Transform: %v", name, err)
		}
	}
	huge := &image.Gray{Pix: make([]byte, 4), Stride: 2, Rect: image.Rect(0, 0, 60000, 60000)}
	if _, err := limen.Encode(background, huge, limen.EncodeOptions{}); !errors.Is(err, limen.ErrLimitExceeded) {
		t.Error(err)
	}
}

func TestDecode(t *testing.T) {
	opaque, clear := scene(40, 30), glass(40, 30)
	deep, deepGray := drawn(image.NewNRGBA64(opaque.Bounds()), clear), drawn(image.NewGray16(opaque.Bounds()), opaque)
	for i := range deep.(*image.NRGBA64).Pix { // the low bytes count too
		deep.(*image.NRGBA64).Pix[i] ^= uint8(i * 37)
	}
	for name, test := range map[string]struct {
		picture image.Image
		options limen.DecodeOptions
		like    image.Image
	}{
		"RGB":             {opaque, limen.DecodeOptions{}, &image.NRGBA{}},
		"RGBA":            {clear, limen.DecodeOptions{}, &image.NRGBA{}},
		"gray":            {drawn(image.NewGray(opaque.Bounds()), opaque), limen.DecodeOptions{}, &image.Gray{}},
		"16 bits":         {deep, limen.DecodeOptions{Keep16Bit: true}, &image.NRGBA64{}},
		"16 bits of gray": {deepGray, limen.DecodeOptions{Keep16Bit: true}, &image.Gray16{}},
	} {
		got, err := limen.Decode(background, limen.Bytes(pngOf(test.picture)), test.options)
		if err != nil {
			t.Fatal(err)
		}
		if got.ColorModel() != test.like.ColorModel() {
			t.Errorf("%s: is a %T", name, got)
		}
		for y := 0; y < 30; y++ {
			for x := 0; x < 40; x++ {
				if got.At(x, y) != test.like.ColorModel().Convert(test.picture.At(x, y)) {
					t.Fatalf("%s: %d,%d is %v, not %v", name, x, y, got.At(x, y), test.picture.At(x, y))
				}
			}
		}
	}
	region := image.Rect(5, 6, 25, 20)
	got, err := limen.Decode(background, limen.Bytes(pngOf(opaque)), limen.DecodeOptions{Region: region})
	if err != nil {
		t.Fatal(err)
	}
	if d := farthest(t, got, opaque.SubImage(region)); d != 0 {
		t.Errorf("a region differs by %d", d)
	}
	for _, region := range []image.Rectangle{
		image.Rect(0, 0, 41, 30), image.Rect(-1, 0, 4, 4), {Max: image.Pt(0, 5)}, {Min: image.Pt(5, 5)},
	} {
		_, err := limen.Decode(background, limen.Bytes(pngOf(opaque)), limen.DecodeOptions{Region: region})
		if !errors.Is(err, limen.ErrInvalidArgument) {
			t.Errorf("region %v: %v", region, err)
		}
	}
	for _, format := range []limen.Format{limen.WebP, limen.AVIF} {
		got, err := limen.Decode(background, limen.Reader(bytes.NewReader(fileOf(t, opaque, format))), limen.DecodeOptions{})
		if err != nil || got.Bounds() != opaque.Bounds() {
			t.Errorf("%v: %v", format, err)
		}
	}
	if _, err := limen.Decode(background, limen.Image(opaque), limen.DecodeOptions{}); !errors.Is(err, limen.ErrInvalidArgument) {
		t.Error(err)
	}
}

func TestSharpChromaAndQuantizer(t *testing.T) {
	picture := scene(256, 256)
	files := map[limen.SharpYUV]string{}
	for _, way := range []limen.SharpYUV{limen.SharpYUVAuto, limen.SharpYUVOff, limen.SharpYUVOn} {
		options := limen.EncodeOptions{Format: limen.WebP, SharpYUV: way}
		output, err := limen.Encode(background, picture, options)
		if err != nil {
			t.Fatal(err)
		}
		files[way] = string(output.Bytes)
		if way == limen.SharpYUVAuto {
			continue
		}
		found, err := limen.FindSmallest(background, picture, options)
		if err != nil || found.SharpYUV != (way == limen.SharpYUVOn) {
			t.Errorf("%v: %v %v", way, found.SharpYUV, err)
		}
	}
	if files[limen.SharpYUVAuto] != files[limen.SharpYUVOff] || files[limen.SharpYUVOn] == files[limen.SharpYUVOff] {
		t.Error("the sharp way is not the one of the three that differs")
	}
	for effort, quantizer := range map[int]limen.Quantizer{1: limen.QuantizerLibjpeg, 4: limen.QuantizerLimen} {
		found, err := limen.FindSmallest(background, picture, limen.EncodeOptions{Effort: effort})
		if err != nil || found.Search.Quantizer != quantizer {
			t.Errorf("effort %d: %+v %v", effort, found.Search, err)
		}
	}
}

func TestScansAreTold(t *testing.T) {
	for _, sequential := range []bool{false, true} {
		output, err := limen.Encode(background, scene(160, 120), limen.EncodeOptions{Baseline: sequential})
		if err != nil || output.Progressive == sequential {
			t.Errorf("sequential %v: %v %v", sequential, output.Progressive, err)
		}
	}
}

func TestEncodeAndFindSmallest(t *testing.T) {
	picture := scene(96, 64)
	output, err := limen.Encode(background, picture, limen.EncodeOptions{})
	if err != nil || output.Format != limen.JPEG || output.Mode != limen.Quality(80) || output.Search != nil {
		t.Errorf("%+v %v", output.Mode, err)
	}
	found, err := limen.FindSmallest(background, picture, limen.EncodeOptions{Formats: []limen.Format{limen.WebP, limen.JPEG}})
	if err != nil || found.Search == nil || !found.Search.Reached || found.Search.Score < 85 {
		t.Fatalf("%+v %v", found.Search, err)
	}
	comparison, err := limen.Compare(background, limen.Image(picture), limen.Bytes(found.Bytes))
	if err != nil || comparison.Score != found.Search.Score {
		t.Errorf("%v, and the search saw %v: %v", comparison, found.Search, err)
	}
	few, err := limen.FindSmallest(background, picture, limen.EncodeOptions{Fidelity: limen.MaxBytes(1500)})
	if err != nil || len(few.Bytes) > 1500 || !few.Search.Reached {
		t.Errorf("%d bytes: %v", len(few.Bytes), err)
	}
	for _, fidelity := range []limen.Fidelity{limen.Quality(80), limen.Lossless(), limen.NearLossless(50)} {
		_, err := limen.FindSmallest(background, picture, limen.EncodeOptions{Fidelity: fidelity})
		if !errors.Is(err, limen.ErrInvalidArgument) {
			t.Errorf("%v: %v", fidelity, err)
		}
	}
	for name, options := range map[string]limen.EncodeOptions{
		"format":     {Format: 9},
		"effort":     {Effort: 10},
		"bit depth":  {BitDepth: 9},
		"chroma":     {Chroma: 55},
		"fidelity":   {Fidelity: limen.Quality(200)},
		"no formats": {Formats: []limen.Format{0}, Fidelity: limen.Invisible()},
		"huge":       {BitDepth: 1 << 40},
		"sharp":      {SharpYUV: 3},
		"budget":     {TimeBudget: -1, Fidelity: limen.Invisible()},
	} {
		if _, err := limen.Encode(background, picture, options); !errors.Is(err, limen.ErrInvalidArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
	matte, err := limen.Encode(background, image.NewNRGBA(image.Rect(0, 0, 8, 8)),
		limen.EncodeOptions{Matte: color.NRGBA{R: 255, A: 255}, Fidelity: limen.Quality(100)})
	if err != nil {
		t.Fatal(err)
	}
	if c := color.NRGBAModel.Convert(decoded(t, matte.Bytes).At(3, 3)).(color.NRGBA); c.R < 250 || c.G > 5 {
		t.Errorf("%v is not the matte", c)
	}
}

func TestCompare(t *testing.T) {
	a, b := scene(64, 64), scene(64, 64)
	for y := 40; y < 60; y++ {
		for x := 40; x < 60; x++ {
			b.SetNRGBA(x, y, color.NRGBA{255, 0, 255, 255})
		}
	}
	same, err := limen.Compare(background, limen.Image(a), limen.Bytes(pngOf(a)))
	if err != nil || same.Score != 100 {
		t.Errorf("%v %v", same, err)
	}
	other, err := limen.Compare(background, limen.Bytes(pngOf(a)), limen.Reader(bytes.NewReader(pngOf(b))))
	if err != nil || other.Score > 70 || other.WorstBlock > other.Score || other.WorstBlockAt.Empty() {
		t.Errorf("%v %v", other, err)
	}
	if _, err := limen.Compare(background, limen.Image(a), limen.Image(scene(64, 63))); !errors.Is(err, limen.ErrInvalidArgument) {
		t.Error(err)
	}
	if _, err := limen.Compare(background, limen.Image(a), limen.Source{}); !errors.Is(err, limen.ErrInvalidArgument) {
		t.Error(err)
	}
}
