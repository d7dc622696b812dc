// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "limen/core/execution.h"
#include "limen/core/image.h"
#include "limen/core/image_view.h"
#include "limen/core/result.h"

// What every operation of this layer asks of its arguments before it touches a pixel.

namespace limen::inline LIMEN_ABI {
namespace compose {

/// How often rows are interrupted to look at the CancelToken: a strip of some cache lines' worth.
inline constexpr std::int32_t kRowsPerPoll = 16;

inline bool should_stop(const Execution& execution, std::int32_t y) {
  return y % kRowsPerPoll == 0 && execution.is_cancelled();
}

/// Which formats an operation takes beside u8 and u16 with straight or no alpha.
struct Accepted {
  bool cmyk = false;
  bool premultiplied = false;
  bool f32 = false;
};

inline Error refuse(std::string_view operation, std::string_view complaint) {
  std::string message(operation);
  message += ": ";
  message += complaint;
  return invalid_argument(std::move(message));
}

/// `what` names the view in messages: "the picture", "the mark".
inline Result<void> check_view(const ConstImageView& view, std::string_view operation,
                               std::string_view what, Accepted accepted = {}) {
  const auto complain = [&](std::string_view rest) {
    return refuse(operation, std::string(what) + std::string(rest));
  };
  if (is_empty(view.size) || view.data == nullptr) return complain(" has no pixels");
  if (view.stride < 0 ||
      static_cast<std::size_t>(view.stride) < row_bytes(view.size, view.format)) {
    return complain(" has a stride shorter than its rows");
  }
  if (view.format.sample == SampleType::f32 && !accepted.f32) {
    return complain(" is f32, u8 and u16 are taken");
  }
  if (view.format.layout == Layout::cmyk && !accepted.cmyk) {
    return complain(" is CMYK, convert it to RGB first");
  }
  if (view.format.has_alpha() && view.format.alpha == AlphaMode::premultiplied &&
      !accepted.premultiplied) {
    return complain(" has premultiplied alpha, straight alpha is taken");
  }
  return {};
}

/// Refuses what is not a number from `low` to `high`, by the option's name.
inline Result<void> check_range(double value, double low, double high, std::string_view operation,
                                std::string_view option) {
  if (value >= low && value <= high) return {};
  return refuse(operation, std::string(option) + " is " + std::to_string(value) + ", " +
                               std::to_string(low) + " to " + std::to_string(high) + " is taken");
}

/// The caller's Workspace, or one with the default limits for a caller that gave none. What was
/// allocated from it may outlive it.
class AnyWorkspace {
 public:
  explicit AnyWorkspace(const Execution& execution)
      : used_(execution.workspace != nullptr ? execution.workspace : &own_.emplace()) {}
  AnyWorkspace(const AnyWorkspace&) = delete;
  AnyWorkspace& operator=(const AnyWorkspace&) = delete;

  Workspace* get() const { return used_; }
  Workspace* operator->() const { return used_; }

 private:
  std::optional<Workspace> own_;
  Workspace* used_;
};

/// Calls body(Sample{}) with std::uint8_t or std::uint16_t; f32 was refused before.
template <class Body>
auto with_sample(SampleType sample, Body&& body) {
  if (sample == SampleType::u16) return body(std::uint16_t{});
  return body(std::uint8_t{});
}

/// Calls body(std::integral_constant<int, channels>) for 1 to 4 channels.
template <class Body>
auto with_channels(int channels, Body&& body) {
  switch (channels) {
    case 1:
      return body(std::integral_constant<int, 1>{});
    case 2:
      return body(std::integral_constant<int, 2>{});
    case 3:
      return body(std::integral_constant<int, 3>{});
    default:
      return body(std::integral_constant<int, 4>{});
  }
}

}  // namespace compose
}  // namespace limen::inline LIMEN_ABI
