// SPDX-License-Identifier: Apache-2.0

// Go without C: image/jpeg and disintegration/imaging's Lanczos, on one processor.
package main

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"runtime"

	"github.com/disintegration/imaging"

	"limen.example/protocol"
)

type peer struct{ job protocol.Job }

func (p *peer) Describe() (name, version, details string) {
	return "Go, imaging", "1.6.2", "image/jpeg, no C, " + runtime.Version()
}

func (p *peer) Prepare(job protocol.Job) error {
	for _, variant := range job.Variants {
		if variant.Format != "jpeg" {
			return protocol.Unsupported("writes JPEG only")
		}
	}
	if job.Mark != nil {
		return protocol.Unsupported("no marks here")
	}
	p.job = job
	return nil
}

func (p *peer) pictures(source []byte, encode func(*bytes.Buffer, image.Image, protocol.Variant) error) ([][]byte, error) {
	original, err := jpeg.Decode(bytes.NewReader(source))
	if err != nil {
		return nil, err
	}
	var made [][]byte
	for _, variant := range p.job.Variants {
		var picture image.Image
		if variant.Height > 0 {
			picture = imaging.Fill(original, variant.Width, variant.Height, imaging.Center, imaging.Lanczos)
		} else {
			picture = imaging.Resize(original, variant.Width, 0, imaging.Lanczos)
		}
		var file bytes.Buffer
		if err := encode(&file, picture, variant); err != nil {
			return nil, err
		}
		made = append(made, file.Bytes())
	}
	return made, nil
}

func (p *peer) Files(source []byte) ([][]byte, error) {
	return p.pictures(source, func(file *bytes.Buffer, picture image.Image, variant protocol.Variant) error {
		return jpeg.Encode(file, picture, &jpeg.Options{Quality: variant.Quality})
	})
}

func (p *peer) Pixels(source []byte) ([][]byte, error) {
	return p.pictures(source, func(file *bytes.Buffer, picture image.Image, _ protocol.Variant) error {
		return png.Encode(file, picture)
	})
}

func main() {
	runtime.GOMAXPROCS(1)
	protocol.Serve(&peer{})
}
