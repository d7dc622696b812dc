// SPDX-License-Identifier: Apache-2.0
// Blocks of metadata through every policy. The first byte says which block the rest is. What the
// copyright policy leaves must have no more to drop.

#include <algorithm>

#include "fuzz/fuzz.h"
#include "limen/codec/metadata.h"

namespace limen::fuzz {
namespace {

bool is_personal(const std::string& item) {
  return item == "gps" || item == "serial_number" || item == "thumbnail" || item == "maker_note";
}

void run(std::uint8_t kind, ByteView block) {
  Metadata metadata;
  Bytes* const blocks[] = {&metadata.exif, &metadata.xmp, &metadata.iptc, &metadata.icc,
                           &metadata.comment};
  blocks[kind % 5]->assign(block.begin(), block.end());
  static_cast<void>(summarize_exif(block));

  const auto none = filter_metadata(metadata, MetadataPolicy::none);
  expect(none.kept.exif.empty() && none.kept.xmp.empty() && none.kept.iptc.empty() &&
             none.kept.comment.empty(),
         "policy none kept something");

  static_cast<void>(filter_metadata(metadata, MetadataPolicy::keep));

  const auto once = filter_metadata(metadata, MetadataPolicy::copyright);
  const auto summary = summarize_exif(once.kept.exif);
  expect(!summary.has_gps && !summary.has_thumbnail && !summary.has_serial_number &&
             !summary.has_maker_note,
         "the copyright policy left personal data in EXIF");
  const auto twice = filter_metadata(once.kept, MetadataPolicy::copyright);
  expect(std::none_of(twice.dropped.begin(), twice.dropped.end(), is_personal),
         "personal data found in what was filtered before");
  expect(twice.kept.exif == once.kept.exif && twice.kept.xmp == once.kept.xmp,
         "filtering again changes what was filtered");
}

}  // namespace
}  // namespace limen::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0) limen::fuzz::run(data[0], limen::fuzz::bytes_of(data + 1, size - 1));
  return 0;
}
