// SPDX-License-Identifier: Apache-2.0

// limen by its Go package, one call at work at a time.
package main

import (
	"context"
	"errors"
	"runtime"

	limen "github.com/limen-image/limen/bindings/go"
	"limen.example/protocol"
)

type peer struct {
	processor *limen.Processor
	recipes   []limen.Recipe
}

func (p *peer) Describe() (name, version, details string) {
	return "limen, Go", limen.Version(), runtime.Version()
}

func (p *peer) Prepare(job protocol.Job) error {
	if job.Mark != nil {
		return errors.New("no marks here")
	}
	p.recipes = nil
	for _, variant := range job.Variants {
		recipe := limen.Recipe{Width: variant.Width, Height: variant.Height, Format: limen.JPEG,
			Fidelity: limen.Quality(float64(variant.Quality)), Effort: job.Settings.Effort,
			Baseline: !job.Settings.Progressive}
		if job.Settings.Shrink == "fine" {
			recipe.Shrink = limen.ShrinkFine
		}
		if variant.Format == "webp" {
			recipe.Format, recipe.Effort = limen.WebP, job.Settings.Method
		}
		p.recipes = append(p.recipes, recipe)
	}
	return nil
}

func (p *peer) Files(source []byte) ([][]byte, error) {
	outputs, err := p.processor.Transform(context.Background(), limen.Bytes(source), p.recipes...)
	files := make([][]byte, len(outputs))
	for i := range outputs {
		files[i] = outputs[i].Bytes
	}
	return files, err
}

func (p *peer) Pixels([]byte) ([][]byte, error) { return nil, nil }

func main() {
	protocol.Serve(&peer{processor: limen.New(limen.Options{Concurrency: 1})})
}
