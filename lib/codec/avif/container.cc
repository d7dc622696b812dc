// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/avif/container.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "lib/codec/avif/boxes.h"
#include "limen/core/checked_size.h"
#include "limen/core/format.h"

namespace limen::inline LIMEN_ABI {

namespace {

// A grid of 64x64 tiles with alpha has 8194 items. libavif looks items up one by one and keeps a
// record of some hundred bytes for each item, extent, property and association, so these bounds
// keep a small file from costing seconds or gigabytes.
constexpr std::uint64_t kMaxItems = 10'000;
constexpr std::uint64_t kMaxExtents = 65'536;
constexpr std::uint64_t kMaxProperties = 32'767;  // the most that an association can point to
constexpr std::uint64_t kMaxAssociations = 262'144;
constexpr std::uint64_t kMaxReferences = 20'000;
constexpr std::uint64_t kMaxTracks = 64;
constexpr std::uint64_t kMaxMovieBytes = 4'000'000;  // sample tables of a million frames

Error too_many(std::string_view what, std::uint64_t count, std::uint64_t most) {
  return unsupported("AVIF: " + std::to_string(count) + " " + std::string(what) + ", at most " +
                         std::to_string(most) + " are read",
                     Format::avif);
}

Result<void> check_count(std::string_view what, std::uint64_t count, std::uint64_t most) {
  if (count > most) return too_many(what, count, most);
  return {};
}

struct Association {
  std::uint32_t item = 0;
  std::vector<std::uint16_t> properties;  ///< with the bit that says "essential"
};

struct AssociationBox {
  std::uint8_t version = 0;
  std::uint32_t flags = 0;
  std::vector<Association> entries;

  bool has_wide_indices() const { return (flags & 1) != 0; }
  std::uint16_t index_mask() const { return has_wide_indices() ? 0x7FFF : 0x7F; }
};

// Nothing where the box ends before its entries do.
std::optional<AssociationBox> read_associations(ByteView payload) {
  BigEndianReader reader(payload);
  AssociationBox box;
  box.version = reader.u8();
  box.flags = static_cast<std::uint32_t>(reader.read(3));
  const std::uint32_t count = reader.u32();
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
    Association entry;
    entry.item = static_cast<std::uint32_t>(reader.read(box.version < 1 ? 2 : 4));
    const std::uint8_t indices = reader.u8();
    for (std::uint8_t k = 0; k < indices && !reader.failed(); ++k) {
      entry.properties.push_back(
          static_cast<std::uint16_t>(reader.read(box.has_wide_indices() ? 2 : 1)));
    }
    box.entries.push_back(std::move(entry));
  }
  if (reader.failed()) return std::nullopt;
  return box;
}

// Everything about one `meta` box.
class MetaScan {
 public:
  MetaScan(AvifContainer& container, std::uint64_t file_size)
      : container_(container), file_size_(file_size) {}

  Result<void> scan(const Box& meta) {
    if (meta.payload.size() < 4) return {};
    BoxReader boxes(meta.payload.subspan(4), 0);  // behind version and flags
    while (const auto box = boxes.next()) {
      if (box->type == "iinf") LIMEN_TRY(scan_item_infos(box->payload));
      if (box->type == "iloc") LIMEN_TRY(scan_locations(box->payload));
      if (box->type == "iref") LIMEN_TRY(scan_references(box->payload));
      if (box->type == "iprp") LIMEN_TRY(scan_properties(box->payload));
    }
    add_up();
    return {};
  }

