// SPDX-License-Identifier: Apache-2.0

// A responsive set with a watermark: main input.jpg mark.png outdir
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	limen "github.com/limen-image/limen/bindings/go"
)

func main() {
	photo, logo := open(os.Args[1]), open(os.Args[2])
	mark := limen.Mark{Picture: limen.Reader(logo), Gravity: limen.GravitySouthEast,
		OfOutput: 0.2, PadX: 16, PadY: 16, Opacity: 0.6}
	var recipes []limen.Recipe
	for _, width := range []int{160, 320, 480, 640, 960} {
		recipes = append(recipes, limen.Recipe{Width: width, Fit: limen.FitInside,
			Marks: []limen.Mark{mark}, Format: limen.JPEG, Fidelity: limen.Invisible()})
	}
	outputs, err := limen.Transform(context.Background(), limen.Reader(photo), recipes...)
	for i := 0; i < len(outputs) && err == nil; i++ {
		err = os.WriteFile(fmt.Sprintf("%s/%d.jpg", os.Args[3], recipes[i].Width), outputs[i].Bytes, 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func open(name string) *os.File {
	file, err := os.Open(name)
	if err != nil {
		log.Fatal(err)
	}
	return file
}
