// SPDX-License-Identifier: Apache-2.0
#include "limen/codec/metadata.h"

#include <string_view>

#include "lib/codec/exif_rewrite.h"

namespace limen::inline LIMEN_ABI {

namespace {

// In the order in which reports name them.
struct Dropped {
  bool gps = false;
  bool serial_number = false;
  bool maker_note = false;
  bool thumbnail = false;
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

void drop_everything(const Metadata& metadata, Dropped& dropped) {
  if (!metadata.exif.empty()) drop_exif_items(summarize_exif(metadata.exif), dropped);
  dropped.exif = !metadata.exif.empty();
  dropped.xmp = !metadata.xmp.empty();
  dropped.iptc = !metadata.iptc.empty();
  dropped.comment = !metadata.comment.empty();
}

void keep_copyright(const Metadata& metadata, Metadata& kept, Dropped& dropped) {
  drop_everything(metadata, dropped);
  if (!metadata.exif.empty()) {
    const ExifSummary summary = summarize_exif(metadata.exif);
    kept.exif = write_copyright_exif(summary.artist, summary.copyright);
    dropped.exif = kept.exif.empty() || !is_copyright_alone(TiffStream(metadata.exif));
  }
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
  dropped.xmp = !metadata.xmp.empty();
  kept.iptc = metadata.iptc;
  kept.comment = metadata.comment;
}

}  // namespace

FilteredMetadata filter_metadata(const Metadata& metadata, MetadataPolicy policy) {
  FilteredMetadata filtered;
  Dropped dropped;
  filtered.kept.icc = metadata.icc;
  switch (policy) {
    case MetadataPolicy::none:
      drop_everything(metadata, dropped);
      break;
    case MetadataPolicy::copyright:
      keep_copyright(metadata, filtered.kept, dropped);
      break;
    case MetadataPolicy::keep:
      keep_all(metadata, filtered.kept, dropped);
      break;
  }
  filtered.dropped = dropped.names();
  return filtered;
}

}  // namespace limen::inline LIMEN_ABI
