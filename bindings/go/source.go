// SPDX-License-Identifier: Apache-2.0

package limen

// #include "shim.h"
import "C"

import (
	"context"
	"image"
	"io"
)

// Source is a picture that a call reads: Bytes, a Reader or an Image. The zero value is none, and
// refused.
type Source struct{ from *from }

// from is a picture of one of three kinds; a pointer to it tells that two Sources are the same.
type from struct {
	kind   kind
	bytes  []byte
	reader io.Reader
	image  image.Image
}

type kind int

const (
	ofBytes kind = iota
	ofReader
	ofImage
)

// Bytes is a picture's file. It is not copied; nothing may change it during a call.
func Bytes(file []byte) Source { return Source{&from{kind: ofBytes, bytes: file}} }

// Reader is a picture's file, read to its end by the first call that takes the Source, within
// Limits.InputBytes. The context is asked between two reads. A reader's error ends the call with
// ErrIO, which wraps it.
func Reader(file io.Reader) Source { return Source{&from{kind: ofReader, reader: file}} }

// Image is a picture in memory, taken as sRGB. *image.NRGBA, *image.Gray and an opaque *image.RGBA are
// read where they lie, so nothing may change them during a call; what else there is is converted to 8
// or, where its colour model has 16 bits, to 16 bits a channel, alpha straight.
func Image(picture image.Image) Source { return Source{&from{kind: ofImage, image: picture}} }

// input is a Source ready for C: a file, or pixels of some form.
type input struct {
	bytes []byte
	form  *C.limen_pixels // null: a file; else bytes are its pixels
}

// lend gives what C gets the first byte of. It is taken as &lent[0] in the call itself: cgo then looks at
// the slice alone, not at what else lies in the same allocation.
func lend(bytes []byte) []byte {
	if len(bytes) == 0 {
		return []byte{0}
	}
	return bytes
}

func (in *input) lent() []byte { return lend(in.bytes) }

func (in *input) size() C.size_t { return C.size_t(len(in.bytes)) }

func (p *Processor) load(ctx context.Context, source Source) (*input, error) {
	if source.from == nil {
		return nil, invalidArgument("the source is the zero Source, which has no picture")
	}
	switch source.from.kind {
	case ofImage:
		return p.loadImage(source.from.image)
	case ofReader:
		if source.from.reader == nil {
			return nil, invalidArgument("the reader is nil")
		}
		bytes, err := readAll(ctx, source.from.reader, uint64(p.limits.input_bytes))
		if err != nil {
			return nil, err
		}
		return &input{bytes: bytes}, nil
	default:
		return &input{bytes: source.from.bytes}, nil
	}
}

// loadFile is load for calls that want a file.
func (p *Processor) loadFile(ctx context.Context, source Source) (*input, error) {
	if source.from != nil && source.from.kind == ofImage {
		return nil, invalidArgument("the source is an Image, where a file is wanted")
	}
	return p.load(ctx, source)
}

// readAll reads no more than one byte beyond the limit.
func readAll(ctx context.Context, reader io.Reader, limit uint64) ([]byte, error) {
	const least = 32 << 10
	capacity := least
	if sized, ok := reader.(interface{ Len() int }); ok { // bytes.Reader, bytes.Buffer, strings.Reader
		if n := sized.Len(); n > 0 && uint64(n) <= limit {
			capacity = n + 1 // one more, to see the end
		}
	}
	bytes := make([]byte, 0, capacity)
	for idle := 0; ; {
		if ctx.Err() != nil {
			return nil, contextEnded(ctx)
		}
		if len(bytes) == cap(bytes) {
			bytes = append(bytes, 0)[:len(bytes)]
		}
		n, err := reader.Read(bytes[len(bytes):cap(bytes)])
		if n < 0 || n > cap(bytes)-len(bytes) {
			return nil, ioError("the reader gave a count that cannot be", io.ErrNoProgress)
		}
		bytes = bytes[:len(bytes)+n]
		if uint64(len(bytes)) > limit {
			return nil, limitExceeded(LimitInputBytes, uint64(len(bytes)), limit)
		}
		if err == io.EOF {
			return bytes, nil
		}
		if err != nil {
			return nil, ioError("reading the source failed", err)
		}
		if idle++; n > 0 {
			idle = 0
		} else if idle == 100 { // as bufio has it
			return nil, ioError("reading the source failed", io.ErrNoProgress)
		}
	}
}

func ioError(message string, cause error) *Error {
	return &Error{Code: ErrIO, Message: message, Err: cause}
}
