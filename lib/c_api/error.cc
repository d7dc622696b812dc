// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <new>
#include <utility>

#include "lib/c_api/handles.h"
#include "limen/core/version.h"

namespace limen::inline LIMEN_ABI {

namespace {

// What a call gives that has no memory even for its error: the status, in words.
const limen_error* spare(limen_status code) {
  static const std::array<limen_error, LIMEN_INTERNAL + 1> kSpare = [] {
    std::array<limen_error, LIMEN_INTERNAL + 1> errors;
    for (limen_status i = 0; i <= LIMEN_INTERNAL; ++i) {
      errors[static_cast<std::size_t>(i)].code = i;
      errors[static_cast<std::size_t>(i)].message = limen_status_name(i);
    }
    return errors;
  }();
  return &kSpare[static_cast<std::size_t>(code)];
}

const limen_error& or_none(const limen_error* error) {
  return error != nullptr ? *error : *spare(LIMEN_OK);
}

}  // namespace

limen_status report(Error error, limen_error** into) noexcept {
  const limen_status code = static_cast<limen_status>(error.code) + 1;
  if (into == nullptr) return code;
  auto* made = new (std::nothrow) limen_error;
  if (made == nullptr) {
    // limen_error_free() knows it again.
    *into = const_cast<limen_error*>(spare(code));
    return code;
  }
  made->code = code;
  made->full.emplace(std::move(error));
  const std::string& text = made->full->message;
  made->message = text.empty() ? limen_status_name(code) : text.c_str();
  *into = made;
  return code;
}

}  // namespace limen::inline LIMEN_ABI

uint32_t limen_abi_version(void) { return LIMEN_C_ABI_VERSION; }

const char* limen_version(void) { return limen::version().data(); }

limen_status limen_error_code(const limen_error* error) { return limen::or_none(error).code; }

const char* limen_error_message(const limen_error* error) { return limen::or_none(error).message; }

int32_t limen_error_format(const limen_error* error) {
  const auto& full = limen::or_none(error).full;
  return full && full->format ? static_cast<int32_t>(*full->format) : LIMEN_FORMAT_NONE;
}

int32_t limen_error_limit(const limen_error* error) {
  const auto& full = limen::or_none(error).full;
  return full && full->limit ? static_cast<int32_t>(*full->limit) : LIMEN_LIMIT_NONE;
}

uint64_t limen_error_asked(const limen_error* error) {
  const auto& full = limen::or_none(error).full;
  return full ? full->asked : 0;
}

uint64_t limen_error_allowed(const limen_error* error) {
  const auto& full = limen::or_none(error).full;
  return full ? full->allowed : 0;
}

uint64_t limen_error_offset(const limen_error* error) {
  const auto& full = limen::or_none(error).full;
  return full ? full->offset : 0;
}

void limen_error_free(limen_error* error) {
  if (error != nullptr && error->full) delete error;
}
