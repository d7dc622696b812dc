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
	appends   bool
	buffers   chan []byte // one for each call in flight
	others    [][]byte    // what a service holds beside: it makes Go collect more rarely
}

func (p *peer) Describe() (name, version, details string) {
	return "limen, Go", limen.Version(), runtime.Version()
}

func (p *peer) Prepare(job protocol.Job) error {
	if job.Mark != nil {
		return errors.New("no marks here")
	}
	p.recipes, p.appends = nil, job.Settings.Append
	p.others = make([][]byte, job.Settings.Heap*1024)
	for i := range p.others {
		p.others[i] = make([]byte, 1024)
	}
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
	outputs, err := p.outputs(source)
	files := make([][]byte, len(outputs))
	for i := range outputs {
		files[i] = outputs[i].Bytes
	}
	return files, err
}

// outputs appended to a buffer are in nobody's way until the next call: the harness looks at them before.
func (p *peer) outputs(source []byte) ([]limen.Output, error) {
	if !p.appends {
		return p.processor.Transform(context.Background(), limen.Bytes(source), p.recipes...)
	}
	buffer, outputs, err := p.processor.AppendTransform(context.Background(), (<-p.buffers)[:0],
		limen.Bytes(source), p.recipes...)
	p.buffers <- buffer
	return outputs, err
}

func (p *peer) Pixels([]byte) ([][]byte, error) { return nil, nil }

func main() {
	p := &peer{processor: limen.New(limen.Options{Concurrency: 1}), buffers: make(chan []byte, 2)}
	p.buffers <- nil
	p.buffers <- nil
	protocol.Serve(p)
}
