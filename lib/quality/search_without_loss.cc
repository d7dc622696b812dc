// SPDX-License-Identifier: Apache-2.0

// The contest's lossless files: which are worth it, and when.

#include <algorithm>
#include <utility>

#include "lib/quality/search_contest.h"
#include "lib/quality/search_lossless.h"

namespace limen::inline LIMEN_ABI::search {

namespace {

// Below so many pixels a file takes no time: nothing is foretold.
constexpr std::uint64_t kTinyPixels = 4096;

// The least that a lossless file of a picture of this entropy may take: photographs leave coders
// little to find beyond it, drawings repeat themselves. The largest saving seen on photographs was
// a seventh, on drawings of one bit a pixel seven tenths.
double least_lossless_bytes(const ConstImageView& picture) {
  const auto entropy = static_cast<double>(lossless_entropy_bytes(picture));
  const double bits = 8 * entropy / static_cast<double>(area(picture.size));
  return entropy * std::clamp(0.25 + 0.14 * (bits - 1), 0.25, 0.8);
}

// A lossy file of more bits a pixel than photographs ask for is of a pattern, and coders that look
// for repeats may find what the entropy of its residuals does not know.
constexpr double kBitsOfPatterns = 6;

// How many times a file must be what a lossy one promises to take for the lossy one to be given up
// unseen: samples of screens promise too much, as their tiles have edges of their own.
constexpr double kPlainlyLess = 1.5;

}  // namespace

// Whether a lossless file may have no more bytes than this.
bool Contest::may_be_lossless(std::uint64_t bytes) {
  const std::uint64_t pixels = area(session_.subject.size());
  const double bits = 8 * static_cast<double>(bytes) / static_cast<double>(pixels);
  if (pixels <= kTinyPixels || bits > kBitsOfPatterns) return true;
  if (!least_lossless_) least_lossless_ = least_lossless_bytes(session_.subject.picture());
  return *least_lossless_ < static_cast<double>(bytes);
}

// Whether a lossless file might be smaller than the best so far, or is all there is.
Result<bool> Contest::is_worth_lossless() {
  if (!accepts(Format::png) && !accepts(Format::webp)) return false;
  if (is_lossless_entered_) return false;
  if (!best_ && closest_ == nullptr) return true;
  if (!session_.options.lossless_fallback || !session_.has_time()) return false;
  if (!best_) return true;
  LIMEN_ASSIGN(const std::uint64_t beside, size_of(*best_, false));
  return may_be_lossless(beside);
}

// Screens and drawings: where a lossless file may be smaller than what the best of the modes
// promises, it is made before anything lossy. True where it is so much smaller that no mode is
// worth a look.
Result<bool> Contest::is_settled_by_lossless(Mode& mode) {
  if (!session_.options.lossless_fallback) return false;
  if (!accepts(Format::png) && !accepts(Format::webp)) return false;
  LIMEN_ASSIGN(const auto promise, promised_size(mode));
  if (!promise) return false;
  if (!is_lossless_entered_) {
    if (!session_.has_time() || !may_be_lossless(*promise)) return false;
    LIMEN_TRY(enter_lossless());
  }
  if (!best_ || best_->ladder != nullptr) return false;
  return static_cast<double>(best_->lossless.size()) * kPlainlyLess <=
         static_cast<double>(*promise);
}

Result<void> Contest::enter_lossless() {
  is_lossless_entered_ = true;
  std::vector<Contender> files;
  LIMEN_TRY(encode_lossless(files));
  for (Contender& file : files) LIMEN_TRY(enter(std::move(file)));
  return {};
}

Result<void> Contest::encode_lossless(std::vector<Contender>& files) {
  for (const Format format : {Format::webp, Format::png}) {
    if (!accepts(format)) continue;
    // Lossless WebP is the smaller of the two but for pictures of a few pixels and of 16 bits,
    // which it does not hold.
    if (format == Format::png && !files.empty() && area(session_.subject.size()) > kTinyPixels) {
      continue;
    }
    if (!files.empty() && !session_.has_time()) continue;
    EncodeOptions options = session_.options.encode;
    options.format = format;
    options.mode = Lossless{};
    options.chroma = ChromaSubsampling::automatic;
    options.bit_depth = 8;
    Contender contender;
    contender.format = format;
    contender.is_certified = true;
    LIMEN_ASSIGN(contender.lossless,
                 encode(session_.subject.picture(), options, session_.execution));
    ++session_.encodes;
    session_.trials.push_back({.format = format,
                               .mode = Lossless{},
                               .score = Score{100},
                               .worst_block = Score{100},
                               .bytes = contender.lossless.size(),
                               .passes = true});
    files.push_back(std::move(contender));
  }
  return {};
}

}  // namespace limen::inline LIMEN_ABI::search
