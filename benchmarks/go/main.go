// SPDX-License-Identifier: Apache-2.0

// How soon a call returns once its context has ended: go run . photo.jpg
//
// Told in processor time, which does not depend on what else the machine does: with a processor to itself,
// a call returns that much later.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"sort"
	"syscall"
	"time"

	limen "github.com/limen-image/limen/bindings/go"
)

const moments = 30 // at which each job is cancelled, spread over it

func main() {
	if len(os.Args) != 2 {
		log.Fatal("a photograph is missing")
	}
	photo, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	info, err := limen.Probe(context.Background(), limen.Bytes(photo))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%dx%d, milliseconds of processor time from cancelling to return\n", info.Width, info.Height)
	for _, format := range []limen.Format{limen.JPEG, limen.PNG, limen.WebP, limen.AVIF} {
		outputs, err := limen.Transform(context.Background(), limen.Bytes(photo), limen.Recipe{
			Width: 2400, Format: format, Fidelity: limen.Quality(80), Effort: limen.EffortFastest,
		})
		if err != nil {
			log.Fatal(err)
		}
		source := limen.Bytes(outputs[0].Bytes)
		measure(format, "quality", source, limen.Recipe{Rotate: 1, Fidelity: limen.Quality(80)})
		measure(format, "search", source, limen.Recipe{Rotate: 1})
	}
}

func measure(format limen.Format, what string, source limen.Source, recipe limen.Recipe) {
	begin := time.Now()
	if _, err := limen.Transform(context.Background(), source, recipe); err != nil {
		log.Fatal(err)
	}
	whole := time.Since(begin)
	var taken []float64
	for i := 0; i < moments; i++ {
		ctx, cancel := context.WithCancel(context.Background())
		var ended time.Duration
		time.AfterFunc(whole*time.Duration(i)/moments, func() {
			ended = processorTime()
			cancel()
		})
		_, err := limen.Transform(ctx, source, recipe)
		if now := processorTime(); err != nil { // else it was done before
			taken = append(taken, float64(now-ended)/1e6)
		}
		<-ctx.Done()
	}
	sort.Float64s(taken)
	fmt.Printf("%-5v %-8s job of %6.0f ms: cancelled %2d times, median %6.1f, most %6.1f\n", format, what,
		float64(whole)/1e6, len(taken), taken[len(taken)/2], taken[len(taken)-1])
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
