// SPDX-License-Identifier: Apache-2.0

package limen_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand"
	"testing"

	limen "github.com/limen-image/limen/bindings/go"
)

// scene is a picture with soft slopes, edges and grain, the same for the same size.
func scene(width, height int) *image.NRGBA {
	grain := rand.New(rand.NewSource(int64(width*7919 + height)))
	picture := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := 0; y < height; y++ {
		for x := 0; x < width; x++ {
			wave := 40 * math.Sin(float64(x)/17) * math.Cos(float64(y)/23)
			if (x/40+y/30)%2 == 0 {
				wave += 30
			}
			noise := grain.Float64()*12 - 6
			picture.SetNRGBA(x, y, color.NRGBA{
				R: level(110 + wave + noise + 60*float64(x)/float64(width)),
				G: level(100 + wave*0.7 + noise),
				B: level(90 - wave + noise + 80*float64(y)/float64(height)),
				A: 255,
			})
		}
	}
	return picture
}

func level(value float64) uint8 { return uint8(math.Max(0, math.Min(255, value))) }

// badge is a disc on transparent ground.
func badge(side int) *image.NRGBA {
	picture := image.NewNRGBA(image.Rect(0, 0, side, side))
	for y := 0; y < side; y++ {
		for x := 0; x < side; x++ {
			if d := math.Hypot(float64(x)-float64(side)/2, float64(y)-float64(side)/2); d < float64(side)/2 {
				picture.SetNRGBA(x, y, color.NRGBA{R: 250, G: 240, B: 30, A: level(255 - 2*d)})
			}
		}
	}
	return picture
}

func jpegOf(picture image.Image) []byte {
	var file bytes.Buffer
	if err := jpeg.Encode(&file, picture, &jpeg.Options{Quality: 92}); err != nil {
		panic(err)
	}
	return file.Bytes()
}

func pngOf(picture image.Image) []byte {
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		panic(err)
	}
	return file.Bytes()
}

// fileOf is for formats that the standard library does not write.
func fileOf(t testing.TB, picture image.Image, format limen.Format) []byte {
	t.Helper()
	output, err := limen.Encode(context.Background(), picture,
		limen.EncodeOptions{Format: format, Effort: limen.EffortFastest})
	if err != nil {
		t.Fatal(err)
	}
	return output.Bytes
}

// decoded is what the standard library sees in a JPEG or PNG.
func decoded(t testing.TB, file []byte) image.Image {
	t.Helper()
	picture, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// farthest is the largest difference of two pictures' channels, in eighths of bits.
func farthest(t testing.TB, a, b image.Image) int {
	t.Helper()
	if a.Bounds().Size() != b.Bounds().Size() {
		t.Fatalf("%v and %v", a.Bounds(), b.Bounds())
	}
	most := 0
	from, to := a.Bounds().Min, b.Bounds().Min
	for y := 0; y < a.Bounds().Dy(); y++ {
		for x := 0; x < a.Bounds().Dx(); x++ {
			p := color.NRGBAModel.Convert(a.At(from.X+x, from.Y+y)).(color.NRGBA)
			q := color.NRGBAModel.Convert(b.At(to.X+x, to.Y+y)).(color.NRGBA)
			for _, pair := range [][2]uint8{{p.R, q.R}, {p.G, q.G}, {p.B, q.B}, {p.A, q.A}} {
				if d := int(pair[0]) - int(pair[1]); d > most {
					most = d
				} else if -d > most {
					most = -d
				}
			}
		}
	}
	return most
}

// one is Transform of one recipe that has to succeed.
func one(t testing.TB, source limen.Source, recipe limen.Recipe) limen.Output {
	t.Helper()
	outputs, err := limen.Transform(context.Background(), source, recipe)
	if err != nil {
		t.Fatal(err)
	}
	if len(outputs) != 1 {
		t.Fatalf("%d outputs of one recipe", len(outputs))
	}
	return outputs[0]
}
