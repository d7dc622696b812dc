// SPDX-License-Identifier: Apache-2.0

package limen_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	limen "github.com/limen-image/limen/bindings/go"
)

// bombOf is a PNG whose header says that it is so large.
func bombOf(width, height uint32) []byte {
	file := append([]byte(nil), pngOf(badge(4))...)
	binary.BigEndian.PutUint32(file[16:], width)
	binary.BigEndian.PutUint32(file[20:], height)
	binary.BigEndian.PutUint32(file[29:], crc32.ChecksumIEEE(file[12:29]))
	return file
}

// fails asserts that the error is limen's, of that code, and gives it.
func fails(t *testing.T, err error, code limen.Code) *limen.Error {
	t.Helper()
	var failure *limen.Error
	if !errors.As(err, &failure) || !errors.Is(err, code) || failure.Code != code {
		t.Fatalf("%v is not: %v", err, code)
	}
	if !strings.HasPrefix(failure.Error(), "limen: ") || strings.Contains(failure.Error(), "\n") {
		t.Errorf("%q", failure.Error())
	}
	for other := limen.ErrInvalidArgument; other <= limen.ErrInternal; other++ {
		if other != code && errors.Is(err, other) {
			t.Errorf("%v is %v as well", err, other)
		}
	}
	return failure
}

func transform(source limen.Source) error {
	_, err := limen.Transform(background, source, limen.Recipe{Width: 10, Format: limen.PNG})
	return err
}

func TestInvalidArgument(t *testing.T) {
	fails(t, transform(limen.Source{}), limen.ErrInvalidArgument)
	fails(t, transform(limen.Reader(nil)), limen.ErrInvalidArgument)
	fails(t, transform(limen.Image(nil)), limen.ErrInvalidArgument)
	_, err := limen.Transform(nil, limen.Bytes(pngOf(badge(4)))) //nolint:staticcheck
	fails(t, err, limen.ErrInvalidArgument)
	_, err = limen.TransformTo(background, nil, limen.Bytes(pngOf(badge(4))), limen.Recipe{})
	fails(t, err, limen.ErrInvalidArgument)
	_, err = (&limen.Processor{}).Probe(background, limen.Bytes(pngOf(badge(4))))
	fails(t, err, limen.ErrInvalidArgument)
	_, err = (*limen.Processor)(nil).Probe(background, limen.Bytes(pngOf(badge(4))))
	fails(t, err, limen.ErrInvalidArgument)
	_, err = limen.Transform(background, limen.Bytes(pngOf(badge(4))), limen.Recipe{}, limen.Recipe{DPR: 11})
	if failure := fails(t, err, limen.ErrInvalidArgument); !strings.Contains(failure.Message, "recipe 1") {
		t.Error(failure)
	}
}

