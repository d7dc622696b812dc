// SPDX-License-Identifier: Apache-2.0

package limen_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"io"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	limen "github.com/limen-image/limen/bindings/go"
)

var background = context.Background()

func TestOneDecodeManyOutputs(t *testing.T) {
	file := jpegOf(scene(320, 240))
	recipes := []limen.Recipe{
		{Width: 160, Format: limen.JPEG},
		{Width: 100, Height: 100, Format: limen.WebP, Fidelity: limen.Quality(70)},
		{Width: 80, Height: 80, Fit: limen.FitContain, Format: limen.PNG},
		{Height: 60, Format: limen.AVIF, Fidelity: limen.Quality(50), Effort: limen.EffortFastest},
	}
	outputs, err := limen.Transform(background, limen.Bytes(file), recipes...)
	if err != nil {
		t.Fatal(err)
	}
	sizes := []image.Point{{160, 120}, {100, 100}, {80, 80}, {80, 60}}
	for i, output := range outputs {
		if output.Format != recipes[i].Format || output.Width != sizes[i].X || output.Height != sizes[i].Y {
			t.Errorf("output %d is a %v of %dx%d", i, output.Format, output.Width, output.Height)
		}
		info, err := limen.Probe(background, limen.Bytes(output.Bytes))
		if err != nil {
			t.Fatal(err)
		}
		if info.Format != output.Format || info.Width != output.Width || info.Height != output.Height {
			t.Errorf("output %d says %v, its file %v", i, output.Format, info)
		}
		if alone := one(t, limen.Bytes(file), recipes[i]); !bytes.Equal(alone.Bytes, output.Bytes) {
			t.Errorf("output %d depends on the other recipes", i)
		}
	}
	if outputs[0].Search == nil || !outputs[0].Search.Reached || outputs[0].Search.Score < 85 ||
		outputs[0].Mode.Kind != limen.FidelityQuality {
		t.Errorf("the default is invisible: %v %+v", outputs[0].Mode, outputs[0].Search)
	}
	if outputs[1].Search != nil || outputs[1].Mode != limen.Quality(70) {
		t.Errorf("a quality is not searched for: %v %+v", outputs[1].Mode, outputs[1].Search)
	}
}

func TestZeroRecipe(t *testing.T) {
	file := pngOf(scene(50, 40))
	outputs, err := limen.Transform(background, limen.Bytes(file))
	if err != nil {
		t.Fatal(err)
	}
	if len(outputs) != 1 || outputs[0].Format != limen.PNG {
		t.Fatalf("%d outputs", len(outputs))
	}
	if d := farthest(t, decoded(t, outputs[0].Bytes), scene(50, 40)); d != 0 {
		t.Errorf("a PNG as it was differs by %d", d)
	}
}

func TestSourcesAreAlike(t *testing.T) {
	file := jpegOf(scene(120, 90))
	recipe := limen.Recipe{Width: 60, Format: limen.JPEG, Fidelity: limen.Quality(80)}
	want := one(t, limen.Bytes(file), recipe).Bytes
	named := t.TempDir() + "/source.jpg"
	if err := os.WriteFile(named, file, 0o600); err != nil {
		t.Fatal(err)
	}
	opened, err := os.Open(named)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	for name, reader := range map[string]io.Reader{
		"bytes.Reader":  bytes.NewReader(file),
		"strings":       strings.NewReader(string(file)),
		"a file":        opened,
		"one by one":    iotest.OneByteReader(bytes.NewReader(file)),
		"data with EOF": iotest.DataErrReader(bytes.NewReader(file)),
	} {
		if got := one(t, limen.Reader(reader), recipe).Bytes; !bytes.Equal(got, want) {
			t.Errorf("%s: other bytes", name)
		}
	}
	// A slice of a struct that has pointers as well must not trouble cgo's pointer check.
	var mixed struct {
		file    [64 << 10]byte
		pointer *int
	}
	mixed.pointer = new(int)
	if n := copy(mixed.file[:], file); n < len(file) {
		t.Fatal("the fixture is too large")
	}
	if got := one(t, limen.Bytes(mixed.file[:len(file)]), recipe).Bytes; !bytes.Equal(got, want) {
		t.Error("slice of a struct: other bytes")
	}
}