 private:
  Result<void> scan_item_infos(ByteView payload) {
    BigEndianReader reader(payload);
    const std::uint8_t version = reader.u8();
    reader.skip(3);
    const std::uint64_t announced = version == 0 ? reader.u16() : reader.u32();
    LIMEN_TRY(check_count("items", announced, kMaxItems));
    BoxReader boxes(reader.rest(), 0);
    std::uint64_t count = 0;
    while (const auto box = boxes.next()) {
      LIMEN_TRY(check_count("items", ++count, kMaxItems));
      if (box->type != "infe") continue;
      BigEndianReader entry(box->payload);
      const std::uint8_t entry_version = entry.u8();
      entry.skip(3);
      const auto item = static_cast<std::uint32_t>(entry.read(entry_version < 3 ? 2 : 4));
      entry.skip(2);  // protection
      const auto type = entry.u32();
      if (entry.failed()) continue;
      if (type == 0x61763031) coded_items_.push_back(item);    // "av01"
      if (type == 0x67726964) container_.has_grid = true;      // "grid"
      if (type == 0x746D6170) container_.has_gain_map = true;  // "tmap": ISO 21496-1
    }
    return {};
  }

  Result<void> scan_locations(ByteView payload) {
    BigEndianReader reader(payload);
    const std::uint8_t version = reader.u8();
    reader.skip(3);
    const std::uint8_t sizes = reader.u8();
    const std::uint8_t more_sizes = reader.u8();
    const std::size_t offset_bytes = sizes >> 4;
    const std::size_t length_bytes = sizes & 15;
    const std::size_t base_bytes = more_sizes >> 4;
    const std::size_t index_bytes = version == 1 || version == 2 ? more_sizes & 15 : 0;
    if (version > 2 || offset_bytes > 8 || length_bytes > 8 || base_bytes > 8 || index_bytes > 8) {
      return {};
    }
    const std::uint64_t items = version < 2 ? reader.u16() : reader.u32();
    LIMEN_TRY(check_count("located items", items, kMaxItems));
    std::uint64_t extents = 0;
    for (std::uint64_t i = 0; i < items && !reader.failed(); ++i) {
      reader.skip(version < 2 ? 2 : 4);
      const bool is_in_file = version == 0 || (reader.u16() & 15) == 0;  // construction method
      reader.skip(2);                                                    // data reference
      const std::uint64_t base = reader.read(base_bytes);
      const std::uint16_t count = reader.u16();
      extents += count;  // at most 10'000 * 65'535
      LIMEN_TRY(check_count("extents", extents, kMaxExtents));
      for (std::uint16_t k = 0; k < count && !reader.failed(); ++k) {
        reader.skip(index_bytes);
        const auto begin = checked_add(base, reader.read(offset_bytes));
        const auto end = begin ? checked_add(*begin, reader.read(length_bytes)) : std::nullopt;
        if (is_in_file && (!end || *end > file_size_)) container_.is_cut = true;
      }
    }
    return {};
  }

  Result<void> scan_references(ByteView payload) {
    BigEndianReader reader(payload);
    const std::size_t id_bytes = reader.u8() == 0 ? 2 : 4;
    reader.skip(3);
    BoxReader boxes(reader.rest(), 0);
    std::uint64_t references = 0;
    while (const auto box = boxes.next()) {
      references += 1 + box->payload.size() / id_bytes;
      LIMEN_TRY(check_count("references between items", references, kMaxReferences));
    }
    return {};
  }

  Result<void> scan_properties(ByteView payload) {
    BoxReader boxes(payload, 0);
    std::uint64_t associations = 0;
    std::uint64_t entries = 0;
    std::uint64_t tables = 0;
    std::map<std::uint64_t, int> kinds;
    while (const auto box = boxes.next()) {
      if (box->type == "ipco") {
        LIMEN_TRY(scan_property_container(box->payload));
      } else if (box->type == "ipma") {
        LIMEN_TRY(check_count("tables of associations", ++tables, kMaxItems));
        const auto read = read_associations(box->payload);
        if (!read) continue;
        entries += read->entries.size();
        LIMEN_TRY(check_count("items with properties", entries, kMaxItems));
        for (const Association& entry : read->entries) {
          associations += entry.properties.size();
          for (const std::uint16_t index : entry.properties) {
            // The last one counts, as in libavif.
            const std::size_t property = index & read->index_mask();
            if (property >= 1 && property <= areas_.size() && areas_[property - 1] != 0) {
              item_areas_[entry.item] = areas_[property - 1];
            }
          }
        }
        LIMEN_TRY(check_count("properties of items", associations, kMaxAssociations));
        const std::uint64_t kind = std::uint64_t{read->version} << 32 | read->flags;
        if (++kinds[kind] > 1) container_.needs_mending = true;
      }
    }
    return {};
  }

