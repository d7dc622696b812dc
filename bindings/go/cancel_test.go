// SPDX-License-Identifier: Apache-2.0

package limen_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"testing"
	"time"

	limen "github.com/limen-image/limen/bindings/go"
)

// long is a job of many seconds, so that a few milliseconds never see its end.
func long(t testing.TB) limen.Source {
	if longFile == nil {
		tile := scene(500, 400)
		picture := image.NewNRGBA(image.Rect(0, 0, 4000, 3200))
		for y := 0; y < 3200; y++ {
			for x := 0; x < 4000; x += 500 {
				copy(picture.Pix[picture.PixOffset(x, y):], tile.Pix[tile.PixOffset(0, y%400):tile.PixOffset(0, y%400)+2000])
			}
		}
		longFile = jpegOf(picture)
	}
	return limen.Bytes(longFile)
}

var longFile []byte

func TestCancelledDuring(t *testing.T) {
	source := long(t)
	for _, format := range []limen.Format{limen.JPEG, limen.PNG, limen.WebP, limen.AVIF} {
		ctx, cancel := context.WithTimeout(background, 30*time.Millisecond)
		_, err := limen.Transform(ctx, source,
			limen.Recipe{Format: format, Effort: 9, Rotate: 1}, limen.Recipe{Format: format, Effort: 9, Rotate: 2})
		cancel()
		fails(t, err, limen.ErrCancelled)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v: %v", format, err)
		}
	}
	// The workspaces and tokens that they leave are as good as new.
	recipe := limen.Recipe{Width: 40, Format: limen.PNG}
	file := limen.Bytes(jpegOf(scene(80, 80)))
	first := one(t, file, recipe)
	for i := 0; i < 4; i++ {
		if again := one(t, file, recipe); !bytes.Equal(again.Bytes, first.Bytes) {
			t.Error("other bytes")
		}
	}
}

func TestEveryCallCanBeCancelled(t *testing.T) {
	source := long(t)
	picture, err := limen.Decode(background, source, limen.DecodeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]func(context.Context) error{
		"Transform": func(ctx context.Context) error {
			_, err := limen.Transform(ctx, source)
			return err
		},
		"Render": func(ctx context.Context) error {
			_, err := limen.Render(ctx, source, limen.Recipe{Blur: 500})
			return err
		},
		"Encode": func(ctx context.Context) error {
			_, err := limen.Encode(ctx, picture, limen.EncodeOptions{Fidelity: limen.Score(90), Effort: 9})
			return err
		},
		"FindSmallest": func(ctx context.Context) error {
			_, err := limen.FindSmallest(ctx, picture, limen.EncodeOptions{})
			return err
		},
		"Compare": func(ctx context.Context) error {
			_, err := limen.Compare(ctx, limen.Image(picture), limen.Image(picture))
			return err
		},
	} {
		ctx, cancel := context.WithTimeout(background, 10*time.Millisecond)
		err := call(ctx)
		cancel()
		if fails(t, err, limen.ErrCancelled); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
		gone, cancel := context.WithCancel(background)
		cancel()
		if err := call(gone); !errors.Is(err, limen.ErrCancelled) || !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a context that has ended: %v", name, err)
		}
	}
}

func TestCancelledWhileReading(t *testing.T) {
	ctx, cancel := context.WithCancel(background)
	reads := 0
	endless := readFunc(func(p []byte) (int, error) {
		if reads++; reads == 3 {
			cancel()
		}
		return 1, nil
	})
	_, err := limen.Transform(ctx, limen.Reader(endless))
	fails(t, err, limen.ErrCancelled)
	if !errors.Is(err, context.Canceled) || reads != 3 {
		t.Errorf("%v after %d reads", err, reads)
	}
}

// With one turn, the second call waits for the first, but not longer than its context.
func TestCancelledWhileWaiting(t *testing.T) {
	p := limen.New(limen.Options{Concurrency: 1})
	defer p.Close()
	source := long(t)
	first, cancel := context.WithCancel(background)
	done := make(chan error)
	go func() {
		_, err := p.Transform(first, source)
		done <- err
	}()
	second, stop := context.WithTimeout(background, 30*time.Millisecond)
	defer stop()
	_, err := p.Transform(second, source)
	fails(t, err, limen.ErrCancelled)
	cancel()
	fails(t, <-done, limen.ErrCancelled)
	if _, err := p.Transform(background, limen.Bytes(pngOf(badge(4)))); err != nil {
		t.Error(err)
	}
}
