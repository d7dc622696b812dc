// SPDX-License-Identifier: Apache-2.0

package limen_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"

	limen "github.com/limen-image/limen/bindings/go"
)

// table reads a manifest of the folder of real files, which LIMEN_TEST_DATA names.
func table(t *testing.T, folder string) (rows []map[string]string) {
	t.Helper()
	root := os.Getenv("LIMEN_TEST_DATA")
	if _, err := os.Stat(root); root == "" || err != nil {
		t.Skip("no folder of real image files")
	}
	text, err := os.ReadFile(filepath.Join(root, folder, "manifest.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	names := strings.Split(lines[0], "\t")
	for _, line := range lines[1:] {
		row := make(map[string]string)
		for i, cell := range strings.Split(line, "\t") {
			row[names[i]] = cell
		}
		row["path"] = filepath.Join(root, folder, row["file"])
		rows = append(rows, row)
	}
	return rows
}

// thinned takes every so-manieth row, or with LIMEN_TEST_WHOLE=1 all.
func thinned(rows []map[string]string, step int) (some []map[string]string) {
	if os.Getenv("LIMEN_TEST_WHOLE") == "1" {
		return rows
	}
	for i := 0; i < len(rows); i += step {
		some = append(some, rows[i])
	}
	return some
}

func TestRealFilesHostile(t *testing.T) {
	p := limen.New(limen.Options{Limits: limen.Limits{WorkingMemory: 300 << 20}})
	defer p.Close()
	refused := 0
	for _, row := range thinned(table(t, "hostile"), 3) {
		file, err := os.ReadFile(row["path"])
		if err != nil {
			t.Fatal(err)
		}
		outputs, err := p.Transform(background, limen.Bytes(file),
			limen.Recipe{Width: 40, Fidelity: limen.Quality(50), Effort: limen.EffortFastest})
		var failure *limen.Error
		switch {
		case err == nil && (len(outputs) != 1 || len(outputs[0].Bytes) == 0):
			t.Errorf("%s: no output and no error", row["file"])
		case err != nil && (!errors.As(err, &failure) || failure.Message == ""):
			t.Errorf("%s: %v", row["file"], err)
		case errors.Is(err, limen.ErrInternal), errors.Is(err, limen.ErrInvalidArgument):
			t.Errorf("%s: blames itself: %v", row["file"], err)
		case err != nil:
			refused++
		}
	}
	if refused == 0 {
		t.Error("nothing was refused")
	}
}

// What a PNG's pixels are, two independent decoders agree on.
func TestRealFilesDecode(t *testing.T) {
	seen := 0
	for _, row := range thinned(table(t, "conformance"), 3) {
		if filepath.Ext(row["file"]) != ".png" || row["rgba8_sha256_agreed"] == "" {
			continue
		}
		file, err := os.ReadFile(row["path"])
		if err != nil {
			t.Fatal(err)
		}
		if info, err := limen.Probe(background, limen.Bytes(file)); err != nil || info.BitDepth > 8 {
			continue // refused, or reduced by a rule of one's own
		}
		picture, err := limen.Decode(background, limen.Bytes(file), limen.DecodeOptions{AsStored: true, RawColor: true})
		if err != nil {
			t.Errorf("%s: %v", row["file"], err)
			continue
		}
		straight, ok := picture.(*image.NRGBA)
		if !ok {
			straight = drawn(image.NewNRGBA(picture.Bounds()), picture).(*image.NRGBA)
		}
		sum := sha256.Sum256(straight.Pix)
		if hex.EncodeToString(sum[:]) != row["rgba8_sha256_agreed"] {
			t.Errorf("%s: other pixels", row["file"])
		}
		seen++
	}
	if seen == 0 {
		t.Error("nothing was compared")
	}
}

func TestRealFilesPhotos(t *testing.T) {
	for _, row := range thinned(table(t, "photos"), 6) {
		source, err := os.Open(row["path"])
		if err != nil {
			t.Fatal(err)
		}
		recipe := limen.Recipe{Width: 300, Height: 200, Format: limen.WebP, Fidelity: limen.Quality(70)}
		outputs, err := limen.Transform(background, limen.Reader(source), recipe)
		source.Close()
		if err != nil {
			t.Errorf("%s: %v", row["file"], err)
		} else if outputs[0].Width != 300 || outputs[0].Height != 200 {
			t.Errorf("%s: %dx%d", row["file"], outputs[0].Width, outputs[0].Height)
		}
	}
}