  Result<void> scan_property_container(ByteView payload) {
    BoxReader boxes(payload, 0);
    while (const auto box = boxes.next()) {
      std::uint64_t area = 0;
      if (box->type == "ispe") {
        BigEndianReader reader(box->payload);
        reader.skip(4);
        const std::uint64_t width = reader.u32();
        area = width * reader.u32();
      } else if (box->type == "auxC") {
        const std::string_view text(reinterpret_cast<const char*>(box->payload.data()),
                                    box->payload.size());
        // urn:com:apple:photo:2020:aux:hdrgainmap and its kin.
        if (text.find("gainmap") != text.npos) container_.has_gain_map = true;
      }
      areas_.push_back(area);
      LIMEN_TRY(check_count("properties", areas_.size(), kMaxProperties));
    }
    return {};
  }

  void add_up() {
    for (const auto& [item, area] : item_areas_) {
      container_.largest_item_pixels = std::max(container_.largest_item_pixels, area);
    }
    container_.coded_items += static_cast<std::uint32_t>(coded_items_.size());
    for (const std::uint32_t item : coded_items_) {
      const auto found = item_areas_.find(item);
      if (found == item_areas_.end()) continue;
      container_.coded_pixels =
          checked_add(container_.coded_pixels, found->second).value_or(~std::uint64_t{0});
    }
  }

  AvifContainer& container_;
  std::uint64_t file_size_;
  std::vector<std::uint32_t> coded_items_;
  std::vector<std::uint64_t> areas_;  ///< one a property, 0 where it is no `ispe`
  std::map<std::uint32_t, std::uint64_t> item_areas_;
};

Result<void> scan_movie(const Box& movie) {
  LIMEN_TRY(check_count("bytes of sample tables", movie.payload.size(), kMaxMovieBytes));
  BoxReader boxes(movie.payload, 0);
  std::uint64_t tracks = 0;
  while (const auto track = boxes.next()) {
    if (track->type != "trak") continue;
    LIMEN_TRY(check_count("tracks", ++tracks, kMaxTracks));
    BoxReader parts(track->payload, 0);
    while (const auto part = parts.next()) {
      if (part->type != "meta") continue;
      AvifContainer ignored;  // a track's items are metadata, not pictures
      LIMEN_TRY(MetaScan(ignored, 0).scan(*part));
    }
  }
  return {};
}

// Joins boxes of one kind into the first of them; the last box then takes up the bytes saved, which
// readers of the box do not look at.
Bytes joined_associations(ByteView payload, std::size_t room) {
  std::vector<AssociationBox> joined;
  BoxReader boxes(payload, 0);
  while (const auto box = boxes.next()) {
    auto read = box->type == "ipma" ? read_associations(box->payload) : std::nullopt;
    if (!read) return {};
    const auto same = std::find_if(joined.begin(), joined.end(), [&](const AssociationBox& other) {
      return other.version == read->version && other.flags == read->flags;
    });
    if (same == joined.end()) {
      joined.push_back(*std::move(read));
    } else {
      same->entries.insert(same->entries.end(), read->entries.begin(), read->entries.end());
    }
  }
  Bytes bytes;
  const auto put = [&bytes](std::uint64_t value, int width) {
    for (int i = width - 1; i >= 0; --i) bytes.push_back(static_cast<std::byte>(value >> 8 * i));
  };
  const auto set_size = [&bytes](std::size_t position, std::size_t size) {
    for (std::size_t i = 0; i < 4; ++i) {
      bytes[position + i] = static_cast<std::byte>(size >> (24 - 8 * i));
    }
  };
  std::size_t last = 0;
  for (AssociationBox& box : joined) {
    std::stable_sort(box.entries.begin(), box.entries.end(),
                     [](const Association& a, const Association& b) { return a.item < b.item; });
    last = bytes.size();
    put(0, 4);
    put(0x69706D61, 4);  // "ipma"
    put(box.version, 1);
    put(box.flags, 3);
    put(box.entries.size(), 4);
    for (const Association& entry : box.entries) {
      put(entry.item, box.version < 1 ? 2 : 4);
      put(entry.properties.size(), 1);
      for (const std::uint16_t index : entry.properties) put(index, box.has_wide_indices() ? 2 : 1);
    }
    set_size(last, bytes.size() - last);
  }
  if (bytes.empty() || bytes.size() > room) return {};
  bytes.resize(room);
  set_size(last, room - last);
  return bytes;
}

void mend_properties(const Box& properties, Bytes& bytes) {
  const auto payload_position = static_cast<std::size_t>(properties.payload.data() - bytes.data());
  BoxReader boxes(properties.payload, payload_position);
  std::size_t begin = 0;
  while (const auto box = boxes.next()) {
    if (box->type == "ipco") begin = box->position - payload_position;
    if (box->type == "ipma") {
      begin = box->position - payload_position;
      break;
    }
  }
  const ByteView region = properties.payload.subspan(begin);
  const Bytes joined = joined_associations(region, region.size());
  std::copy(joined.begin(), joined.end(),
            bytes.begin() + static_cast<std::ptrdiff_t>(payload_position + begin));
}

}  // namespace

