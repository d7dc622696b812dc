// SPDX-License-Identifier: Apache-2.0

package limen

// #include "shim.h"
import "C"

import (
	"image"
	"image/color"
	"reflect"
	"unsafe"
)

// Pixels between the image package and limen: straight alpha, rows one behind the other. The image
// package has its 16-bit samples in big-endian order, limen in the machine's.

func putSample(to []byte, sample uint16) { *(*uint16)(unsafe.Pointer(&to[0])) = sample }
func sampleOf(from []byte) uint16        { return *(*uint16)(unsafe.Pointer(&from[0])) }

// swapSamples writes `from` to `to` with the image package's order turned into the machine's, or back.
func swapSamples(to, from []byte) {
	for i := 0; i+1 < len(from); i += 2 {
		putSample(to[i:], uint16(from[i])<<8|uint16(from[i+1]))
	}
}

func samplesToBigEndian(to, from []byte) {
	for i := 0; i+1 < len(from); i += 2 {
		sample := sampleOf(from[i:])
		to[i], to[i+1] = byte(sample>>8), byte(sample)
	}
}

// raw is an image's memory as it lies.
type raw struct {
	pix    []byte
	stride int
	sample C.int32_t
	layout C.int32_t
}

func (p *Processor) loadImage(picture image.Image) (*input, error) {
	if isNil(picture) {
		return nil, invalidArgument("the image is nil")
	}
	bounds := picture.Bounds()
	width, height := bounds.Dx(), bounds.Dy()
	if width <= 0 || height <= 0 {
		return nil, invalidArgument("an image of %dx%d has no pixels", width, height)
	}
	if side := uint64(max(width, height)); side > uint64(p.limits.side) {
		return nil, limitExceeded(LimitSide, side, uint64(p.limits.side))
	}
	// Either is below 2^32 if the limit is what it should be; if not, the product may be anything.
	if pixels := uint64(width) * uint64(height); pixels > uint64(p.limits.pixels) ||
		pixels/uint64(width) != uint64(height) || int(int32(width)) != width || int(int32(height)) != height {
		return nil, limitExceeded(LimitPixels, pixels, uint64(p.limits.pixels))
	}
	rows, err := rawOf(picture, width, height)
	if err != nil {
		return nil, err
	}
	return &input{
		bytes: rows.pix,
		form: &C.limen_pixels{
			width:  C.int32_t(width),
			height: C.int32_t(height),
			stride: C.ptrdiff_t(rows.stride),
			sample: rows.sample,
			layout: rows.layout,
			alpha:  C.LIMEN_ALPHA_STRAIGHT,
		},
	}, nil
}

func isNil(picture image.Image) bool {
	value := reflect.ValueOf(picture)
	return picture == nil || value.Kind() == reflect.Ptr && value.IsNil()
}

func max(a, b int) int {
	if a > b {
		return a
	}
	return b
}

// window gives the memory of an image's pixels from the first on, where it is all there: images are
// structs that anybody can fill in, and C does not ask for slices' lengths.
func window(pix []byte, offset, stride, width, height, bytesPerPixel int) ([]byte, error) {
	row := width * bytesPerPixel
	if stride < row || offset < 0 || offset > len(pix) ||
		(height > 1 && stride > (len(pix)-offset)/(height-1)) ||
		len(pix)-offset < (height-1)*stride+row {
		return nil, invalidArgument("the image's Pix has %d bytes, too few for %dx%d pixels with a stride of %d",
			len(pix), width, height, stride)
	}
	return pix[offset : offset+(height-1)*stride+row], nil
}

