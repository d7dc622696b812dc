// SPDX-License-Identifier: Apache-2.0
#pragma once

// How limen's names are kept apart when differently built copies of them meet in one program.
//
// Everything lives in `namespace limen::inline LIMEN_ABI`. Linked, LIMEN_ABI is `v0`, the C++ ABI
// version that liblimen exports. Header-only, it also names the instruction set that the including
// file is compiled for: an inline function built under -mavx2 then never has the same symbol as the
// one built for the baseline, so the linker cannot keep the wrong one and an older CPU cannot meet
// it. Units that share an instruction set share symbols, as usual.

#if defined(LIMEN_HEADER_ONLY)
#if defined(__AVX512F__)
#define LIMEN_ABI v0_header_only_avx512
#elif defined(__AVX2__)
#define LIMEN_ABI v0_header_only_avx2
#elif defined(__AVX__)
#define LIMEN_ABI v0_header_only_avx
#elif defined(__SSE4_1__)
#define LIMEN_ABI v0_header_only_sse4
#elif defined(__SSSE3__)
#define LIMEN_ABI v0_header_only_ssse3
#elif defined(__ARM_FEATURE_SVE)
#define LIMEN_ABI v0_header_only_sve
#elif defined(__ARM_NEON)
#define LIMEN_ABI v0_header_only_neon
#else
#define LIMEN_ABI v0_header_only_baseline
#endif
#define LIMEN_API
#define LIMEN_ENTRY inline
#else
#define LIMEN_ABI v0
#if defined(_WIN32)
#define LIMEN_API
#else
#define LIMEN_API __attribute__((visibility("default")))
#endif
#define LIMEN_ENTRY
#endif

// LIMEN_API marks a declaration that liblimen exports; LIMEN_ENTRY precedes the one definition of a
// public function in an `-entry.h`: nothing when a `.cc` compiles it, `inline` header-only.
