// SPDX-License-Identifier: Apache-2.0

// Package limen turns the bytes of a picture into the bytes of others: decoded, stood upright,
// cropped, resampled, converted to sRGB, watermarked, encoded. JPEG, PNG, WebP and AVIF in and out,
// several sizes and formats from one decode, within limits that you set. Unless you name a quality,
// limen finds it: the smallest file whose loss nobody sees.
//
//	outputs, err := limen.Transform(ctx, limen.Bytes(photo),
//		limen.Recipe{Width: 640, Height: 360, Format: limen.WebP},
//		limen.Recipe{Width: 320, Format: limen.JPEG, Fidelity: limen.Quality(80)})
//
// The zero value of every option is its default. The functions of the package work with a Processor
// of default Options; a service with limits of its own makes one with New.
//
// # Install
//
// The package needs cgo, a C compiler, and liblimen 0.1 where pkg-config finds it: after
// `cmake --install` with a prefix of its own, PKG_CONFIG_PATH names the prefix's lib/pkgconfig, and
// where the system's linker does not look there, LD_LIBRARY_PATH its lib. Linux on 64 bits; Go 1.19.
//
// # Contexts
//
// A context that ends stops the work, within a few rows of pixels (AVIF: at the next return of its
// library), and the call returns. Its error then is both limen's and the context's:
//
//	errors.Is(err, limen.ErrCancelled) && errors.Is(err, context.DeadlineExceeded)
//
// A call returns only when the work on its arguments has ended, so that they are the caller's again. A
// Read of a Reader source that blocks is waited for.
//
// # Errors
//
// Every error that a call returns is an *Error, with a code, a line for people and fields for
// programs. Codes are errors themselves, for errors.Is:
//
//	var refused *limen.Error
//	switch {
//	case errors.Is(err, limen.ErrLimitExceeded):
//	case errors.As(err, &refused): log.Print(refused.Code, refused.Offset)
//	}
//
// # Memory
//
// Bytes and images given to a call are read during the call and not kept; do not change them meanwhile,
// from another goroutine, or the picture is undefined. What a call returns belongs to the caller. A
// program whose garbage collector has to run often because of the files that Transform returns can lend
// AppendTransform a buffer for them instead. Working memory lies outside the Go heap, counted against
// Limits.WorkingMemory, and is used again by the next call until the Processor is closed. As many calls
// work at a time as Options.Concurrency says, others wait for their turn. glibc keeps some freed memory for
// each thread that has worked; MALLOC_ARENA_MAX=2 in the environment keeps that small.
//
// # Goroutines
//
// Everything may be used by any number of goroutines at once. A Source made by Reader is for one call.
//
// # The image package
//
// Image and Decode lead from image.Image and to it. limen does not register itself with image.Decode:
// that registry belongs to the whole program, and a package that changes what other packages' calls
// accept, under no limits, would be a surprise.
package limen
