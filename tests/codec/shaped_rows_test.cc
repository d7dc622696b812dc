// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/shaped_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <numbers>
#include <string>
#include <vector>

#include "lib/codec/jpeg/shaped_tables.h"
#include "limen/core/simd_target.h"
#include "limen/core/workspace.h"
#include "tests/pictures.h"

namespace limen::test {
namespace {

// Calls `body(target)` with each instruction set that the machine has.
template <class Body>
void on_every_target(const Body& body) {
  for (const std::string& target : simd_targets()) {
    ASSERT_TRUE(force_simd_target(target).has_value());
    body(target);
  }
  ASSERT_TRUE(force_simd_target("").has_value());
}

// Aligned as in the library.
template <class T>
class Row {
 public:
  explicit Row(std::size_t count)
      : buffer_(*Buffer::create(count * sizeof(T))),
        values_(reinterpret_cast<T*>(buffer_.data())),
        count_(count) {
    std::fill_n(values_, count, T{});
  }
  T* data() { return values_; }
  const T* data() const { return values_; }
  std::size_t size() const { return count_; }
  T& operator[](std::size_t i) { return values_[i]; }
  const T& operator[](std::size_t i) const { return values_[i]; }

 private:
  Buffer buffer_;
  T* values_;
  std::size_t count_;
};

template <class T>
bool same(const Row<T>& a, const Row<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

TEST(ShapedRows, SplitByTheStandard) {
  constexpr std::size_t kCount = 176;
  Random random(5);
  Row<std::uint8_t> rgb(3 * kCount);
  for (std::size_t i = 0; i < rgb.size(); ++i)
    rgb[i] = static_cast<std::uint8_t>(random.below(256));
  Row<float> first(0);
  on_every_target([&](const std::string& target) {
    Row<float> y(kCount), cb(kCount), cr(kCount), all(3 * kCount);
    split_floats(rgb.data(), kCount, y.data(), cb.data(), cr.data());
    for (std::size_t i = 0; i < kCount; ++i) {
      const double r = rgb[3 * i], g = rgb[3 * i + 1], b = rgb[3 * i + 2];
      EXPECT_NEAR(y[i], 0.299 * r + 0.587 * g + 0.114 * b - 128, 1e-4);
      EXPECT_NEAR(cb[i], -0.299 / 1.772 * r - 0.587 / 1.772 * g + 0.5 * b, 1e-4);
      EXPECT_NEAR(cr[i], 0.5 * r - 0.587 / 1.402 * g - 0.114 / 1.402 * b, 1e-4);
      all[3 * i] = y[i];
      all[3 * i + 1] = cb[i];
      all[3 * i + 2] = cr[i];
    }
    if (first.size() == 0)
      first = std::move(all);
    else
      EXPECT_TRUE(same(first, all)) << target;
  });
}

TEST(ShapedRows, HalveToMeans) {
  constexpr std::size_t kCount = 48;
  Random random(6);
  Row<float> upper(2 * kCount), lower(2 * kCount);
  for (std::size_t i = 0; i < 2 * kCount; ++i) {
    upper[i] = static_cast<float>(random.unit() * 255 - 128);
    lower[i] = static_cast<float>(random.unit() * 255 - 128);
  }
  Row<float> first(0);
  on_every_target([&](const std::string& target) {
    Row<float> out(kCount);
    halve_floats(upper.data(), lower.data(), kCount, out.data());
    for (std::size_t i = 0; i < kCount; ++i) {
      EXPECT_NEAR(out[i], (upper[2 * i] + upper[2 * i + 1] + lower[2 * i] + lower[2 * i + 1]) / 4,
                  1e-4);
    }
    if (first.size() == 0)
      first = std::move(out);
    else
      EXPECT_TRUE(same(first, out)) << target;
  });
}

// T.81, A.3.3, as it stands there.
double definition(const std::vector<double>& samples, std::size_t u, std::size_t v) {
  double sum = 0;
  for (std::size_t y = 0; y < 8; ++y) {
    for (std::size_t x = 0; x < 8; ++x) {
      sum += samples[8 * y + x] *
             std::cos(static_cast<double>((2 * x + 1) * u) * std::numbers::pi / 16) *
             std::cos(static_cast<double>((2 * y + 1) * v) * std::numbers::pi / 16);
    }
  }
  return sum / 4 * (u == 0 ? std::numbers::sqrt2 / 2 : 1) * (v == 0 ? std::numbers::sqrt2 / 2 : 1);
}

TEST(ShapedRows, TransformByTheDefinition) {
  constexpr std::size_t kGroups = 2;
  Random random(7);
  Row<float> samples(8 * kGroups * kGroupWidth);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i] = static_cast<float>(random.unit() * 255 - 128);
  }
  std::array<const float*, 8> rows{};
  for (std::size_t y = 0; y < 8; ++y) rows[y] = samples.data() + y * kGroups * kGroupWidth;
  Row<float> first(0);
  on_every_target([&](const std::string& target) {
    Row<float> out(kGroups * kGroupCoefficients);
    transform_floats(rows, kGroups, out.data());
    if (first.size() > 0) {
      EXPECT_TRUE(same(first, out)) << target;
      return;
    }
    for (std::size_t b = 0; b < kGroups * kBlockGroup; ++b) {
      std::vector<double> block;
      for (std::size_t i = 0; i < 64; ++i) block.push_back(rows[i / 8][8 * b + i % 8]);
      for (std::size_t k = 0; k < 64; ++k) {
        EXPECT_NEAR(out[b / kBlockGroup * kGroupCoefficients + k * kBlockGroup + b % kBlockGroup],
                    definition(block, k % 8, k / 8), 1e-3);
      }
    }
    first = std::move(out);
  });
}

QuantTable some_table(Random& random, std::uint32_t coarsest) {
  QuantTable table{};
  for (std::uint16_t& step : table) step = static_cast<std::uint16_t>(1 + random.below(coarsest));
  return table;
}

// Coefficients of `amplitude` at the most, fewer of them the finer.
Row<float> some_coefficients(Random& random, std::size_t groups, double amplitude) {
  Row<float> row(groups * kGroupCoefficients);
  for (std::size_t i = 0; i < row.size(); ++i) {
    const auto k = i % kGroupCoefficients / kBlockGroup;
    const double falling = amplitude / (1 + static_cast<double>(k / 8 + k % 8));
    row[i] = static_cast<float>((random.unit() * 2 - 1) * falling);
  }
  return row;
}

TEST(ShapedRows, RoundToTheNearestButForADeadZone) {
  Random random(8);
  constexpr std::size_t kGroups = 2;
  constexpr float kLeast = 0.7f;
  for (const std::uint32_t coarsest : {1u, 20u, 255u}) {
    const QuantTable table = some_table(random, coarsest);
    const FloatQuantizer quantizer(table);
    const Row<float> coefficients = some_coefficients(random, kGroups, 3000);
    const Row<float> moves = some_coefficients(random, kGroups, 40);
    Row<std::int16_t> first(0);
    on_every_target([&](const std::string& target) {
      Row<std::int16_t> out(kGroups * kGroupCoefficients);
      round_levels({coefficients.data(), moves.data(), kGroups * kBlockGroup}, quantizer, kLeast,
                   out.data());
      if (first.size() > 0) {
        EXPECT_TRUE(same(first, out)) << target;
        return;
      }
      for (std::size_t i = 0; i < out.size(); ++i) {
        const std::size_t k = i % kGroupCoefficients / kBlockGroup;
        const double x = std::clamp<double>(coefficients[i] + moves[i], -1023, 1023) / table[k];
        if (std::abs(std::abs(x) - kLeast) < 1e-3) continue;
        const int level = k > 0 && std::abs(x) < kLeast ? 0 : out[i] / (8 * table[k]);
        EXPECT_EQ(out[i], level * 8 * table[k]);
        EXPECT_LE(std::abs(x - level), level == 0 && k > 0 ? kLeast : 0.5 + 1e-4);
      }
      first = std::move(out);
    });
  }
}

// All that a block could become, tried one after the other.
class Oracle {
 public:
  Oracle(const std::vector<double>& magnitudes, const LevelCosts& costs, double gain)
      : magnitudes_(magnitudes), costs_(costs), gain_(gain), places_(zigzag_places()) {
    try_all(1, 0, 0);
  }

