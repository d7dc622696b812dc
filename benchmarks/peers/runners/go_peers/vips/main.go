// SPDX-License-Identifier: Apache-2.0

// libvips by cgo: vips_thumbnail_buffer(), as govips, bimg and imgproxy call it. The library is the one of
// pyvips-binary, so that all of libvips here is of one version; $PEER_VIPS names it.
package main

/*
#cgo LDFLAGS: -ldl
#include <dlfcn.h>
#include <stdlib.h>

// A picture as libvips hands it out, and of its functions those that are needed, all variadic ones with
// their options as pairs behind them and a null at the end.
typedef struct VipsImage VipsImage;
static int (*thumbnail)(void *, size_t, VipsImage **, int, ...);
static int (*write_buffer)(VipsImage *, const char *, void **, size_t *, ...);
static void (*unref)(void *);
static void (*release)(void *);
static const char *(*version)(void);

static int load(const char *path) {
	void *library = dlopen(path, RTLD_NOW);
	if (library == NULL) return -1;
	int (*init)(const char *) = (int (*)(const char *))dlsym(library, "vips_init");
	void (*concurrency)(int) = (void (*)(int))dlsym(library, "vips_concurrency_set");
	void (*cache)(int) = (void (*)(int))dlsym(library, "vips_cache_set_max");
	*(void **)&thumbnail = dlsym(library, "vips_thumbnail_buffer");
	*(void **)&write_buffer = dlsym(library, "vips_image_write_to_buffer");
	*(void **)&unref = dlsym(library, "g_object_unref");
	*(void **)&release = dlsym(library, "g_free");
	*(void **)&version = dlsym(library, "vips_version_string");
	if (init == NULL || concurrency == NULL || cache == NULL || thumbnail == NULL ||
			write_buffer == NULL || unref == NULL || release == NULL || version == NULL ||
			init("peer") != 0) {
		return -1;
	}
	concurrency(1);
	cache(0);
	return 0;
}

static const char *version_of(void) { return version(); }

// Cropped to the height where there is one. VIPS_INTERESTING_CENTRE is 1.
static int make(void *source, size_t size, int width, int height, const char *suffix, void **file,
		size_t *file_size) {
	VipsImage *picture = NULL;
	int failed = height > 0
		? thumbnail(source, size, &picture, width, "height", height, "crop", 1, NULL)
		: thumbnail(source, size, &picture, width, "height", 10000000, NULL);
	if (failed != 0) return failed;
	failed = write_buffer(picture, suffix, file, file_size, NULL);
	unref(picture);
	return failed;
}

static void release_file(void *file) { release(file); }
*/
import "C"

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"limen.example/protocol"
)

type peer struct{ job protocol.Job }

func (p *peer) Describe() (name, version, details string) {
	return "Go, libvips", C.GoString(C.version_of()), "thumbnail, by cgo"
}

func (p *peer) Prepare(job protocol.Job) error {
	if job.Mark != nil {
		return protocol.Unsupported("no marks here")
	}
	p.job = job
	return nil
}

func (p *peer) pictures(source []byte, suffix func(protocol.Variant) string) ([][]byte, error) {
	var made [][]byte
	for _, variant := range p.job.Variants {
		text := C.CString(suffix(variant))
		var file unsafe.Pointer
		var size C.size_t
		failed := C.make(unsafe.Pointer(&source[0]), C.size_t(len(source)), C.int(variant.Width),
			C.int(variant.Height), text, &file, &size)
		C.free(unsafe.Pointer(text))
		if failed != 0 {
			return nil, errors.New("libvips failed")
		}
		made = append(made, C.GoBytes(file, C.int(size)))
		C.release_file(file)
	}
	return made, nil
}

func (p *peer) Files(source []byte) ([][]byte, error) {
	return p.pictures(source, func(variant protocol.Variant) string {
		extension := map[string]string{"jpeg": "jpg", "webp": "webp"}[variant.Format]
		return fmt.Sprintf(".%s[Q=%d]", extension, variant.Quality)
	})
}

func (p *peer) Pixels(source []byte) ([][]byte, error) {
	return p.pictures(source, func(protocol.Variant) string { return ".png[compression=1]" })
}

func main() {
	path := C.CString(os.Getenv("PEER_VIPS"))
	defer C.free(unsafe.Pointer(path))
	if C.load(path) != 0 {
		fmt.Fprintln(os.Stderr, "Error: no libvips at", os.Getenv("PEER_VIPS"))
		os.Exit(1)
	}
	protocol.Serve(&peer{})
}
