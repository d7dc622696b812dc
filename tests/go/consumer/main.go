// SPDX-License-Identifier: Apache-2.0

// Somebody else's program: a picture in, a smaller one out.
package main

import (
	"context"
	"fmt"
	"image"
	"log"

	limen "github.com/limen-image/limen/bindings/go"
)

func main() {
	picture := image.NewNRGBA(image.Rect(0, 0, 200, 100))
	for i := range picture.Pix {
		picture.Pix[i] = uint8(i % 251)
	}
	outputs, err := limen.Transform(context.Background(), limen.Image(picture),
		limen.Recipe{Width: 50, Format: limen.WebP})
	if err != nil {
		log.Fatal(err)
	}
	info, err := limen.Probe(context.Background(), limen.Bytes(outputs[0].Bytes))
	if err != nil || info.Format != limen.WebP || info.Width != 50 || info.Height != 25 {
		log.Fatal(info, err)
	}
	fmt.Println("limen", limen.Version(), info.Format, info.Width, info.Height)
}