bool has_avif_brand(ByteView bytes) {
  BoxReader boxes(bytes, 0);
  const auto box = boxes.next();
  if (!box || box->type != "ftyp") return false;
  std::string_view brands(reinterpret_cast<const char*>(box->payload.data()), box->payload.size());
  const std::string_view major = brands.substr(0, 4);
  if (major == "avif" || major == "avis") return true;
  // A HEIC file may list AVIF as something that it is compatible with, but its picture is HEVC.
  if (major.starts_with("hei") || major.starts_with("hev")) return false;
  for (brands.remove_prefix(std::min<std::size_t>(brands.size(), 8)); brands.size() >= 4;
       brands.remove_prefix(4)) {
    if (brands.starts_with("avif") || brands.starts_with("avis")) return true;
  }
  return false;
}

Result<AvifContainer> scan_container(ByteView bytes) {
  AvifContainer container;
  BoxReader boxes(bytes, 0);
  while (const auto box = boxes.next()) {
    container.is_cut = container.is_cut || box->is_cut;
    if (box->type == "meta") {
      LIMEN_TRY(MetaScan(container, bytes.size()).scan(*box));
      container.needs_mending = container.needs_mending || box->is_open_ended;
    } else if (box->type == "moov") {
      LIMEN_TRY(scan_movie(*box));
    }
  }
  return container;
}

Bytes mend_container(ByteView bytes) {
  Bytes mended(bytes.begin(), bytes.end());
  BoxReader boxes(mended, 0);
  while (const auto box = boxes.next()) {
    if (box->type != "meta" || box->payload.size() < 4) continue;
    if (box->is_open_ended) {
      const std::size_t size = mended.size() - box->position;
      for (std::size_t i = 0; i < 4; ++i) {
        mended[box->position + i] = static_cast<std::byte>(size >> (24 - 8 * i));
      }
    }
    const auto begin = static_cast<std::size_t>(box->payload.data() - mended.data()) + 4;
    BoxReader parts(box->payload.subspan(4), begin);
    while (const auto part = parts.next()) {
      if (part->type == "iprp") mend_properties(*part, mended);
    }
  }
  return mended;
}

}  // namespace limen::inline LIMEN_ABI
