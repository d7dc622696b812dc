// SPDX-License-Identifier: Apache-2.0

// The row kernels of resize(). Included once for each instruction set; see resize.cc.

#if defined(LIMEN_RESAMPLE_RESIZE_INL_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_RESAMPLE_RESIZE_INL_
#undef LIMEN_RESAMPLE_RESIZE_INL_
#else
#define LIMEN_RESAMPLE_RESIZE_INL_
#endif

#include <hwy/highway.h>

#include "limen/resample/resize-along-inl.h"
#include "limen/resample/resize-bytes-inl.h"
#include "limen/resample/resize-chunks-inl.h"
#include "limen/resample/resize-down-inl.h"
#include "limen/resample/resize-lanes-inl.h"
#include "limen/resample/resize-light-inl.h"
#include "limen/resample/resize-pairs-inl.h"
#include "limen/resample/resize-pixels-inl.h"
#include "limen/resample/resize-rolling-inl.h"
#include "limen/resample/resize-samples-inl.h"
#include "limen/resample/resize-sums-inl.h"
#include "limen/resample/resize-wide-inl.h"

#endif  // include guard, toggled
