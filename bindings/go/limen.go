// SPDX-License-Identifier: Apache-2.0

package limen

// #cgo pkg-config: limen
// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// Version is the version of the liblimen that the program runs with: "0.1.0".
func Version() string { return C.GoString(C.limen_version()) }

// checkABI refuses a liblimen that is not the one of the header that this package was built with.
func checkABI() error {
	if found := uint32(C.limen_abi_version()); found != C.LIMEN_C_ABI_VERSION {
		return &Error{
			Code: ErrUnsupported,
			Message: fmt.Sprintf("liblimen %s has ABI %d, this program was built for ABI %d",
				Version(), found, uint32(C.LIMEN_C_ABI_VERSION)),
		}
	}
	return nil
}

// Format is a file format. The zero value stands for none, or for the source's.
type Format int32

const (
	JPEG Format = C.LIMEN_FORMAT_JPEG + 1
	PNG  Format = C.LIMEN_FORMAT_PNG + 1
	WebP Format = C.LIMEN_FORMAT_WEBP + 1
	AVIF Format = C.LIMEN_FORMAT_AVIF + 1
)

// String gives "jpeg", "png", "webp", "avif" or "none", which are file name extensions too.
func (f Format) String() string { return C.GoString(C.limen_format_name(C.int32_t(f - 1))) }

// ContentType gives the media type: "image/webp".
func (f Format) ContentType() string {
	return C.GoString(C.limen_format_mime_type(C.int32_t(f - 1)))
}

// PickFormat picks the format to answer an HTTP Accept header with, of those allowed, which come in the
// order of preference; zero where none is acceptable. AVIF and WebP count only where they are named, JPEG
// and PNG by wildcard too, and where the header is empty.
func PickFormat(accept string, allowed ...Format) Format {
	var a arena
	defer a.free()
	text, err := a.text("Accept header", accept)
	if err != nil {
		return 0
	}
	numbers := formatNumbers(allowed)
	if len(numbers) == 0 {
		return 0
	}
	return Format(C.limen_pick_format(text, &numbers[0], C.size_t(len(numbers))) + 1)
}

func formatNumbers(formats []Format) []C.int32_t {
	numbers := make([]C.int32_t, len(formats))
	for i, format := range formats {
		numbers[i] = C.int32_t(format - 1)
	}
	return numbers
}

// Chroma is how much less of colour than of brightness a file holds.
type Chroma int32

const (
	ChromaAuto  Chroma = C.LIMEN_CHROMA_AUTOMATIC // what suits quality and format, or no choice
	Chroma444   Chroma = C.LIMEN_CHROMA_444
	Chroma422   Chroma = C.LIMEN_CHROMA_422
	Chroma420   Chroma = C.LIMEN_CHROMA_420
	Chroma440   Chroma = C.LIMEN_CHROMA_440
	Chroma411   Chroma = C.LIMEN_CHROMA_411
	Chroma410   Chroma = C.LIMEN_CHROMA_410
	ChromaGray  Chroma = C.LIMEN_CHROMA_GRAY
	ChromaOther Chroma = C.LIMEN_CHROMA_OTHER // only ever comes out
)

// arena is memory of C's for the length of a call: what limen's structs point to.
type arena struct{ blocks []unsafe.Pointer }

func (a *arena) allocate(bytes uintptr) (unsafe.Pointer, error) {
	block := C.limen_go_allocate(C.size_t(bytes))
	if block == nil {
		return nil, outOfMemory()
	}
	a.blocks = append(a.blocks, block)
	return block, nil
}

func (a *arena) copyOf(data []byte) (unsafe.Pointer, error) {
	block, err := a.allocate(uintptr(len(data)))
	if err != nil {
		return nil, err
	}
	copy(unsafe.Slice((*byte)(block), len(data)), data)
	return block, nil
}

// text refuses a string that C would see the end of too early.
func (a *arena) text(what, value string) (*C.char, error) {
	for i := 0; i < len(value); i++ {
		if value[i] == 0 {
			return nil, invalidArgument("%s %q: has a zero byte", what, value)
		}
	}
	block, err := a.allocate(uintptr(len(value)) + 1)
	if err != nil {
		return nil, err
	}
	copy(unsafe.Slice((*byte)(block), len(value)), value)
	return (*C.char)(block), nil
}

func (a *arena) formats(formats []Format) (*C.int32_t, error) {
	if len(formats) == 0 {
		return nil, nil
	}
	numbers := formatNumbers(formats)
	block, err := a.allocate(uintptr(len(numbers)) * unsafe.Sizeof(numbers[0]))
	if err != nil {
		return nil, err
	}
	copy(unsafe.Slice((*C.int32_t)(block), len(numbers)), numbers)
	return (*C.int32_t)(block), nil
}

func (a *arena) free() {
	for _, block := range a.blocks {
		C.free(block)
	}
	a.blocks = nil
}

func boolOf(value bool) C.int32_t {
	if value {
		return 1
	}
	return 0
}

// narrow refuses what the library could not even be told.
func narrow(what string, value int) (C.int32_t, error) {
	if int(int32(value)) != value {
		return 0, invalidArgument("%s %d: is beyond 32 bits", what, value)
	}
	return C.int32_t(value), nil
}

// texts copies an array of the library's strings.
func texts(first **C.char, count C.size_t) []string {
	if count == 0 {
		return nil
	}
	out := make([]string, count)
	for i, text := range unsafe.Slice(first, int(count)) {
		out[i] = C.GoString(text)
	}
	return out
}
