// SPDX-License-Identifier: Apache-2.0
#include "limen/core/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <new>
#include <stdexcept>

namespace limen {
namespace {

Result<std::unique_ptr<int>> make(bool succeed) {
  if (!succeed) return invalid_argument("no");
  return std::make_unique<int>(7);
}

Result<int> twice(bool succeed) {
  LIMEN_ASSIGN(const auto value, make(succeed));
  return *value * 2;
}

Result<void> check(bool succeed) {
  LIMEN_TRY(twice(succeed));
  return {};
}

TEST(Result, CarriesMoveOnlyValuesAndErrorsThroughCalls) {
  EXPECT_EQ(*twice(true), 14);
  EXPECT_EQ(twice(false).error().message, "no");
  EXPECT_TRUE(check(true).has_value());
  EXPECT_EQ(check(false).error().code, ErrorCode::invalid_argument);
}

TEST(Result, ExceptionsBecomeErrors) {
  const auto no_memory = contain_exceptions([]() -> Result<int> { throw std::bad_alloc(); });
  EXPECT_EQ(no_memory.error().code, ErrorCode::out_of_memory);
  const auto defect = contain_exceptions([]() -> Result<void> { throw std::runtime_error("x"); });
  EXPECT_EQ(defect.error().code, ErrorCode::internal);
}

TEST(Error, ALimitNamesWhatWasAskedAndAllowed) {
  const Error error = limit_exceeded(Limit::pixels, 60, 50, Format::png);
  EXPECT_EQ(error.message, "60 pixels a frame asked, 50 allowed");
  EXPECT_EQ(error.format, Format::png);
}

}  // namespace
}  // namespace limen
