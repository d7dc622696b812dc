// SPDX-License-Identifier: Apache-2.0

// limen's C functions called from Go without limen's Go package, results left where C has them: what
// Go's own runtime costs beside calls of some milliseconds.
package main

/*
#cgo pkg-config: limen
#include <limen/limen.h>

static limen_status make(const void* data, size_t size, const limen_recipe* const* recipes,
                         size_t count, limen_workspace* workspace, limen_outputs** outputs) {
  limen_source source;
  limen_execution execution;
  limen_source_init(&source, sizeof source);
  source.bytes.data = data;
  source.bytes.size = size;
  limen_execution_init(&execution, sizeof execution);
  execution.workspace = workspace;
  limen_outputs_free(*outputs);
  *outputs = NULL;
  return limen_transform(&source, recipes, count, NULL, &execution, outputs, NULL);
}

static limen_bytes file(const limen_outputs* outputs, size_t index) {
  limen_output output;
  output.struct_size = sizeof output;
  limen_outputs_read(outputs, index, &output);
  return output.bytes;
}
*/
import "C"

import (
	"errors"
	"runtime"
	"sync"
	"unsafe"

	"limen.example/protocol"
)

type peer struct {
	recipes   []*C.limen_recipe
	workspace *C.limen_workspace
	outputs   *C.limen_outputs // of the last call, freed by the next
	turn      sync.Mutex
}

func (p *peer) Describe() (name, version, details string) {
	return "limen, Go, bare cgo", C.GoString(C.limen_version()), runtime.Version()
}

func (p *peer) Prepare(job protocol.Job) error {
	if job.Mark != nil || job.Settings.Shrink != "exact" {
		return errors.New("no marks here, and no other shrink")
	}
	for _, recipe := range p.recipes {
		C.limen_recipe_free(recipe)
	}
	p.recipes = nil
	for _, variant := range job.Variants {
		var options C.limen_recipe_options
		C.limen_recipe_options_init(&options, C.sizeof_limen_recipe_options)
		options.width, options.height = C.int32_t(variant.Width), C.int32_t(variant.Height)
		options.format, options.effort = C.LIMEN_FORMAT_JPEG, C.int32_t(job.Settings.Effort)
		if variant.Format == "webp" {
			options.format, options.effort = C.LIMEN_FORMAT_WEBP, C.int32_t(job.Settings.Method)
		}
		options.fidelity, options.fidelity_value = C.LIMEN_FIDELITY_QUALITY, C.double(variant.Quality)
		options.progressive = 0
		var recipe *C.limen_recipe
		if C.limen_recipe_create(&options, &recipe, nil) != C.LIMEN_OK {
			return errors.New("a recipe is refused")
		}
		p.recipes = append(p.recipes, recipe)
	}
	return nil
}

func (p *peer) Files(source []byte) ([][]byte, error) {
	p.turn.Lock()
	defer p.turn.Unlock()
	status := C.make(unsafe.Pointer(&source[0]), C.size_t(len(source)), &p.recipes[0],
		C.size_t(len(p.recipes)), p.workspace, &p.outputs)
	if status != C.LIMEN_OK {
		return nil, errors.New(C.GoString(C.limen_status_name(status)))
	}
	files := make([][]byte, len(p.recipes))
	for i := range files {
		file := C.file(p.outputs, C.size_t(i))
		files[i] = unsafe.Slice((*byte)(file.data), int(file.size))
	}
	return files, nil
}

func (p *peer) Pixels([]byte) ([][]byte, error) { return nil, nil }

func main() {
	protocol.Serve(&peer{workspace: C.limen_workspace_create(1_000_000_000, nil)})
}
