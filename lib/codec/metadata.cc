// SPDX-License-Identifier: Apache-2.0
#include "limen/codec/metadata.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "lib/codec/exif_rewrite.h"
#include "lib/codec/iptc.h"
#include "lib/codec/metadata_text.h"
#include "lib/codec/xmp.h"

namespace limen::inline LIMEN_ABI {

namespace {

// In the order in which reports name them.
struct Dropped {
  bool gps = false;
  bool serial_number = false;
  bool maker_note = false;
  bool thumbnail = false;
  bool gain_map = false;
  bool exif = false;
  bool xmp = false;
  bool iptc = false;
  bool comment = false;

  std::vector<std::string> names() const {
    std::vector<std::string> result;
    const auto add = [&](bool is_dropped, std::string_view name) {
      if (is_dropped) result.emplace_back(name);
    };
    add(gps, "gps");
    add(serial_number, "serial_number");
    add(maker_note, "maker_note");
    add(thumbnail, "thumbnail");
    add(gain_map, "gain_map");
    add(exif, "exif");
    add(xmp, "xmp");
    add(iptc, "iptc");
    add(comment, "comment");
    return result;
  }
};

void drop_exif_items(const ExifSummary& summary, Dropped& dropped) {
  dropped.gps = dropped.gps || summary.has_gps;
  dropped.serial_number = dropped.serial_number || summary.has_serial_number;
  dropped.maker_note = dropped.maker_note || summary.has_maker_note;
  dropped.thumbnail = dropped.thumbnail || summary.has_thumbnail;
}

// True if there is nothing in the stream but the two fields that a copyright policy keeps.
bool is_copyright_alone(const TiffStream& stream) {
  if (stream.directories().size() != 1) return false;
  for (const TiffEntry& entry : stream.directories()[0].entries) {
    if (entry.tag != exif_tag::artist && entry.tag != exif_tag::copyright) return false;
  }
  return true;
}

void drop_xmp_items(const XmpContent& content, Dropped& dropped) {
  dropped.gps = dropped.gps || content.gps;
  dropped.serial_number = dropped.serial_number || content.serial_number;
  dropped.thumbnail = dropped.thumbnail || content.thumbnail;
  dropped.gain_map = dropped.gain_map || content.gain_map;
}

std::string_view text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void drop_everything(const Metadata& metadata, Dropped& dropped) {
  if (!metadata.exif.empty()) drop_exif_items(summarize_exif(metadata.exif), dropped);
  if (!metadata.xmp.empty()) {
    XmpContent content;
    static_cast<void>(XmpCopyright().read(text_of(metadata.xmp), content));
    drop_xmp_items(content, dropped);
  }
  dropped.exif = !metadata.exif.empty();
  dropped.xmp = !metadata.xmp.empty();
  dropped.iptc = !metadata.iptc.empty();
  dropped.comment = !metadata.comment.empty();
}

// PNG's text chunks have keywords for both (PNG, third edition, 11.3.3.1).
void offer_comment(std::string_view comment, XmpCopyright& copyright) {
  constexpr std::string_view kCopyright = "Copyright: ";
  constexpr std::string_view kAuthor = "Author: ";
  while (!comment.empty()) {
    const std::size_t end = std::min(comment.find('\n'), comment.size());
    const std::string_view line = comment.substr(0, end);
    comment.remove_prefix(std::min(end + 1, comment.size()));
    if (line.starts_with(kCopyright)) {
      copyright.offer_rights(clean_text(line.substr(kCopyright.size())));
    } else if (line.starts_with(kAuthor)) {
      copyright.offer_creator(clean_text(line.substr(kAuthor.size())));
    }
  }
}

void keep_copyright(const Metadata& metadata, Metadata& kept, Dropped& dropped) {
  drop_everything(metadata, dropped);
  if (!metadata.exif.empty()) {
    const ExifSummary summary = summarize_exif(metadata.exif);
    kept.exif = write_copyright_exif(summary.artist, summary.copyright);
    dropped.exif = kept.exif.empty() || !is_copyright_alone(TiffStream(metadata.exif));
  }
  XmpCopyright copyright;
  if (!metadata.xmp.empty()) {
    XmpContent content;
    if (copyright.read(text_of(metadata.xmp), content)) dropped.xmp = content.other;
  }
  const IptcCopyright iptc = read_iptc_copyright(metadata.iptc);
  copyright.offer_rights(iptc.notice);
  copyright.offer_creator(iptc.byline);
  copyright.offer_credit(iptc.credit);
  offer_comment(text_of(metadata.comment), copyright);
  kept.xmp = copyright.write();
}

void keep_all(const Metadata& metadata, Metadata& kept, Dropped& dropped) {
  if (!metadata.exif.empty()) {
    const ExifSummary summary = summarize_exif(metadata.exif);
    if (auto upright = write_upright_exif(TiffStream(metadata.exif))) {
      kept.exif = *std::move(upright);
      dropped.thumbnail = summary.has_thumbnail;
    } else {
      drop_exif_items(summary, dropped);
      dropped.exif = true;
    }
  }
  if (!metadata.xmp.empty()) {
    XmpContent content;
    if (auto upright = write_upright_xmp(text_of(metadata.xmp), content)) {
      kept.xmp = *std::move(upright);
      dropped.thumbnail = dropped.thumbnail || content.thumbnail;
      dropped.gain_map = content.gain_map;
    } else {
      dropped.xmp = true;
    }
  }
  kept.iptc = metadata.iptc;
  kept.comment = metadata.comment;
}

}  // namespace

FilteredMetadata filter_metadata(const Metadata& metadata, MetadataPolicy policy) {
  auto filtered = contain_exceptions([&]() -> Result<FilteredMetadata> {
    FilteredMetadata result;
    Dropped dropped;
    result.kept.icc = metadata.icc;
    switch (policy) {
      case MetadataPolicy::none:
        drop_everything(metadata, dropped);
        break;
      case MetadataPolicy::copyright:
        keep_copyright(metadata, result.kept, dropped);
        break;
      case MetadataPolicy::keep:
        keep_all(metadata, result.kept, dropped);
        break;
    }
    result.dropped = dropped.names();
    return result;
  });
  // Without memory nothing is kept: metadata is never worth failing for, nor leaking.
  return filtered ? *std::move(filtered) : FilteredMetadata{};
}

}  // namespace limen::inline LIMEN_ABI