func rawOf(picture image.Image, width, height int) (raw, error) {
	at := picture.Bounds().Min
	switch picture := picture.(type) {
	case *image.NRGBA:
		pix, err := window(picture.Pix, picture.PixOffset(at.X, at.Y), picture.Stride, width, height, 4)
		return raw{pix, picture.Stride, C.LIMEN_SAMPLE_U8, C.LIMEN_LAYOUT_RGBA}, err
	case *image.RGBA:
		pix, err := window(picture.Pix, picture.PixOffset(at.X, at.Y), picture.Stride, width, height, 4)
		if err == nil && !picture.Opaque() {
			return eightBits(picture, width, height), nil
		}
		return raw{pix, picture.Stride, C.LIMEN_SAMPLE_U8, C.LIMEN_LAYOUT_RGBA}, err
	case *image.Gray:
		pix, err := window(picture.Pix, picture.PixOffset(at.X, at.Y), picture.Stride, width, height, 1)
		return raw{pix, picture.Stride, C.LIMEN_SAMPLE_U8, C.LIMEN_LAYOUT_GRAY}, err
	case *image.Gray16:
		pix, err := window(picture.Pix, picture.PixOffset(at.X, at.Y), picture.Stride, width, height, 2)
		return swapped(pix, picture.Stride, width, height, 2, C.LIMEN_LAYOUT_GRAY), err
	case *image.NRGBA64:
		pix, err := window(picture.Pix, picture.PixOffset(at.X, at.Y), picture.Stride, width, height, 8)
		return swapped(pix, picture.Stride, width, height, 8, C.LIMEN_LAYOUT_RGBA), err
	case *image.RGBA64:
		pix, err := window(picture.Pix, picture.PixOffset(at.X, at.Y), picture.Stride, width, height, 8)
		if err == nil && !picture.Opaque() {
			return sixteenBits(picture, width, height), nil
		}
		return swapped(pix, picture.Stride, width, height, 8, C.LIMEN_LAYOUT_RGBA), err
	case *image.YCbCr:
		return fromYCbCr(picture, width, height)
	}
	switch picture.ColorModel() {
	case color.RGBA64Model, color.NRGBA64Model, color.Gray16Model, color.Alpha16Model:
		return sixteenBits(picture, width, height), nil
	}
	return eightBits(picture, width, height), nil
}

// swapped is a copy in the machine's order. A window that was refused has no pixels.
func swapped(pix []byte, stride, width, height, bytesPerPixel int, layout C.int32_t) raw {
	row := width * bytesPerPixel
	out := raw{stride: row, sample: C.LIMEN_SAMPLE_U16, layout: layout}
	if pix == nil {
		return out
	}
	out.pix = make([]byte, row*height)
	for y := 0; y < height; y++ {
		swapSamples(out.pix[y*row:(y+1)*row], pix[y*stride:y*stride+row])
	}
	return out
}

// fromYCbCr converts as the image package does: JPEG's full range.
func fromYCbCr(picture *image.YCbCr, width, height int) (raw, error) {
	first, end := picture.Rect.Min, picture.Rect.Max.Sub(image.Pt(1, 1))
	if picture.YStride < width || picture.CStride < 0 ||
		picture.YOffset(first.X, first.Y) < 0 || picture.COffset(first.X, first.Y) < 0 ||
		picture.YOffset(end.X, end.Y) >= len(picture.Y) ||
		picture.COffset(end.X, end.Y) >= len(picture.Cb) || picture.COffset(end.X, end.Y) >= len(picture.Cr) {
		return raw{}, invalidArgument("the image's planes are too short for %dx%d pixels", width, height)
	}
	out := raw{make([]byte, width*height*3), width * 3, C.LIMEN_SAMPLE_U8, C.LIMEN_LAYOUT_RGB}
	to := 0
	for y := first.Y; y <= end.Y; y++ {
		luma := picture.Y[picture.YOffset(first.X, y):]
		for x := first.X; x <= end.X; x++ {
			c := picture.COffset(x, y)
			out.pix[to], out.pix[to+1], out.pix[to+2] =
				color.YCbCrToRGB(luma[x-first.X], picture.Cb[c], picture.Cr[c])
			to += 3
		}
	}
	return out, nil
}

func eightBits(picture image.Image, width, height int) raw {
	out := raw{make([]byte, width*height*4), width * 4, C.LIMEN_SAMPLE_U8, C.LIMEN_LAYOUT_RGBA}
	at := picture.Bounds().Min
	to := 0
	for y := at.Y; y < at.Y+height; y++ {
		for x := at.X; x < at.X+width; x++ {
			c := color.NRGBAModel.Convert(picture.At(x, y)).(color.NRGBA)
			out.pix[to], out.pix[to+1], out.pix[to+2], out.pix[to+3] = c.R, c.G, c.B, c.A
			to += 4
		}
	}
	return out
}

