// SPDX-License-Identifier: Apache-2.0
#pragma once

// How Python spells limen's enumerations: the words of the C++ API, as strings.

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "errors.h"
#include "limen/limen.hpp"

namespace limen_python {

template <class Value, std::size_t count>
using Names = std::array<std::pair<Value, std::string_view>, count>;

inline constexpr Names<limen::ErrorCode, 9> kErrorCodes{{
    {limen::ErrorCode::invalid_argument, "invalid_argument"},
    {limen::ErrorCode::unsupported, "unsupported"},
    {limen::ErrorCode::malformed, "malformed"},
    {limen::ErrorCode::truncated, "truncated"},
    {limen::ErrorCode::limit_exceeded, "limit_exceeded"},
    {limen::ErrorCode::cancelled, "cancelled"},
    {limen::ErrorCode::out_of_memory, "out_of_memory"},
    {limen::ErrorCode::io, "io"},
    {limen::ErrorCode::internal, "internal"},
}};

inline constexpr Names<limen::Limit, 7> kLimits{{
    {limen::Limit::input_bytes, "input_bytes"},
    {limen::Limit::side, "side"},
    {limen::Limit::pixels, "pixels"},
    {limen::Limit::working_memory, "working_memory"},
    {limen::Limit::scans, "scans"},
    {limen::Limit::frames, "frames"},
    {limen::Limit::metadata_bytes, "metadata_bytes"},
}};

inline constexpr Names<limen::Format, 5> kFormats{{
    {limen::Format::jpeg, "jpeg"},
    {limen::Format::png, "png"},
    {limen::Format::webp, "webp"},
    {limen::Format::avif, "avif"},
    {limen::Format::jpeg, "jpg"},  // read only: spelling() gives the first
}};

inline constexpr Names<limen::Fit, 5> kFits{{
    {limen::Fit::cover, "cover"},
    {limen::Fit::contain, "contain"},
    {limen::Fit::fill, "fill"},
    {limen::Fit::inside, "inside"},
    {limen::Fit::outside, "outside"},
}};

inline constexpr Names<limen::Compass, 10> kCompass{{
    {limen::Compass::center, "center"},
    {limen::Compass::north, "north"},
    {limen::Compass::northeast, "northeast"},
    {limen::Compass::east, "east"},
    {limen::Compass::southeast, "southeast"},
    {limen::Compass::south, "south"},
    {limen::Compass::southwest, "southwest"},
    {limen::Compass::west, "west"},
    {limen::Compass::northwest, "northwest"},
    {limen::Compass::center, "centre"},
}};

inline constexpr Names<limen::FocusUnit, 3> kFocusUnits{{
    {limen::FocusUnit::source_pixels, "source_pixels"},
    {limen::FocusUnit::source_fraction, "source_fraction"},
    {limen::FocusUnit::resized_fraction, "resized_fraction"},
}};

inline constexpr Names<limen::Filter, 8> kFilters{{
    {limen::Filter::nearest, "nearest"},
    {limen::Filter::box, "box"},
    {limen::Filter::triangle, "triangle"},
    {limen::Filter::hermite, "hermite"},
    {limen::Filter::mitchell, "mitchell"},
    {limen::Filter::catmull_rom, "catmull-rom"},
    {limen::Filter::lanczos2, "lanczos2"},
    {limen::Filter::lanczos3, "lanczos3"},
}};

inline constexpr Names<limen::ShrinkAccuracy, 3> kShrinkAccuracies{{
    {limen::ShrinkAccuracy::exact, "exact"},
    {limen::ShrinkAccuracy::fine, "fine"},
    {limen::ShrinkAccuracy::coarse, "coarse"},
}};

inline constexpr Names<limen::ChromaSubsampling, 9> kChroma{{
    {limen::ChromaSubsampling::automatic, "automatic"},
    {limen::ChromaSubsampling::yuv444, "4:4:4"},
    {limen::ChromaSubsampling::yuv422, "4:2:2"},
    {limen::ChromaSubsampling::yuv420, "4:2:0"},
    {limen::ChromaSubsampling::yuv440, "4:4:0"},
    {limen::ChromaSubsampling::yuv411, "4:1:1"},
    {limen::ChromaSubsampling::yuv410, "4:1:0"},
    {limen::ChromaSubsampling::gray, "4:0:0"},
    {limen::ChromaSubsampling::other, "other"},
}};

inline constexpr Names<limen::OutputDepth, 2> kDepths{{
    {limen::OutputDepth::automatic, "automatic"},
    {limen::OutputDepth::eight, "eight"},
}};

inline constexpr Names<limen::MetadataPolicy, 3> kMetadataPolicies{{
    {limen::MetadataPolicy::none, "none"},
    {limen::MetadataPolicy::copyright, "copyright"},
    {limen::MetadataPolicy::keep, "keep"},
}};

inline constexpr Names<limen::OnDamage, 2> kOnDamage{{
    {limen::OnDamage::error, "error"},
    {limen::OnDamage::best_effort, "best_effort"},
}};

template <class Value, std::size_t count>
std::string_view spelling(const Names<Value, count>& names, Value value) {
  for (const auto& [each, word] : names) {
    if (each == value) return word;
  }
  return "unknown";
}

inline std::string_view spelling(limen::ErrorCode code) { return spelling(kErrorCodes, code); }
inline std::string_view spelling(limen::Limit limit) { return spelling(kLimits, limit); }

/// The value that `word` names; raises InvalidArgumentError with all words that would do.
template <class Value, std::size_t count>
Value value_of(const Names<Value, count>& names, std::string_view word, std::string_view field) {
  for (const auto& [value, each] : names) {
    if (each == word) return value;
  }
  std::string message = std::string(field) + ": '" + std::string(word) + "' is none of";
  for (const auto& [value, each] : names) message += (" " + std::string(each));
  raise_invalid(std::move(message));
}

}  // namespace limen_python
