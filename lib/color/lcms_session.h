// SPDX-License-Identifier: Apache-2.0
#pragma once

// Little CMS for the length of one call: a context of its own, memory that is counted, nothing
// printed, no state that outlives it.

#include <lcms2.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "limen/core/bytes.h"
#include "limen/core/result.h"
#include "limen/core/workspace.h"

namespace limen::inline LIMEN_ABI {

struct LcmsProfileDeleter {
  void operator()(void* profile) const { cmsCloseProfile(profile); }
};
using LcmsProfile = std::unique_ptr<void, LcmsProfileDeleter>;

struct LcmsTransformDeleter {
  void operator()(void* transform) const { cmsDeleteTransform(transform); }
};
using LcmsTransform = std::unique_ptr<void, LcmsTransformDeleter>;

struct LcmsCurveDeleter {
  void operator()(cmsToneCurve* curve) const { cmsFreeToneCurve(curve); }
};
using LcmsCurve = std::unique_ptr<cmsToneCurve, LcmsCurveDeleter>;

/// One context. Profiles, transforms and curves made in it must die before it. Not thread-safe.
class LcmsSession {
 public:
  /// What a profile and the transforms made of it may hold: real ones need some 5 MB at the most,
  /// while a crafted one can claim tables of gigabytes.
  static constexpr std::uint64_t kMemoryCap = 32u << 20;

  /// `workspace` may be null. Memory is counted against its limit a mebibyte at a time.
  explicit LcmsSession(Workspace* workspace);
  ~LcmsSession();
  LcmsSession(const LcmsSession&) = delete;
  LcmsSession& operator=(const LcmsSession&) = delete;

  /// False where there was no memory for it.
  bool is_ready() const { return context_ != nullptr; }
  cmsContext context() const { return context_; }

  /// Why Little CMS failed: an error if it was the workspace's limit or the system's memory, none
  /// if it was the profile.
  Result<void> memory_error() const;

  /// Null for bytes that are no profile. Multi-process elements (D2B tags) are dropped, so that the
  /// profile's tables or matrix are used: their length is bounded by nothing, and so is the time.
  LcmsProfile open(ByteView icc) const;

 private:
  friend struct LcmsMemory;

  static constexpr std::uint64_t kStep = 1u << 20;

  void* take(std::uint64_t bytes);
  void give_back(void* pointer);
  bool charge(std::uint64_t bytes);

  Workspace* workspace_;
  std::array<MemoryReservation, kMemoryCap / kStep> reservations_;
  std::size_t reservation_count_ = 0;
  std::uint64_t reserved_ = 0;
  std::uint64_t used_ = 0;
  Error refusal_;
  bool was_refused_ = false;
  cmsContext context_ = nullptr;
};

/// The profile's description in UTF-8, without control characters, shortened to 80 bytes; empty
/// where there is none.
std::string profile_description(cmsHPROFILE profile);

}  // namespace limen::inline LIMEN_ABI
