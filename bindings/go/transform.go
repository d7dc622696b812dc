// SPDX-License-Identifier: Apache-2.0

package limen

// #include "shim.h"
import "C"

import (
	"context"
	"fmt"
	"image"
	"io"
	"runtime"
	"unsafe"
)

// Transform turns one source into one output a recipe, in their order, from one decode; all or nothing.
// An output follows from the source, its recipe, the recipe's marks and limen's version, never from the
// other recipes, the machine or the number of threads. Without a recipe there is one output, by the zero
// Recipe: a smaller file of the same picture. Of an Image a recipe without a format makes a PNG. Errors name the recipe ("recipe 2: …")
// where there are several.
func Transform(ctx context.Context, source Source, recipes ...Recipe) ([]Output, error) {
	return standard().Transform(ctx, source, recipes...)
}

// AppendTransform is Transform into memory of yours: the files lie behind what buffer holds, in the order of
// the recipes, and each Output.Bytes is its part of the buffer that comes back, grown where there was no
// room; after an error it is as it was. A service that gives the same buffer again, once its files are
// sent, takes no memory for them, and the garbage collector, which runs for every few megabytes taken,
// has less to do than with Transform: 5 % of the time of five files of 235 kB together.
//
//	buffer, outputs, err = limen.AppendTransform(ctx, buffer[:0], source, recipes...)
func AppendTransform(ctx context.Context, buffer []byte, source Source, recipes ...Recipe) ([]byte, []Output, error) {
	return standard().AppendTransform(ctx, buffer, source, recipes...)
}

// TransformTo is Transform of one recipe, whose file it writes to w. Nothing is written unless all went
// well.
func TransformTo(ctx context.Context, w io.Writer, source Source, recipe Recipe) (Output, error) {
	return standard().TransformTo(ctx, w, source, recipe)
}

// Render takes the same steps as Transform up to the encoder, and gives the finished picture as Decode
// gives it: 8 bits, or 16 where the output would have more than 8.
func Render(ctx context.Context, source Source, recipe Recipe) (image.Image, error) {
	return standard().Render(ctx, source, recipe)
}

// Transform is the function of that name, under the Processor's options.
func (p *Processor) Transform(ctx context.Context, source Source, recipes ...Recipe) ([]Output, error) {
	return p.transform(ctx, source, recipes, nil, keepEach)
}

// AppendTransform is the function of that name, under the Processor's options.
func (p *Processor) AppendTransform(ctx context.Context, buffer []byte, source Source, recipes ...Recipe) ([]byte, []Output, error) {
	outputs, err := p.transform(ctx, source, recipes, buffer[len(buffer):cap(buffer)], func(outputs []Output) {
		buffer = appendAll(buffer, outputs)
	})
	return buffer, outputs, err
}

// transform has the files copied to room where they fit, all of them; keep does what is left to be done.
func (p *Processor) transform(ctx context.Context, source Source, recipes []Recipe, room []byte, keep func(outputs []Output)) ([]Output, error) {
	if err := p.ready(ctx); err != nil {
		return nil, err
	}
	if len(recipes) == 0 {
		recipes = []Recipe{{}}
	}
	job, err := p.prepare(ctx, source, recipes)
	defer job.free()
	if err != nil {
		return nil, err
	}
	lent := job.source.lent()
	lentRoom := lend(room)
	made := C.limen_go_made{refused: C.size_t(len(recipes))} // none
	err = p.work(ctx, func(run C.limen_go_run, failure **C.limen_error) C.limen_status {
		return C.limen_go_transform(unsafe.Pointer(&lent[0]), job.source.size(), job.source.form,
			&job.recipes[0], C.size_t(len(job.recipes)), &p.limits, boolOf(p.bestEffort),
			job.firstPicture(), C.size_t(len(job.pictures)), run, unsafe.Pointer(&lentRoom[0]), C.size_t(len(room)),
			&made, failure)
	})
	runtime.KeepAlive(job)
	if err != nil {
		return nil, nameRecipe(err, int(made.refused), recipes)
	}
	return outputsOf(made, keep), nil
}

// nameRecipe says which of several was refused; the library says so itself of those that it could read.
func nameRecipe(err error, number int, recipes []Recipe) error {
	if failure, ok := err.(*Error); ok && len(recipes) > 1 && number < len(recipes) {
		failure.Message = fmt.Sprintf("recipe %d: %s", number, failure.Message)
	}
	return err
}

