// SPDX-License-Identifier: Apache-2.0

// limen by its Go package, behind the protocol of ../../runner.py.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"

	limen "github.com/limen-image/limen/bindings/go"
)

type job struct {
	Sources  []string
	Variants []struct {
		Width, Height int
		Format        string
		Quality       float64
	}
	Mark     *struct{ Path string }
	Settings struct {
		Effort, Method int
		Progressive    bool
		Shrink         string
	}
}

type request struct {
	Do     string
	Job    job
	Passes int
	Folder string
}

type runner struct {
	sources [][]byte
	recipes []limen.Recipe
}

func (r *runner) prepare(asked job) error {
	if asked.Mark != nil {
		return errors.New("no marks here")
	}
	*r = runner{}
	for _, path := range asked.Sources {
		file, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		r.sources = append(r.sources, file)
	}
	for _, variant := range asked.Variants {
		recipe := limen.Recipe{Width: variant.Width, Height: variant.Height, Format: limen.JPEG,
			Fidelity: limen.Quality(variant.Quality), Effort: asked.Settings.Effort,
			Baseline: !asked.Settings.Progressive}
		if asked.Settings.Shrink == "fine" {
			recipe.Shrink = limen.ShrinkFine
		}
		if variant.Format == "webp" {
			recipe.Format, recipe.Effort = limen.WebP, asked.Settings.Method
		}
		r.recipes = append(r.recipes, recipe)
	}
	return nil
}

func (r *runner) files(source []byte) ([]limen.Output, error) {
	return limen.Transform(context.Background(), limen.Bytes(source), r.recipes...)
}

// processorTime is the process's, all its threads together.
func processorTime() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func (r *runner) run(passes int) (any, error) {
	begin, cpu := time.Now(), processorTime()
	for pass := 0; pass < passes; pass++ {
		for _, source := range r.sources {
			if _, err := r.files(source); err != nil {
				return nil, err
			}
		}
	}
	return map[string]float64{"cpu": processorTime() - cpu, "wall": time.Since(begin).Seconds()}, nil
}

func (r *runner) save(folder string) (any, error) {
	files := [][]string{}
	for index, source := range r.sources {
		outputs, err := r.files(source)
		if err != nil {
			return nil, err
		}
		paths := []string{}
		for variant, output := range outputs {
			path := fmt.Sprintf("%s/%d-%d.file", folder, index, variant)
			if err := os.WriteFile(path, output.Bytes, 0o644); err != nil {
				return nil, err
			}
			paths = append(paths, path)
		}
		files = append(files, paths)
	}
	return map[string]any{"files": files, "pixels": [][]string{}}, nil
}

func (r *runner) answer(line []byte) (any, error) {
	var asked request
	if err := json.Unmarshal(line, &asked); err != nil {
		return nil, err
	}
	switch asked.Do {
	case "describe":
		return map[string]any{"name": "limen, Go", "version": limen.Version(),
			"details": runtime.Version(), "threads": false}, nil
	case "prepare":
		return struct{}{}, r.prepare(asked.Job)
	case "run":
		return r.run(asked.Passes)
	case "save":
		return r.save(asked.Folder)
	}
	return nil, fmt.Errorf("unknown request %s", asked.Do)
}

func main() {
	lines, answers := bufio.NewScanner(os.Stdin), json.NewEncoder(os.Stdout)
	lines.Buffer(nil, 1<<24)
	var r runner
	for lines.Scan() {
		answer, err := r.answer(lines.Bytes())
		if err != nil {
			answer = map[string]string{"error": err.Error()}
		}
		if err := answers.Encode(answer); err != nil {
			return
		}
	}
}