func TestAppendTransform(t *testing.T) {
	file := jpegOf(scene(120, 90))
	recipes := []limen.Recipe{{Width: 60, Format: limen.PNG}, {Width: 40, Fidelity: limen.Quality(80)}}
	want, err := limen.Transform(background, limen.Bytes(file), recipes...)
	if err != nil {
		t.Fatal(err)
	}
	both := append(append([]byte("before"), want[0].Bytes...), want[1].Bytes...)
	for _, room := range []int{0, len(both) - 1, len(both), len(both) + 1} {
		buffer := append(make([]byte, 0, room), "before"...)
		grown, outputs, err := limen.AppendTransform(background, buffer, limen.Bytes(file), recipes...)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(grown, both) {
			t.Errorf("room for %d bytes: not what Transform gives", room)
		}
		if isSame := &grown[0] == &buffer[0]; isSame != (room >= len(both)) {
			t.Errorf("room for %d of %d bytes: in the same memory: %v", room, len(both), isSame)
		}
		from := len("before")
		for i, output := range outputs {
			if &output.Bytes[0] != &grown[from] || cap(output.Bytes) != len(want[i].Bytes) {
				t.Errorf("output %d is not its part of the buffer", i)
			}
			from += len(output.Bytes)
		}
	}
	// Nor must a buffer that is part of a struct which has pointers as well.
	var mixed struct {
		room    [64 << 10]byte
		pointer *int
	}
	mixed.pointer = new(int)
	if grown, _, err := limen.AppendTransform(background, append(mixed.room[:0], "before"...), limen.Bytes(file),
		recipes...); err != nil || !bytes.Equal(grown, both) || &grown[0] != &mixed.room[0] {
		t.Errorf("into a struct: %v, or not what Transform gives", err)
	}
	buffer := []byte("before")
	kept, outputs, err := limen.AppendTransform(background, buffer, limen.Bytes(file[:len(file)/2]), recipes...)
	if !errors.Is(err, limen.ErrTruncated) || outputs != nil || string(kept) != "before" {
		t.Errorf("half a file: %v, %d outputs, %q", err, len(outputs), kept)
	}
}

func TestTransformTo(t *testing.T) {
	file := jpegOf(scene(120, 90))
	recipe := limen.Recipe{Width: 60, Format: limen.PNG}
	var to bytes.Buffer
	output, err := limen.TransformTo(background, &to, limen.Bytes(file), recipe)
	if err != nil {
		t.Fatal(err)
	}
	if want := one(t, limen.Bytes(file), recipe); !bytes.Equal(to.Bytes(), want.Bytes) || output.Width != 60 {
		t.Error("other bytes")
	}
	to.Reset()
	if _, err := limen.TransformTo(background, &to, limen.Bytes(file[:len(file)/2]), recipe); err == nil || to.Len() > 0 {
		t.Errorf("%v, and %d bytes written of half a file", err, to.Len())
	}
	full := errors.New("the disc is full")
	_, err = limen.TransformTo(background, failing{err: full}, limen.Bytes(file), recipe)
	if !errors.Is(err, full) || !errors.Is(err, limen.ErrIO) {
		t.Error(err)
	}
	_, err = limen.TransformTo(background, failing{}, limen.Bytes(file), recipe)
	if !errors.Is(err, io.ErrShortWrite) || !errors.Is(err, limen.ErrIO) {
		t.Error(err)
	}
}

type failing struct{ err error }

func (f failing) Write(p []byte) (int, error) { return len(p) / 2, f.err }
func (f failing) Read([]byte) (int, error)    { return 0, f.err }

