// SPDX-License-Identifier: Apache-2.0

package limen

// #include "shim.h"
import "C"

import "fmt"

// FidelityKind says in what a Fidelity is measured.
type FidelityKind int32

const (
	FidelityDefault      FidelityKind = 0 // what the call that takes it says
	FidelityInvisible    FidelityKind = C.LIMEN_FIDELITY_INVISIBLE + 1
	FidelityFlickerProof FidelityKind = C.LIMEN_FIDELITY_FLICKER_PROOF + 1
	FidelityScore        FidelityKind = C.LIMEN_FIDELITY_SCORE + 1
	FidelityBytes        FidelityKind = C.LIMEN_FIDELITY_BYTES + 1
	FidelityQuality      FidelityKind = C.LIMEN_FIDELITY_QUALITY + 1
	FidelityLossless     FidelityKind = C.LIMEN_FIDELITY_LOSSLESS + 1
	FidelityNearLossless FidelityKind = C.LIMEN_FIDELITY_NEAR_LOSSLESS + 1
)

// Fidelity is how much may be lost on the way to the file: Invisible, FlickerProof, Score and MaxBytes
// say what is wanted, and limen searches for it; Quality, Lossless and NearLossless say how to code. PNG
// loses nothing, whatever is asked. The zero value is the default of the call that takes it.
type Fidelity struct {
	Kind  FidelityKind
	Value float64 // of Score, MaxBytes, Quality and NearLossless
}

// Invisible: no difference is seen when original and result are swapped in place, a score of 85.
func Invisible() Fidelity { return Fidelity{Kind: FidelityInvisible} }

// FlickerProof: no difference is seen when original and result flicker in place, a score of 90.
func FlickerProof() Fidelity { return Fidelity{Kind: FidelityFlickerProof} }

// Score: the smallest file with at least this score of SSIMULACRA 2.1, above 0 to 100.
func Score(least float64) Fidelity { return Fidelity{FidelityScore, least} }

// MaxBytes: the finest quality whose file has at most so many bytes.
func MaxBytes(most int) Fidelity { return Fidelity{FidelityBytes, float64(most)} }

// Quality: the codec's own knob, 0 to 100.
func Quality(quality float64) Fidelity { return Fidelity{FidelityQuality, quality} }

// Lossless: nothing is lost. WebP and PNG.
func Lossless() Fidelity { return Fidelity{Kind: FidelityLossless} }

// NearLossless: WebP's, with a level of 0 to 100.
func NearLossless(level float64) Fidelity { return Fidelity{FidelityNearLossless, level} }

// String gives "quality 80", "invisible", ….
func (f Fidelity) String() string {
	switch f.Kind {
	case FidelityDefault:
		return "default"
	case FidelityInvisible:
		return "invisible"
	case FidelityFlickerProof:
		return "flicker-proof"
	case FidelityScore:
		return fmt.Sprintf("score %g", f.Value)
	case FidelityBytes:
		return fmt.Sprintf("at most %g bytes", f.Value)
	case FidelityQuality:
		return fmt.Sprintf("quality %g", f.Value)
	case FidelityLossless:
		return "lossless"
	case FidelityNearLossless:
		return fmt.Sprintf("near-lossless %g", f.Value)
	}
	return fmt.Sprintf("Fidelity(%d)", int32(f.Kind))
}

func (f Fidelity) numbers() (C.int32_t, C.double) { return C.int32_t(f.Kind - 1), C.double(f.Value) }