  double least() const { return least_; }

  // Of levels by zigzag index.
  double cost(const std::vector<int>& levels) const {
    double sum = 0;
    std::size_t last = 0;
    for (std::size_t z = 1; z < 64; ++z) {
      const double x = magnitudes_[z];
      sum += gain_ * (x - levels[z]) * (x - levels[z]);
      if (levels[z] == 0) continue;
      const auto size = static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(levels[z])));
      sum += costs_.level[size][z - last - 1];
      last = z;
    }
    return last == 63 ? sum : sum + costs_.end;
  }

 private:
  void try_all(std::size_t z, std::size_t last, double sum) {
    if (z == 64) {
      least_ = std::min(least_, last == 63 ? sum : sum + costs_.end);
      return;
    }
    const double x = magnitudes_[z];
    const int nearest = static_cast<int>(std::floor(x + 0.5));
    for (int level = nearest; level >= std::max(0, nearest - 1); --level) {
      try_level(z, last, sum, level);
    }
    if (nearest == 2) try_level(z, last, sum, 0);
  }

  void try_level(std::size_t z, std::size_t last, double sum, int level) {
    const double x = magnitudes_[z];
    sum += gain_ * (x - level) * (x - level);
    if (level > 0) {
      const auto size = static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(level)));
      sum += costs_.level[size][z - last - 1];
      last = z;
    }
    try_all(z + 1, last, sum);
  }

  const std::vector<double>& magnitudes_;
  const LevelCosts& costs_;
  double gain_;
  QuantTable places_;
  double least_ = 1e30;
};

