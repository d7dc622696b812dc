// SPDX-License-Identifier: Apache-2.0

package limen

// #include "shim.h"
import "C"

import (
	"image"
	"io"
	"unsafe"
)

// Output is a finished file and what was done for it.
type Output struct {
	Bytes    []byte // the file; yours, and with AppendTransform a part of your buffer
	Format   Format
	Width    int
	Height   int
	BitDepth int
	HasAlpha bool
	// Mode is what the picture is coded with: a Quality, Lossless or a NearLossless. FidelityDefault: a
	// kept source, of which that is not known.
	Mode   Fidelity
	Chroma Chroma
	// SharpYUV: a WebP's chroma was halved the sharp way. Only where Search is not nil.
	SharpYUV bool
	// Progressive: a JPEG's scans.
	Progressive bool
	// KeptSource: the source's own coded picture, not encoded again.
	KeptSource bool
	// Search is what a search found; nil where the codec was told its own knob, for then nobody looked.
	Search    *Search
	PeakBytes uint64 // of working memory
	// ColorAction is what was done about colour ("none", "icc", …), ColorSource what the source's was
	// ("sRGB", "Display P3", …).
	ColorAction, ColorSource string
	Damage                   string   // with Options.BestEffort: what was wrong with the source
	DroppedMetadata          []string // "gps", "thumbnail", …
	Notes                    []string // what a caller may want to know, one line each
}

// Search is what a search for the quality found.
type Search struct {
	Reached      bool    // the target, and the worst block's bound
	Certified    bool    // the next smaller file was seen to miss it
	Score        float64 // of the file, decoded, beside the finished picture: SSIMULACRA 2.1
	WorstBlock   float64
	WorstBlockAt image.Rectangle
	Evaluations  int // candidates scored
	Encodes      int // files made by an encoder
	Quantizer    Quantizer
}

// Quantizer is what has chosen the levels of a JPEG that was searched for.
type Quantizer int32

const (
	QuantizerLibjpeg Quantizer = C.LIMEN_QUANTIZER_LIBJPEG // Encode does the same for Output.Mode
	QuantizerLimen   Quantizer = C.LIMEN_QUANTIZER_LIMEN   // tables and choices made for the picture
)

// WriteTo writes the file. A writer's error comes back as an *Error of ErrIO, which wraps it.
func (o *Output) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(o.Bytes)
	if err == nil && n < len(o.Bytes) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return int64(n), &Error{Code: ErrIO, Message: "writing the output failed", Format: o.Format, Err: err}
	}
	return int64(n), nil
}

// outputsOf takes over what was made: keep copies the files that are the library's until then.
func outputsOf(made C.limen_go_made, keep func(outputs []Output)) []Output {
	defer C.limen_go_free_made(made)
	outputs := make([]Output, int(made.count))
	for i, found := range unsafe.Slice(made.each, len(outputs)) {
		outputs[i] = outputOf(&found)
	}
	keep(outputs)
	return outputs
}

// keepEach gives every file memory of its own. The two lines with own belong together: the compiler then
// knows that the copy need not be cleared first.
func keepEach(outputs []Output) {
	for i := range outputs {
		lent := outputs[i].Bytes
		own := make([]byte, len(lent))
		copy(own, lent)
		outputs[i].Bytes = own
	}
}

// appendAll puts the files behind what buffer holds. Where there is room for all they are there already.
func appendAll(buffer []byte, outputs []Output) []byte {
	total := 0
	for i := range outputs {
		total += len(outputs[i].Bytes)
	}
	mustGrow := cap(buffer)-len(buffer) < total
	if mustGrow {
		buffer = append(buffer, make([]byte, total)...)[:len(buffer)]
	}
	for i := range outputs {
		begin, end := len(buffer), len(buffer)+len(outputs[i].Bytes)
		buffer = buffer[:end]
		if mustGrow {
			copy(buffer[begin:], outputs[i].Bytes)
		}
		outputs[i].Bytes = buffer[begin:end:end] // appending to it spoils no other
	}
	return buffer
}

func outputOf(found *C.limen_output) Output {
	out := Output{
		Bytes:           lentBytes(found.bytes),
		Format:          Format(found.format + 1),
		Width:           int(found.width),
		Height:          int(found.height),
		BitDepth:        int(found.bit_depth),
		HasAlpha:        found.has_alpha != 0,
		Chroma:          Chroma(found.chroma),
		SharpYUV:        found.sharp_yuv != 0,
		Progressive:     found.progressive != 0,
		KeptSource:      found.kept_source != 0,
		PeakBytes:       uint64(found.peak_bytes),
		ColorAction:     C.GoString(found.color),
		ColorSource:     C.GoString(found.source),
		Damage:          C.GoString(found.damage),
		DroppedMetadata: texts(found.dropped_metadata, found.dropped_metadata_count),
		Notes:           texts(found.notes, found.note_count),
	}
	if found.mode >= 0 {
		out.Mode = Fidelity{FidelityKind(found.mode + 1), float64(found.mode_value)}
	}
	if found.has_search != 0 {
		out.Search = &Search{
			Reached:      found.reached != 0,
			Certified:    found.certified != 0,
			Score:        float64(found.score),
			WorstBlock:   float64(found.worst_block),
			WorstBlockAt: rectangleOf(found.worst_block_at),
			Evaluations:  int(found.evaluations),
			Encodes:      int(found.encodes),
			Quantizer:    Quantizer(found.quantizer),
		}
	}
	return out
}

// lentBytes is what the library owns, for as long as it does.
func lentBytes(bytes C.limen_bytes) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(bytes.data)), int(bytes.size))
}

func rectangleOf(rect C.limen_rect) image.Rectangle {
	x, y := int(rect.x), int(rect.y)
	return image.Rect(x, y, x+int(rect.width), y+int(rect.height))
}