func sixteenBits(picture image.Image, width, height int) raw {
	out := raw{make([]byte, width*height*8), width * 8, C.LIMEN_SAMPLE_U16, C.LIMEN_LAYOUT_RGBA}
	at := picture.Bounds().Min
	to := 0
	for y := at.Y; y < at.Y+height; y++ {
		for x := at.X; x < at.X+width; x++ {
			c := color.NRGBA64Model.Convert(picture.At(x, y)).(color.NRGBA64)
			putSample(out.pix[to:], c.R)
			putSample(out.pix[to+2:], c.G)
			putSample(out.pix[to+4:], c.B)
			putSample(out.pix[to+6:], c.A)
			to += 8
		}
	}
	return out
}

// imageOf copies the library's pixels into an image of Go's and frees them.
func imageOf(made *C.limen_image) (image.Image, error) {
	defer C.limen_image_free(made)
	var pixels C.limen_pixels
	C.limen_image_pixels(made, &pixels)
	width, height, stride := int(pixels.width), int(pixels.height), int(pixels.stride)
	channels, bytes := channelsOf(pixels.layout), 1
	if pixels.sample == C.LIMEN_SAMPLE_U16 {
		bytes = 2
	}
	if channels == 0 || pixels.sample == C.LIMEN_SAMPLE_F32 || pixels.data == nil {
		return nil, &Error{Code: ErrInternal, Message: "limen gave pixels of a form that Go has none for"}
	}
	row := func(y int) []byte {
		return unsafe.Slice((*byte)(unsafe.Add(pixels.data, y*stride)), width*channels*bytes)
	}
	bounds := image.Rect(0, 0, width, height)
	switch {
	case pixels.layout == C.LIMEN_LAYOUT_CMYK && bytes == 1:
		out := image.NewCMYK(bounds)
		for y := 0; y < height; y++ {
			copy(out.Pix[y*out.Stride:], row(y))
		}
		return out, nil
	case pixels.layout == C.LIMEN_LAYOUT_CMYK:
		return nil, &Error{Code: ErrUnsupported, Message: "Go has no image for CMYK of 16 bits"}
	case channels == 1 && bytes == 1:
		out := image.NewGray(bounds)
		for y := 0; y < height; y++ {
			copy(out.Pix[y*out.Stride:], row(y))
		}
		return out, nil
	case channels == 1:
		out := image.NewGray16(bounds)
		for y := 0; y < height; y++ {
			samplesToBigEndian(out.Pix[y*out.Stride:], row(y))
		}
		return out, nil
	case bytes == 1:
		out := image.NewNRGBA(bounds)
		for y := 0; y < height; y++ {
			spread8(out.Pix[y*out.Stride:(y+1)*out.Stride], row(y), channels)
		}
		return out, nil
	default:
		out := image.NewNRGBA64(bounds)
		for y := 0; y < height; y++ {
			spread16(out.Pix[y*out.Stride:(y+1)*out.Stride], row(y), channels)
		}
		return out, nil
	}
}

func channelsOf(layout C.int32_t) int {
	switch layout {
	case C.LIMEN_LAYOUT_GRAY:
		return 1
	case C.LIMEN_LAYOUT_GRAY_ALPHA:
		return 2
	case C.LIMEN_LAYOUT_RGB:
		return 3
	case C.LIMEN_LAYOUT_RGBA, C.LIMEN_LAYOUT_CMYK:
		return 4
	}
	return 0
}

// spread8 writes gray with alpha, RGB or RGBA as RGBA.
func spread8(to, from []byte, channels int) {
	switch channels {
	case 2:
		for ; len(from) >= 2 && len(to) >= 4; from, to = from[2:], to[4:] {
			to[0], to[1], to[2], to[3] = from[0], from[0], from[0], from[1]
		}
	case 3:
		for ; len(from) >= 3 && len(to) >= 4; from, to = from[3:], to[4:] {
			to[0], to[1], to[2], to[3] = from[0], from[1], from[2], 255
		}
	default:
		copy(to, from)
	}
}

func spread16(to, from []byte, channels int) {
	place := func(i int, sample uint16) { to[2*i], to[2*i+1] = byte(sample>>8), byte(sample) }
	for ; len(from) >= 2*channels && len(to) >= 8; from, to = from[2*channels:], to[8:] {
		for i := 0; i < 4; i++ {
			switch {
			case channels == 2 && i < 3:
				place(i, sampleOf(from))
			case channels == 2:
				place(i, sampleOf(from[2:]))
			case i < channels:
				place(i, sampleOf(from[2*i:]))
			default:
				place(i, 0xffff)
			}
		}
	}
}
