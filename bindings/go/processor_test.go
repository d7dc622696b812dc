// SPDX-License-Identifier: Apache-2.0

package limen_test

import (
	"context"
	"errors"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"

	limen "github.com/limen-image/limen/bindings/go"
)

func TestClosedTwice(t *testing.T) {
	p := limen.New(limen.Options{})
	file := limen.Bytes(pngOf(badge(8)))
	if _, err := p.Transform(background, file); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < 3; i++ {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	_, err := p.Transform(background, file)
	fails(t, err, limen.ErrInvalidArgument)
	if !errors.Is(err, os.ErrClosed) {
		t.Error(err)
	}
	for name, err := range map[string]error{
		"Probe":   second(p.Probe(background, file)),
		"Plan":    second(p.Plan(background, file, limen.Recipe{})),
		"Decode":  second(p.Decode(background, file, limen.DecodeOptions{})),
		"Render":  second(p.Render(background, file, limen.Recipe{})),
		"Encode":  second(p.Encode(background, badge(4), limen.EncodeOptions{})),
		"Compare": second(p.Compare(background, file, file)),
	} {
		if !errors.Is(err, os.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestClosedDuringCalls(t *testing.T) {
	before := workersAfterCollection(t)
	for round := 0; round < 5; round++ {
		p := limen.New(limen.Options{Concurrency: 4})
		file := limen.Bytes(jpegOf(scene(100, 100)))
		started := make(chan struct{}, 8)
		var group sync.WaitGroup
		for i := 0; i < 8; i++ {
			group.Add(1)
			go func() {
				defer group.Done()
				for {
					_, err := p.Transform(background, file, limen.Recipe{Width: 50})
					select {
					case started <- struct{}{}:
					default:
					}
					if err != nil {
						if !errors.Is(err, os.ErrClosed) {
							t.Error(err)
						}
						return
					}
				}
			}()
		}
		<-started
		p.Close()
		group.Wait()
	}
	if after := workersAfterCollection(t); after > before {
		t.Errorf("%d workspaces, and %d before", after, before)
	}
}

// workersAfterCollection lets the collector find what nobody refers to, and run its finalizers.
func workersAfterCollection(t *testing.T) int64 {
	t.Helper()
	for i := 0; i < 4; i++ {
		runtime.GC()
		ran := make(chan struct{})
		runtime.SetFinalizer(new([16]byte), func(*[16]byte) { close(ran) })
		runtime.GC()
		<-ran
	}
	return limen.LiveWorkers()
}

func TestCollectorIsTheNet(t *testing.T) {
	before := workersAfterCollection(t)
	file := limen.Bytes(pngOf(badge(8)))
	for i := 0; i < 20; i++ {
		if _, err := limen.New(limen.Options{}).Transform(background, file); err != nil { // never closed
			t.Fatal(err)
		}
	}
	if after := workersAfterCollection(t); after > before {
		t.Errorf("%d workspaces, and %d before", after, before)
	}
}

func status(t *testing.T, field string) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, field+":") {
			number, err := strconv.Atoi(strings.Fields(line)[1])
			if err != nil {
				t.Fatal(err)
			}
			return number
		}
	}
	t.Fatalf("no %s", field)
	return 0
}

func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// In a child with one arena of malloc's: with one for each thread, memory grows for long as Go moves calls
// from thread to thread, and says little.
func TestThousandImagesInFlatMemory(t *testing.T) {
	if !inChild(t, "MALLOC_ARENA_MAX=1") {
		return
	}
	p := limen.New(limen.Options{Concurrency: 1})
	defer p.Close()
	files := make([][]byte, 10)
	for i := range files {
		files[i] = jpegOf(scene(200+8*i, 140))
	}
	logo := limen.Image(badge(40))
	broken := files[0][:len(files[0])/2]
	ended, cancel := context.WithCancel(background)
	cancel()
	round := func(i int) {
		outputs, err := p.Transform(background, limen.Bytes(files[i%len(files)]),
			limen.Recipe{Width: 120, Format: limen.JPEG, Fidelity: limen.Quality(80), Marks: []limen.Mark{{Picture: logo}}},
			limen.Recipe{Width: 100, Format: limen.WebP, Fidelity: limen.Quality(80), Effort: 1},
			limen.Recipe{Width: 50, Formats: []limen.Format{limen.PNG, limen.WebP}})
		if err != nil || len(outputs) != 3 {
			t.Fatal(err)
		}
		picture, err := p.Decode(background, limen.Bytes(files[i%len(files)]), limen.DecodeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Encode(background, picture, limen.EncodeOptions{ICC: make([]byte, 3000)}); err != nil &&
			!errors.Is(err, limen.ErrInvalidArgument) && !errors.Is(err, limen.ErrMalformed) {
			t.Fatal(err)
		}
		if _, err := p.Transform(background, limen.Bytes(broken)); err == nil {
			t.Fatal("half a file")
		}
		if _, err := p.Transform(ended, limen.Bytes(broken)); err == nil {
			t.Fatal("a context that has ended")
		}
		for j := 0; j < 20; j++ {
			if _, err := limen.ParseQuery("w=100&wat=1&wat_url=a+long+name+so+that+leaks+weigh"); err != nil {
				t.Fatal(err)
			}
			if _, err := p.Probe(background, limen.Bytes(broken[:3])); err == nil {
				t.Fatal("three bytes")
			}
			if _, err := p.Plan(background, limen.Bytes(files[0]), limen.Recipe{Width: 10}); err != nil {
				t.Fatal(err)
			}
		}
	}
	count := 1000
	if testing.Short() {
		count = 200
	}
	for i := 0; i < count/2; i++ {
		round(i)
	}
	workers := workersAfterCollection(t)
	debug.FreeOSMemory()
	memory, handles, threads := status(t, "VmRSS"), openFiles(t), status(t, "Threads")
	for i := 0; i < count; i++ {
		round(i)
	}
	workersNow := workersAfterCollection(t)
	debug.FreeOSMemory()
	// Short is how the race detector runs, whose own memory grows.
	if more := status(t, "VmRSS") - memory; more > 2<<10 && !testing.Short() {
		t.Errorf("%d kB more after %d images than after %d", more, count*3/2, count/2)
	}
	if now := openFiles(t); now > handles {
		t.Errorf("%d files are open, %d were", now, handles)
	}
	if now := status(t, "Threads"); now > threads+4 { // the runtime starts some of its own
		t.Errorf("%d threads, %d before", now, threads)
	}
	if workersNow > workers {
		t.Errorf("%d workspaces, %d before", workersNow, workers)
	}
}
