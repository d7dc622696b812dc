// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "limen/core/abi.h"
#include "limen/core/result.h"
#include "limen/pipeline/recipe.h"

namespace limen::inline LIMEN_ABI {

// It would join the rows of the table.
// clang-format off
/// Reads the URL query dialect of the hosted service Cloudimage (docs.cloudimage.io,
/// "Transformations") into a Recipe: `w=800&h=600&func=crop&q=75`. A leading '?' is allowed. Values
/// are percent-decoded ('+' is a space). The empty query is the default recipe.
///
/// | key | value | means |
/// |---|---|---|
/// | `w` `width`, `h` `height` | 1 to 65535 | sides in pixels |
/// | `func` | `crop` (default) | Fit::cover |
/// | | `fit` | Fit::contain on `bg_color`; enlarges only with `fit_enlarge=1` |
/// | | `cover` | Fit::fill: distorts |
/// | | `bound` | Fit::inside |
/// | | `boundmin` | Fit::outside |
/// | | `cropfit` | crop where the picture is at least as large as the box on both sides, else fit |
/// | `fit_enlarge` | 0, 1 | lets `fit` and `cropfit`'s fit enlarge |
/// | `org_if_sml` | 0, 1 | 1: never enlarges |
/// | `gravity` | `north` … `southeast`, `center` (`centre`) | what a crop keeps, where fit puts it |
/// | | `X,Y` | focus in source pixels |
/// | | `Xp,Yp`, `Xc,Yc`, `Xs,Ys` | per cent or fractions of the source, per cent of the resized |
/// | `tl_px`, `br_px` | `X,Y` | crop box: first pixel in, first pixel out; one may be left out |
/// | `trim` | 0 to 255 | cuts a border of one colour, with this tolerance |
/// | `wat` | 0, 1 | 1: lay the mark on |
/// | `wat_url` | a name | which: TransformOptions::pictures resolves it |
/// | `wat_gravity` | as `gravity`: compass, `Xp,Yp` or `Xc,Yc` | where; default `center` |
/// | `wat_scale` | `N` or `Np` | per cent of the mark, or its width in per cent of the output's |
/// | `wat_pad` | `X[p][,Y[p]]` | kept free, pixels or per cent of the output; one is for both |
/// | `wat_opacity` | 0 to 1 | |
/// | `r` | -360 to 360 | degrees counter-clockwise |
/// | `flip` | `h`, `v`, `hv` | mirrors |
/// | `radius` | 0 to 65535 | rounded corners, pixels |
/// | `sharp` | 0 to 10 | Recipe::sharpen with this amount |
/// | `blur` | 0, 0.3 to 100 | standard deviation, pixels |
/// | `grey` `gray` | 0, 1 | |
/// | `q` | 1 to 100 | Quality |
/// | | `invisible`, `flicker-proof` | Invisible, FlickerProof: limen's own, not the service's |
/// | `force_format` | `jpeg` `jpg` `png` `webp` `avif` `original` | |
/// | `dpr` | above 0 to 10 | |
/// | `bg_color` `bg_colour` | `[#]RGB`, `[#]RRGGBB`, `[#]RRGGBBAA`, a CSS colour name | what is behind |
///
/// Where the service's rule is not published exactly, ours:
/// - Enlarging: the dialect enlarges (Recipe::enlarge is set) unless `org_if_sml=1` says no; `fit`,
///   and `cropfit` where it fits, enlarge only with `fit_enlarge=1` and without `org_if_sml=1`. Not
///   enlarging is compose's fit() without `enlarge`: crop gives the largest window of the box's
///   proportions, unscaled, fit pads the picture as it is, cover limits each side, bound and
///   boundmin give the picture as it is.
/// - `cropfit` compares the box (times dpr) with the picture after crop box and rotation.
/// - With one side given every `func` follows the proportions; with none, `func` has no effect.
/// - `br_px` is exclusive: `tl_px=0,0&br_px=10,10` is 10 by 10 pixels.
/// - Without `q` the fidelity is Recipe's default.
///
/// Errors: invalid_argument for an unknown, repeated, empty or malformed key, naming it and what is
/// allowed; unsupported, by name, for `gravity=auto|smart|face`, `func=face`, `force_format=auto` (see
/// pick_format() and Recipe::formats) and `bg_color=auto`. The result passes validate().
/// Thread-safe.
LIMEN_API Result<Recipe> parse_cloudimage_query(std::string_view query);
// clang-format on

}  // namespace limen::inline LIMEN_ABI
