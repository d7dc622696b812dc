// SPDX-License-Identifier: Apache-2.0

// Decodes JPEGs by Go's image/jpeg and prints a line for each that it refuses.
package main

import (
	"fmt"
	"image/jpeg"
	"os"
	"path/filepath"
)

func decode(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = jpeg.Decode(file)
	return err
}

func main() {
	for _, path := range os.Args[1:] {
		if err := decode(path); err != nil {
			fmt.Printf("%s: %v\n", filepath.Base(path), err)
		}
	}
}
