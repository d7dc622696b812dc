// SPDX-License-Identifier: Apache-2.0
#include "limen/core/simd_target.h"

#include <cstdlib>

#include "lib/core/dispatch.h"

namespace limen::inline LIMEN_ABI {

namespace {

// Targets that limen's dispatch tables hold on this machine.
std::int64_t available_targets() {
  static const std::int64_t available = hwy::SupportedTargets() & HWY_TARGETS;
  return available;
}

void choose(std::int64_t targets) {
  hwy::SetSupportedTargetsForTest(targets);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

Result<void> force(std::string_view target) {
  const std::int64_t available = available_targets();
  if (target.empty()) {
    choose(0);
    return {};
  }
  for (std::int64_t rest = available; rest != 0; rest &= rest - 1) {
    const std::int64_t candidate = rest & -rest;
    if (target == hwy::TargetName(candidate)) {
      choose(candidate);
      return {};
    }
  }
  return invalid_argument("no SIMD target '" + std::string(target) + "' here");
}

}  // namespace

void apply_simd_environment_once() {
  static const bool applied = [] {
    static_cast<void>(available_targets());
    if (const char* target = std::getenv("LIMEN_SIMD_TARGET")) {
      // A name that this machine lacks leaves the best target in place: a fleet may be mixed.
      static_cast<void>(force(target).has_value());
    }
    return true;
  }();
  static_cast<void>(applied);
}

std::vector<std::string> simd_targets() {
  std::vector<std::string> names;
  // Highway numbers better targets lower.
  for (std::int64_t rest = available_targets(); rest != 0; rest &= rest - 1) {
    names.emplace_back(hwy::TargetName(rest & -rest));
  }
  return names;
}

std::string simd_target() {
  apply_simd_environment_once();
  const std::int64_t usable = hwy::SupportedTargets() & HWY_TARGETS;
  return hwy::TargetName(usable & -usable);
}

Result<void> force_simd_target(std::string_view target) {
  apply_simd_environment_once();
  return contain_exceptions([&]() -> Result<void> { return force(target); });
}

}  // namespace limen::inline LIMEN_ABI
