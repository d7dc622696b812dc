// SPDX-License-Identifier: Apache-2.0

package limen_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	limen "github.com/limen-image/limen/bindings/go"
)

// photo stands for the bytes of somebody's picture.
func photo() []byte { return jpegOf(scene(640, 480)) }

func Example() {
	output, err := limen.Transform(context.Background(), limen.Bytes(photo()),
		limen.Recipe{Width: 320, Height: 180, Gravity: limen.GravityNorth, Format: limen.WebP})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(output[0].Format, output[0].Width, output[0].Height, output[0].Search.Score >= 85)
	// Output: webp 320 180 true
}

func ExampleTransform() {
	var recipes []limen.Recipe
	for _, width := range []int{160, 320, 480} {
		recipes = append(recipes, limen.Recipe{Width: width, Format: limen.JPEG})
	}
	outputs, err := limen.Transform(context.Background(), limen.Reader(bytes.NewReader(photo())), recipes...)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, output := range outputs {
		fmt.Printf("%dx%d %v\n", output.Width, output.Height, output.Search.Reached)
	}
	// Output:
	// 160x120 true
	// 320x240 true
	// 480x360 true
}

func ExampleTransform_mark() {
	logo := limen.Image(badge(64)) // or limen.Bytes of a file
	outputs, err := limen.Transform(context.Background(), limen.Bytes(photo()), limen.Recipe{
		Width: 400,
		Marks: []limen.Mark{{
			Picture: logo, Gravity: limen.GravitySouthEast, OfOutput: 0.2, PadX: 16, PadY: 16, Opacity: 0.6,
		}},
	})
	fmt.Println(len(outputs), err)
	// Output: 1 <nil>
}

func ExampleAppendTransform() {
	recipes := []limen.Recipe{{Width: 320}, {Width: 160}}
	var buffer []byte // a worker's, for all of its pictures
	for _, picture := range [][]byte{photo(), photo()} {
		var outputs []limen.Output
		var err error
		buffer, outputs, err = limen.AppendTransform(context.Background(), buffer[:0], limen.Bytes(picture), recipes...)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(len(outputs), len(buffer) == len(outputs[0].Bytes)+len(outputs[1].Bytes))
	}
	// Output:
	// 2 true
	// 2 true
}

func ExampleTransformTo() {
	// A service: the format follows from what the browser takes, the recipe from the query.
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recipe, err := limen.ParseQuery(r.URL.RawQuery)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		recipe.Format = limen.PickFormat(r.Header.Get("Accept"), limen.AVIF, limen.WebP, limen.JPEG)
		w.Header().Set("Content-Type", recipe.Format.ContentType())
		if _, err := limen.TransformTo(r.Context(), w, limen.Bytes(photo()), recipe); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	request := httptest.NewRequest("GET", "/photo.jpg?w=200&func=bound&q=70", nil)
	request.Header.Set("Accept", "image/webp,*/*")
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	info, err := limen.Probe(context.Background(), limen.Reader(answer.Body))
	fmt.Println(answer.Header().Get("Content-Type"), info.Width, info.Height, err)
	// Output: image/webp 200 150 <nil>
}

func ExampleNew() {
	p := limen.New(limen.Options{
		Limits:      limen.Limits{Pixels: 100000, WorkingMemory: 64 << 20},
		Concurrency: 4,
	})
	defer p.Close()
	_, err := p.Transform(context.Background(), limen.Bytes(photo()))
	fmt.Println(err)
	// Output: limen: 307200 pixels a frame asked, 100000 allowed
}

func ExampleError() {
	_, err := limen.Transform(context.Background(), limen.Bytes(photo()[:2000]))
	var failure *limen.Error
	if errors.As(err, &failure) {
		fmt.Println(failure.Code, failure.Format, errors.Is(err, limen.ErrTruncated))
	}
	// Output: truncated jpeg true
}

func ExampleError_cancelled() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Nanosecond)
	defer cancel()
	_, err := limen.Transform(ctx, limen.Bytes(photo()))
	fmt.Println(errors.Is(err, limen.ErrCancelled), errors.Is(err, context.DeadlineExceeded))
	// Output: true true
}

func ExampleParseQuery() {
	recipe, err := limen.ParseQuery("w=800&func=crop&gravity=north&q=75&wat=1&wat_url=logo")
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range recipe.Marks {
		fmt.Println("fetch", recipe.Marks[i].Name)
		recipe.Marks[i].Picture = limen.Image(badge(32))
	}
	fmt.Println(recipe.Width, recipe.Gravity == limen.GravityNorth, recipe.Fidelity)
	// Output:
	// fetch logo
	// 800 true quality 75
}

func ExampleRecipe_Canonical() {
	a, _ := limen.Recipe{Width: 400, DPR: 2}.Canonical()
	b, _ := limen.Recipe{Width: 800, Rotate: 360}.Canonical()
	fmt.Println(a == b)
	// Output: true
}

func ExamplePlan() {
	plan, err := limen.Plan(context.Background(), limen.Bytes(photo()), limen.Recipe{Width: 100, Format: limen.WebP})
	fmt.Println(plan.Width, plan.Height, plan.Format, plan.Searches, err)
	// Output: 100 75 webp true <nil>
}

func ExampleProbe() {
	info, err := limen.Probe(context.Background(), limen.Bytes(photo()))
	fmt.Println(info.Format, info.Width, info.Height, info.JPEGQuality, err)
	// Output: jpeg 640 480 92 <nil>
}

func ExampleDecode() {
	picture, err := limen.Decode(context.Background(), limen.Bytes(photo()), limen.DecodeOptions{})
	fmt.Printf("%T %v %v\n", picture, picture.Bounds(), err)
	// Output: *image.NRGBA (0,0)-(640,480) <nil>
}

func ExampleEncode() {
	picture := image.NewGray(image.Rect(0, 0, 64, 64))
	output, err := limen.Encode(context.Background(), picture,
		limen.EncodeOptions{Format: limen.PNG, Fidelity: limen.Lossless()})
	fmt.Println(output.Format, output.Mode, err)
	// Output: png lossless <nil>
}

func ExampleFindSmallest() {
	output, err := limen.FindSmallest(context.Background(), scene(200, 150),
		limen.EncodeOptions{Fidelity: limen.MaxBytes(6000), Format: limen.JPEG})
	fmt.Println(len(output.Bytes) <= 6000, output.Search.Reached, err)
	// Output: true true <nil>
}

func ExampleCompare() {
	original := scene(200, 150)
	output, err := limen.Encode(context.Background(), original, limen.EncodeOptions{Fidelity: limen.Quality(50)})
	if err != nil {
		fmt.Println(err)
		return
	}
	comparison, err := limen.Compare(context.Background(), limen.Image(original), limen.Bytes(output.Bytes))
	fmt.Println(comparison.Score < 85, err)
	// Output: true <nil>
}

func ExamplePickFormat() {
	fmt.Println(limen.PickFormat("image/avif,image/webp,*/*;q=0.8", limen.WebP, limen.JPEG))
	// Output: webp
}