LevelCosts some_costs(Random& random) {
  LevelCosts costs;
  for (std::size_t size = 1; size < costs.level.size(); ++size) {
    for (std::size_t run = 0; run < 64; ++run) {
      costs.level[size][run] = static_cast<float>(
          2.0 * static_cast<double>(size) + 0.3 * static_cast<double>(run) + 3 * random.unit());
    }
  }
  costs.end = static_cast<float>(1 + 3 * random.unit());
  return costs;
}

TEST(ShapedRows, WeighAsATrialOfEverythingWould) {
  Random random(9);
  const QuantTable places = zigzag_places();
  int zeroed = 0;
  for (int round = 0; round < 12; ++round) {
    const QuantTable table = some_table(random, 40);
    const FloatQuantizer quantizer(table);
    const LevelCosts costs = some_costs(random);
    // A few coefficients that are not nearest to zero in each block.
    Row<float> coefficients(kGroupCoefficients);
    Row<float> gains(kBlockGroup);
    for (std::size_t b = 0; b < kBlockGroup; ++b) {
      gains[b] = static_cast<float>(2 + 30 * random.unit());
      for (std::size_t z = 0; z < 64; ++z) {
        const bool is_large = z == 63 ? b % 3 == 0 : random.below(8) == 0;
        const double x =
            is_large ? 0.5 + (b % 2 == 0 ? 1.6 : 9) * random.unit() : 0.49 * random.unit();
        const std::size_t k = places[z];
        coefficients[k * kBlockGroup + b] =
            static_cast<float>((random.below(2) == 0 ? -x : x) * table[k]);
      }
    }
    Row<std::int16_t> first(0);
    on_every_target([&](const std::string& target) {
      Row<std::int16_t> out(kGroupCoefficients);
      // The last block is none of the row's.
      weigh_levels({coefficients.data(), nullptr, kBlockGroup - 1}, quantizer, costs, gains.data(),
                   out.data());
      if (first.size() > 0) {
        EXPECT_TRUE(same(first, out)) << target;
        return;
      }
      for (std::size_t b = 0; b + 1 < kBlockGroup; ++b) {
        std::vector<double> magnitudes(64);
        std::vector<int> levels(64);
        for (std::size_t z = 0; z < 64; ++z) {
          const std::size_t at = places[z] * kBlockGroup + b;
          magnitudes[z] = std::abs(coefficients[at]) / table[places[z]];
          ASSERT_EQ(out[at] % (8 * table[places[z]]), 0);
          levels[z] = std::abs(out[at]) / (8 * table[places[z]]);
          EXPECT_TRUE(out[at] == 0 || (out[at] < 0) == (coefficients[at] < 0));
          zeroed += levels[z] == 0 && magnitudes[z] > 0.51 ? 1 : 0;
        }
        EXPECT_EQ(levels[0], static_cast<int>(magnitudes[0] + 0.5));
        const Oracle oracle(magnitudes, costs, gains[b]);
        EXPECT_NEAR(oracle.cost(levels), oracle.least(), 1e-3 * oracle.least());
      }
      first = std::move(out);
    });
  }
  EXPECT_GT(zeroed, 50);
}

