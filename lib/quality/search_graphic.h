// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/core/abi.h"
#include "limen/core/image_view.h"

namespace limen::inline LIMEN_ABI::search {

/// How much of what is to be seen in a picture was drawn by a machine, 0 to 1: of the blocks of 8
/// by 8 pixels that have contrast, from all of a small picture or some of a larger one, the share
/// in which many a pixel is exactly what is left of it and above. Screens and text come near 1,
/// diagrams on gradients to a third; photographs, whose sensor adds noise, to near 0, in a few that
/// were a coarse JPEG to a third, and so do screens that were one. 0 where nothing has contrast.
/// The picture: u8, gray or rgb.
double drawn_share(const ConstImageView& picture);

}  // namespace limen::inline LIMEN_ABI::search