func TestUnsupported(t *testing.T) {
	gif := append([]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00"), make([]byte, 40)...)
	fails(t, transform(limen.Bytes(gif)), limen.ErrUnsupported)
}

func TestEmptyMalformedTruncated(t *testing.T) {
	for name, file := range map[string][]byte{"nil": nil, "empty": {}, "one": {0xff}, "text": []byte("hello, world")} {
		for kind, source := range map[string]limen.Source{
			"Bytes": limen.Bytes(file), "Reader": limen.Reader(bytes.NewReader(file)),
		} {
			err := transform(source)
			var failure *limen.Error
			if !errors.As(err, &failure) || (failure.Code != limen.ErrTruncated && failure.Code != limen.ErrMalformed &&
				failure.Code != limen.ErrUnsupported && failure.Code != limen.ErrInvalidArgument) {
				t.Errorf("%s, %s: %v", name, kind, err)
			}
		}
	}
	file := pngOf(scene(50, 50))
	failure := fails(t, transform(limen.Bytes(file[:len(file)/2])), limen.ErrTruncated)
	if failure.Format != limen.PNG {
		t.Errorf("%+v", failure)
	}
	file[len(file)/2] ^= 0xff
	if failure := fails(t, transform(limen.Bytes(file)), limen.ErrMalformed); failure.Format != limen.PNG {
		t.Errorf("%+v", failure)
	}
}

func TestLimits(t *testing.T) {
	file := pngOf(scene(64, 48))
	for limit, limits := range map[limen.Limit]limen.Limits{
		limen.LimitInputBytes:    {InputBytes: 100},
		limen.LimitSide:          {Side: 63},
		limen.LimitPixels:        {Pixels: 64*48 - 1},
		limen.LimitWorkingMemory: {WorkingMemory: 1000},
	} {
		p := limen.New(limen.Options{Limits: limits})
		sources := map[string]limen.Source{"Bytes": limen.Bytes(file), "Reader": limen.Reader(bytes.NewReader(file))}
		if limit != limen.LimitInputBytes {
			sources["Image"] = limen.Image(scene(64, 48))
		}
		for kind, source := range sources {
			_, err := p.Transform(background, source, limen.Recipe{Width: 10, Format: limen.PNG})
			failure := fails(t, err, limen.ErrLimitExceeded)
			if failure.Limit != limit || failure.Asked <= failure.Allowed || failure.Allowed == 0 {
				t.Errorf("%v of %s: %+v", limit, kind, failure)
			}
			if !strings.Contains(failure.Message, limit.String()) {
				t.Errorf("%v of %s: %q", limit, kind, failure.Message)
			}
		}
		p.Close()
	}
	failure := fails(t, transform(limen.Bytes(bombOf(60000, 60000))), limen.ErrLimitExceeded)
	if failure.Limit != limen.LimitPixels || failure.Asked != 3600000000 || failure.Allowed != 50000000 {
		t.Errorf("%+v", failure)
	}
	// A reader without end is read up to the limit, and a uniform image is as large as numbers go.
	endless := limen.Reader(readFunc(func(p []byte) (int, error) { return len(p), nil }))
	if failure := fails(t, transform(endless), limen.ErrLimitExceeded); failure.Limit != limen.LimitInputBytes {
		t.Errorf("%+v", failure)
	}
	fails(t, transform(limen.Image(image.NewUniform(image.Black.C))), limen.ErrLimitExceeded)
	if limen.LimitNone.String() != "none" || limen.Limit(99).String() != "Limit(99)" {
		t.Error("names of limits")
	}
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

func TestIO(t *testing.T) {
	broken := errors.New("the line is broken")
	err := transform(limen.Reader(failing{err: broken}))
	fails(t, err, limen.ErrIO)
	if !errors.Is(err, broken) {
		t.Error(err)
	}
	fails(t, transform(limen.Reader(failing{})), limen.ErrIO) // neither bytes nor an error, for ever
	fails(t, transform(limen.Reader(readFunc(func(p []byte) (int, error) { return len(p) + 1, nil }))), limen.ErrIO)
	fails(t, transform(limen.Reader(readFunc(func(p []byte) (int, error) { return -1, nil }))), limen.ErrIO)
	mark := limen.Mark{Name: "logo", Picture: limen.Reader(failing{err: broken})}
	_, err = limen.Transform(background, limen.Bytes(pngOf(badge(4))), limen.Recipe{Marks: []limen.Mark{mark}})
	fails(t, err, limen.ErrIO)
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "logo") {
		t.Error(err)
	}
}

func TestCodes(t *testing.T) {
	for code, name := range map[limen.Code]string{
		limen.ErrInvalidArgument: "invalid argument",
		limen.ErrUnsupported:     "unsupported",
		limen.ErrMalformed:       "malformed",
		limen.ErrTruncated:       "truncated",
		limen.ErrLimitExceeded:   "limit exceeded",
		limen.ErrCancelled:       "cancelled",
		limen.ErrOutOfMemory:     "out of memory",
		limen.ErrIO:              "io",
		limen.ErrInternal:        "internal",
	} {
		if code.Error() != name {
			t.Errorf("%d is %q", code, code.Error())
		}
		fails(t, limen.FollowsCode(code), code)
	}
}

// inChild runs the test in a process of its own, with these settings added to the environment. True: this
// is that process.
func inChild(t *testing.T, settings ...string) bool {
	t.Helper()
	const marker = "LIMEN_TEST_CHILD"
	if os.Getenv(marker) == t.Name() {
		return true
	}
	arguments := []string{"-test.run=^" + t.Name() + "$", "-test.v"}
	if testing.Short() {
		arguments = append(arguments, "-test.short")
	}
	child := exec.Command(os.Args[0], arguments...)
	child.Env = append(append(os.Environ(), settings...), marker+"="+t.Name())
	output, err := child.CombinedOutput()
	if err != nil || !bytes.Contains(output, []byte("--- PASS: "+t.Name())) {
		t.Fatalf("%v\n%s", err, output)
	}
	return false
}

// The system has no memory for what the limits allow: in a child, which may take little more than it has.
func TestOutOfMemory(t *testing.T) {
	if !inChild(t) {
		return
	}
	file := pngOf(image.NewGray(image.Rect(0, 0, 3500, 3500)))
	// The codecs' libraries and the threads are there before the limit is.
	fails(t, transform(limen.Bytes(file[:len(file)/2])), limen.ErrTruncated)
	pages, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	size := uint64(0)
	for _, digit := range pages[:bytes.IndexByte(pages, ' ')] {
		size = size*10 + uint64(digit-'0')
	}
	limit := syscall.Rlimit{Cur: size*uint64(os.Getpagesize()) + 64<<20, Max: ^uint64(0)}
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &limit); err != nil {
		t.Fatal(err)
	}
	p := limen.New(limen.Options{})
	// A search takes some 50 bytes a pixel: ten times what there is.
	_, err = p.Transform(background, limen.Bytes(file), limen.Recipe{Format: limen.JPEG, Rotate: 1, AlwaysEncode: true})
	fails(t, err, limen.ErrOutOfMemory)
}

func TestCancelledBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(background)
	cancel()
	_, err := limen.Transform(ctx, limen.Bytes(pngOf(badge(4))))
	fails(t, err, limen.ErrCancelled)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestRefusedRecipe(t *testing.T) {
	file := limen.Bytes(jpegOf(scene(60, 40)))
	for name, wrong := range map[string]limen.Recipe{
		"what this package sees":         {Width: 1 << 40},
		"what limen sees in a recipe":    {Blur: -1},
		"what it sees beside the source": {Crop: image.Rect(50, 0, 90, 10)},
		"what it sees in a mark":         {Marks: []limen.Mark{{Picture: file, Opacity: 2}}},
	} {
		_, err := limen.Transform(background, file, wrong)
		if alone := fails(t, err, limen.ErrInvalidArgument).Message; strings.Contains(alone, "recipe 0") {
			t.Errorf("%s, alone: %s", name, alone)
		}
		_, err = limen.Transform(background, file, limen.Recipe{}, limen.Recipe{}, wrong, limen.Recipe{})
		among := fails(t, err, limen.ErrInvalidArgument).Message
		if !strings.HasPrefix(among, "recipe 2: ") || strings.Count(among, "recipe 2") != 1 {
			t.Errorf("%s, among others: %s", name, among)
		}
		_, err = limen.Render(background, file, wrong)
		fails(t, err, limen.ErrInvalidArgument)
	}
	ended, end := context.WithCancel(background)
	end()
	_, err := limen.Transform(ended, file, limen.Recipe{}, limen.Recipe{})
	if failure := fails(t, err, limen.ErrCancelled); strings.Contains(failure.Message, "recipe") {
		t.Error(failure)
	}
}
