// SPDX-License-Identifier: Apache-2.0
#pragma once

// What may come of bytes that nobody can trust: a sound picture or an error that says what is
// wrong.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "limen/codec/decode.h"
#include "limen/codec/metadata.h"
#include "limen/core/error.h"
#include "limen/pipeline/transform.h"

namespace limen::test {

/// Empty for an error that a caller can act on, else what it lacks.
inline std::string complaint_about(const Error& error) {
  if (error.message.empty()) return "an error without a message";
  if (error.message.find('\n') != std::string::npos) return "a message of several lines";
  if (error.code == ErrorCode::internal) return "internal: " + error.message;
  if (error.code == ErrorCode::cancelled) return "cancelled, though nobody asked";
  if (error.code == ErrorCode::limit_exceeded && !error.limit) return "no limit named";
  if (error.code == ErrorCode::limit_exceeded && error.asked <= error.allowed) {
    return "refused by a limit that holds: " + error.message;
  }
  return {};
}

/// Reads every byte of every row, so that a sanitizer sees what was never written or not owned.
inline std::uint64_t sum_of(const ConstImageView& view) {
  std::uint64_t sum = 0;
  for (std::int32_t y = 0; y < view.size.height; ++y) {
    const std::byte* row = view.row(y);
    for (std::size_t i = 0; i < row_bytes(view.size, view.format); ++i) {
      sum += static_cast<std::uint8_t>(row[i]);
    }
  }
  return sum;
}

inline std::string complaint_about(const Decoded& decoded) {
  if (!decoded.image.has_pixels() || is_empty(decoded.image.size())) return "no pixels";
  if (decoded.image.size() != size_of(decoded.region)) return "region and picture differ in size";
  static_cast<void>(sum_of(decoded.image.view()));
  return {};
}

inline std::string complaint_about(const DecodedPlanar& decoded) {
  if (!decoded.image.planes[0].has_pixels()) return "no luma";
  const Size chroma = chroma_size(decoded.image.size(), decoded.image.subsampling);
  for (int plane = 0; plane < 4; ++plane) {
    const Image& image = decoded.image.planes[static_cast<std::size_t>(plane)];
    if (!image.has_pixels()) continue;
    const bool is_chroma = plane == 1 || plane == 2;
    if (image.size() != (is_chroma ? chroma : decoded.image.size())) return "a plane's size";
    static_cast<void>(sum_of(image.view()));
  }
  return {};
}

inline std::string complaint_about(const ImageInfo& info) {
  return is_empty(info.size) ? "an empty size" : "";
}

/// A finished file must open again and be what its report says.
inline std::string complaint_about(const std::vector<Variant>& variants) {
  for (const Variant& variant : variants) {
    const auto info = probe(variant.bytes);
    if (!info.has_value()) return "a variant does not open: " + info.error().message;
    if (info->size != variant.size || info->format != variant.format) {
      return "a variant is not what its report says";
    }
    if (info->orientation != Orientation::top_left) return "a variant is not upright";
  }
  return {};
}

template <class T>
std::string complaint_about(const Result<T>& result) {
  return result.has_value() ? complaint_about(*result) : complaint_about(result.error());
}

/// Everything that can be asked of a file, each by the option that leads a decoder into other code.
/// Complaints, each with the call that earned it.
inline std::vector<std::string> complaints_about_decoding(ByteView bytes, const Limits& limits) {
  std::vector<std::string> complaints;
  const auto note = [&](const char* call, const std::string& complaint) {
    if (!complaint.empty()) complaints.push_back(std::string(call) + ": " + complaint);
  };

  const auto info = probe(bytes, limits);
  note("probe", complaint_about(info));

  DecodeOptions plain;
  plain.limits = limits;
  plain.read_metadata = true;
  const auto decoded = decode(bytes, plain);
  note("decode", complaint_about(decoded));
  if (decoded.has_value()) {
    for (const auto policy :
         {MetadataPolicy::none, MetadataPolicy::copyright, MetadataPolicy::keep}) {
      static_cast<void>(filter_metadata(decoded->metadata, policy));
    }
  }

  DecodeOptions options = plain;
  options.on_damage = OnDamage::best_effort;
  options.keep_16_bit = true;
  note("best effort", complaint_about(decode(bytes, options)));

  if (!info.has_value()) return complaints;
  const Size size = info->size;

  options = plain;
  options.accuracy = ShrinkAccuracy::coarse;
  options.at_least = Size{std::max(1, size.width / 5), std::max(1, size.height / 5)};
  note("scaled", complaint_about(decode(bytes, options)));
  note("scaled planes", complaint_about(decode_planar(bytes, options)));

  options = plain;
  options.region = Rect{size.width / 3, size.height / 3, std::max(1, size.width / 4),
                        std::max(1, size.height / 4)};
  note("region", complaint_about(decode(bytes, options)));
  options.on_damage = OnDamage::best_effort;
  note("planes of a region", complaint_about(decode_planar(bytes, options)));
  return complaints;
}

/// The main job: a thumbnail, whose quality is searched, a cropped square of the other kind of
/// format, and a turned picture. All of bounded size, or long strips are searched for minutes.
inline std::vector<Recipe> usual_recipes() {
  std::vector<Recipe> recipes(3);
  recipes[0].width = 320;
  recipes[0].height = 320;
  recipes[0].fit = Fit::inside;
  recipes[0].format = Format::jpeg;
  recipes[1].width = 200;
  recipes[1].height = 200;
  recipes[1].format = Format::webp;
  recipes[1].effort = 0;
  recipes[2].height = 100;
  recipes[2].rotate = 90;
  recipes[2].radius = 8;
  recipes[2].format = Format::png;
  return recipes;
}

inline std::string complaint_about_transforming(ByteView bytes) {
  for (const auto on_damage : {OnDamage::error, OnDamage::best_effort}) {
    TransformOptions options;
    options.on_damage = on_damage;
    const auto complaint = complaint_about(transform(bytes, usual_recipes(), options));
    if (!complaint.empty()) return complaint;
  }
  return {};
}

}  // namespace limen::test