// TransformTo is the function of that name, under the Processor's options.
func (p *Processor) TransformTo(ctx context.Context, w io.Writer, source Source, recipe Recipe) (Output, error) {
	if w == nil {
		return Output{}, invalidArgument("the writer is nil")
	}
	outputs, err := p.Transform(ctx, source, recipe)
	if err != nil {
		return Output{}, err
	}
	if _, err := outputs[0].WriteTo(w); err != nil {
		return Output{}, err
	}
	return outputs[0], nil
}

// Render is the function of that name, under the Processor's options.
func (p *Processor) Render(ctx context.Context, source Source, recipe Recipe) (image.Image, error) {
	if err := p.ready(ctx); err != nil {
		return nil, err
	}
	job, err := p.prepare(ctx, source, []Recipe{recipe})
	defer job.free()
	if err != nil {
		return nil, err
	}
	lent := job.source.lent()
	var made *C.limen_image
	err = p.work(ctx, func(run C.limen_go_run, failure **C.limen_error) C.limen_status {
		return C.limen_go_render(unsafe.Pointer(&lent[0]), job.source.size(), job.source.form, &job.recipes[0],
			&p.limits, boolOf(p.bestEffort), job.firstPicture(), C.size_t(len(job.pictures)), run, &made,
			failure)
	})
	runtime.KeepAlive(job)
	if err != nil {
		return nil, err
	}
	return imageOf(made)
}

// job is what a call hands to C: its source, and in C's memory all that its structs point to.
type job struct {
	arena    arena
	source   *input
	recipes  []C.limen_recipe_options
	pictures []C.limen_named_picture
	names    map[*from]string // of the pictures so far
}

func (p *Processor) prepare(ctx context.Context, source Source, recipes []Recipe) (*job, error) {
	j := &job{}
	var err error
	if j.source, err = p.load(ctx, source); err != nil {
		return j, err
	}
	j.recipes = make([]C.limen_recipe_options, len(recipes))
	for number := range recipes {
		if err := j.fill(ctx, p, &j.recipes[number], &recipes[number]); err != nil {
			return j, nameRecipe(err, number, recipes)
		}
	}
	return j, nil
}

func (j *job) fill(ctx context.Context, p *Processor, options *C.limen_recipe_options, recipe *Recipe) error {
	*options = defaultOptions
	names := make([]string, len(recipe.Marks))
	for i := range recipe.Marks {
		var err error
		if names[i], err = j.picture(ctx, p, &recipe.Marks[i]); err != nil {
			return err
		}
	}
	return recipe.fill(&j.arena, options, func(i int) string { return names[i] })
}

// picture gives the name under which the library finds a mark's picture: the mark's own, unless another
// picture of the call has that already.
func (j *job) picture(ctx context.Context, p *Processor, mark *Mark) (string, error) {
	name := mark.name()
	if mark.Picture.from == nil {
		return "", invalidArgument("mark %q: has no Picture", name)
	}
	if known, ok := j.names[mark.Picture.from]; ok {
		return known, nil
	}
	for number, first := 2, name; j.isTaken(name); number++ {
		name = fmt.Sprintf("%s (%d)", first, number)
	}
	picture, err := j.copyPicture(ctx, p, name, mark.Picture)
	if failure, ok := err.(*Error); ok {
		failure.Message = fmt.Sprintf("mark %q: %s", name, failure.Message)
	}
	if err != nil {
		return "", err
	}
	j.pictures = append(j.pictures, picture)
	if j.names == nil {
		j.names = make(map[*from]string)
	}
	j.names[mark.Picture.from] = name
	return name, nil
}

func (j *job) isTaken(name string) bool {
	for _, taken := range j.names {
		if taken == name {
			return true
		}
	}
	return false
}

// copyPicture puts a mark's picture into C's memory: its struct lies in an array, where it may not point
// to Go's.
func (j *job) copyPicture(ctx context.Context, p *Processor, name string, source Source) (C.limen_named_picture, error) {
	var picture C.limen_named_picture
	in, err := p.load(ctx, source)
	if err != nil {
		return picture, err
	}
	if picture.name, err = j.arena.text("mark", name); err != nil {
		return picture, err
	}
	data, err := j.arena.copyOf(in.bytes)
	if err != nil {
		return picture, err
	}
	if in.form == nil {
		picture.bytes = C.limen_bytes{data: (*C.uint8_t)(data), size: in.size()}
		return picture, nil
	}
	form, err := j.arena.allocate(C.sizeof_limen_pixels)
	if err != nil {
		return picture, err
	}
	pixels := (*C.limen_pixels)(form)
	*pixels = *in.form
	pixels.data = data
	picture.pixels = pixels
	return picture, nil
}

func (j *job) firstPicture() *C.limen_named_picture {
	if len(j.pictures) == 0 {
		return nil
	}
	return &j.pictures[0]
}

func (j *job) free() { j.arena.free() }