TEST(ShapedRows, SumErrorsInSteps) {
  Random random(10);
  constexpr std::size_t kGroups = 2;
  const QuantTable table = some_table(random, 30);
  const FloatQuantizer quantizer(table);
  const Row<float> coefficients = some_coefficients(random, kGroups, 500);
  Row<std::int16_t> chosen(kGroups * kGroupCoefficients);
  round_levels({coefficients.data(), nullptr, kGroups * kBlockGroup}, quantizer, 1.1f,
               chosen.data());
  Row<float> first(0);
  on_every_target([&](const std::string& target) {
    Row<float> errors(kGroups * kBlockGroup);
    sum_errors(coefficients.data(), quantizer, chosen.data(), kGroups, errors.data());
    if (first.size() > 0) {
      EXPECT_TRUE(same(first, errors)) << target;
      return;
    }
    for (std::size_t b = 0; b < errors.size(); ++b) {
      double sum = 0;
      for (std::size_t k = 0; k < 64; ++k) {
        const std::size_t at =
            b / kBlockGroup * kGroupCoefficients + k * kBlockGroup + b % kBlockGroup;
        const double error = (coefficients[at] - chosen[at] / 8.0) / table[k];
        sum += error * error;
      }
      EXPECT_NEAR(errors[b], sum, 1e-4 * sum);
    }
    first = std::move(errors);
  });
}

TEST(ShapedTables, HaveLogarithmsAndPowers) {
  for (const double x : {-8.0, -1.0, -0.3, 0.0, 0.7, 5.3}) {
    EXPECT_NEAR(exponential(x) / std::exp(x), 1, 1e-11);
  }
  for (const double x : {1e-6, 0.3, 0.5, 0.99, 1.0, 1.7, 1e9}) {
    EXPECT_NEAR(binary_logarithm(x), std::log2(x), 1e-10);
  }
}

TEST(ShapedTables, ClimbFromCoarseToFine) {
  for (const auto chroma :
       {ChromaSubsampling::gray, ChromaSubsampling::yuv420, ChromaSubsampling::yuv444}) {
    for (const auto& [choice, is_graphic] :
         {std::pair{LevelChoice::rounded, false}, std::pair{LevelChoice::weighed, false},
          std::pair{LevelChoice::rounded, true}, std::pair{LevelChoice::weighed, true}}) {
      const TableLadder ladder(chroma, {choice, is_graphic});
      ASSERT_GT(ladder.count(), 100);
      auto before = ladder.tables(0);
      for (int setting = 1; setting < ladder.count(); ++setting) {
        const auto tables = ladder.tables(setting);
        for (std::size_t p = 0; p < 3; ++p) {
          for (std::size_t k = 0; k < 64; ++k) {
            ASSERT_GE(tables[p][k], 1);
            ASSERT_LE(tables[p][k], 255);
            ASSERT_LE(tables[p][k], before[p][k]);
          }
        }
        ASSERT_GT(ladder.quality_of(setting).value, ladder.quality_of(setting - 1).value);
        ASSERT_EQ(ladder.setting_of(ladder.quality_of(setting)), setting);
        before = tables;
      }
      EXPECT_LE(ladder.quality_of(0).value, 5.1f);
      EXPECT_GE(ladder.quality_of(ladder.count() - 1).value, 99.f);
      EXPECT_EQ(ladder.setting_of(Quality{0}), 0);
      EXPECT_EQ(ladder.setting_of(Quality{100}), ladder.count() - 1);
    }
  }
}

}  // namespace
}  // namespace limen::test