func TestMarks(t *testing.T) {
	file := pngOf(scene(200, 150))
	logo := limen.Bytes(pngOf(badge(64)))
	mark := limen.Mark{Picture: logo, Gravity: limen.GravitySouthEast, OfOutput: 0.2, PadX: 4, PadY: 4}
	recipe := limen.Recipe{Format: limen.PNG, Marks: []limen.Mark{mark}}
	marked := one(t, limen.Bytes(file), recipe)
	picture, plain := decoded(t, marked.Bytes), scene(200, 150)
	changed := image.Rectangle{}
	for y := 0; y < 150; y++ {
		for x := 0; x < 200; x++ {
			if color.NRGBAModel.Convert(picture.At(x, y)) != color.NRGBAModel.Convert(plain.At(x, y)) {
				changed = changed.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	if within := image.Rect(156, 106, 196, 146); !changed.In(within) || changed.Dx() < 30 || changed.Dy() < 30 {
		t.Errorf("the mark changed %v, not most of %v", changed, within)
	}
	for name, same := range map[string]limen.Source{
		"Image":  limen.Image(badge(64)),
		"Reader": limen.Reader(bytes.NewReader(pngOf(badge(64)))),
	} {
		other := mark
		other.Picture = same
		other.Name = "logo"
		// Twice, so that a Reader has to serve two recipes.
		outputs, err := limen.Transform(background, limen.Bytes(file),
			limen.Recipe{Format: limen.PNG, Marks: []limen.Mark{other}},
			limen.Recipe{Format: limen.PNG, Width: 200, Marks: []limen.Mark{other}})
		if err != nil {
			t.Fatal(err)
		}
		for _, output := range outputs {
			if !bytes.Equal(output.Bytes, marked.Bytes) {
				t.Errorf("%s: other bytes", name)
			}
		}
	}
	// Two pictures of one name are two pictures.
	second := mark
	second.Picture, second.Gravity = limen.Image(scene(32, 32)), limen.GravityNorthWest
	both := one(t, limen.Bytes(file), limen.Recipe{Format: limen.PNG, Marks: []limen.Mark{mark, second}})
	if got := color.NRGBAModel.Convert(decoded(t, both.Bytes).At(4, 4)); got == color.NRGBAModel.Convert(plain.At(4, 4)) {
		t.Error("the second mark is not there")
	}
	_, err := limen.Transform(background, limen.Bytes(file), limen.Recipe{},
		limen.Recipe{Marks: []limen.Mark{{Name: "logo", Picture: limen.Bytes([]byte("no picture"))}}})
	if err == nil || !strings.Contains(err.Error(), "logo") {
		t.Errorf("a mark's error names the mark: %v", err)
	}
	_, err = limen.Transform(background, limen.Bytes(file), limen.Recipe{},
		limen.Recipe{Marks: []limen.Mark{{Name: "logo"}}})
	if !errors.Is(err, limen.ErrInvalidArgument) || !strings.Contains(err.Error(), "recipe 1") {
		t.Errorf("a mark without a picture: %v", err)
	}
}

func TestRender(t *testing.T) {
	file := pngOf(scene(100, 80))
	recipe := limen.Recipe{Width: 50, Greyscale: true, Format: limen.PNG}
	rendered, err := limen.Render(background, limen.Bytes(file), recipe)
	if err != nil {
		t.Fatal(err)
	}
	if d := farthest(t, rendered, decoded(t, one(t, limen.Bytes(file), recipe).Bytes)); d != 0 {
		t.Errorf("the picture rendered differs from the one encoded by %d", d)
	}
}

func TestEightGoroutines(t *testing.T) {
	file := limen.Bytes(jpegOf(scene(200, 160)))
	logo := limen.Image(badge(32)) // one Source for all
	recipe := limen.Recipe{
		Width: 100, Format: limen.WebP,
		Marks: []limen.Mark{{Picture: logo, OfOutput: 0.2}},
	}
	want := one(t, file, recipe)
	p := limen.New(limen.Options{Concurrency: 8, Threads: 2})
	defer p.Close()
	var group sync.WaitGroup
	for i := 0; i < 8; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for j := 0; j < 4; j++ {
				outputs, err := p.Transform(background, file, recipe, recipe)
				if err != nil {
					t.Error(err)
					return
				}
				for _, output := range outputs {
					if !bytes.Equal(output.Bytes, want.Bytes) {
						t.Error("other bytes")
					}
				}
			}
		}()
	}
	group.Wait()
}

func TestNothingIsSharedAfterACall(t *testing.T) {
	file := jpegOf(scene(120, 90))
	recipe := limen.Recipe{Width: 60, Format: limen.PNG}
	first := one(t, limen.Bytes(file), recipe)
	kept := append([]byte(nil), first.Bytes...)
	for i := range file { // the caller's buffer is the caller's again
		file[i] = 0xff
	}
	one(t, limen.Bytes(jpegOf(scene(130, 90))), recipe)
	if !bytes.Equal(first.Bytes, kept) {
		t.Error("an output changed after its call")
	}
	for i := range first.Bytes { // and the output too
		first.Bytes[i] = 0
	}
	if again := one(t, limen.Bytes(jpegOf(scene(120, 90))), recipe); !bytes.Equal(again.Bytes, kept) {
		t.Error("other bytes")
	}
}

func TestPlan(t *testing.T) {
	file := limen.Bytes(jpegOf(scene(320, 240)))
	recipe := limen.Recipe{Crop: image.Rect(10, 20, 210, 170), Width: 100, Format: limen.WebP}
	plan, err := limen.Plan(background, file, recipe)
	if err != nil {
		t.Fatal(err)
	}
	output := one(t, file, recipe)
	if plan.Width != output.Width || plan.Height != output.Height || plan.Format != output.Format ||
		plan.Crop != recipe.Crop || !plan.Searches || plan.PeakBytes == 0 {
		t.Errorf("%+v", plan)
	}
	if steps := strings.Join(plan.Steps, " "); !strings.Contains(steps, "decode") || !strings.Contains(steps, "resize") {
		t.Error(steps)
	}
	if _, err := limen.Plan(background, limen.Image(scene(4, 4)), recipe); !errors.Is(err, limen.ErrInvalidArgument) {
		t.Errorf("a plan for an Image: %v", err)
	}
}

func TestProbe(t *testing.T) {
	info, err := limen.Probe(background, limen.Bytes(jpegOf(scene(33, 21))))
	if err != nil {
		t.Fatal(err)
	}
	want := limen.Info{
		Format: limen.JPEG, Width: 33, Height: 21, UprightWidth: 33, UprightHeight: 21, Orientation: 1,
		Frames: 1, BitDepth: 8, Model: limen.ModelYCbCr, Chroma: limen.Chroma420, JPEGQuality: 92,
	}
	if !reflect.DeepEqual(info, want) {
		t.Errorf("%+v", info)
	}
	info, err = limen.Probe(background, limen.Reader(bytes.NewReader(pngOf(badge(8)))))
	if err != nil || info.Format != limen.PNG || !info.HasAlpha || !info.Lossless {
		t.Errorf("%+v %v", info, err)
	}
}

func TestMetadataAndDamage(t *testing.T) {
	output, err := limen.Encode(background, scene(64, 48), limen.EncodeOptions{XMP: []byte(
		`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
			`<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="3"/></rdf:RDF></x:xmpmeta>`)})
	if err != nil {
		t.Fatal(err)
	}
	if info, err := limen.Probe(background, limen.Bytes(output.Bytes)); err != nil || !info.HasXMP {
		t.Errorf("%+v %v", info, err)
	}
	without := one(t, limen.Bytes(output.Bytes), limen.Recipe{Metadata: limen.MetadataNone})
	if len(without.DroppedMetadata) == 0 {
		t.Error("nothing dropped")
	}
	p := limen.New(limen.Options{BestEffort: true})
	defer p.Close()
	file := jpegOf(scene(200, 200))
	outputs, err := p.Transform(background, limen.Bytes(file[:len(file)*2/3]), limen.Recipe{Width: 50})
	if err != nil || outputs[0].Damage == "" {
		t.Errorf("two thirds of a file: %v", err)
	}
}
