// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/xmp_tree.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "lib/codec/metadata_text.h"

namespace limen::inline LIMEN_ABI {

namespace {

using namespace std::string_view_literals;

// Packets of large editing histories have some thousand elements.
constexpr std::size_t kMaxElements = 50'000;
constexpr std::size_t kMaxAttributes = 1'000;  // of one element
constexpr std::size_t kMaxBindings = 256;      // of prefixes, in scope at one place
constexpr std::size_t kMaxDepth = 64;
constexpr std::string_view kSpace = " \t\r\n";

bool is_name_end(char c) {
  return kSpace.find(c) != kSpace.npos || "<>/=\"'"sv.find(c) != kSpace.npos;
}

class Reader {
 public:
  explicit Reader(std::string_view packet) : packet_(packet) {}

  bool read() {
    if (packet_.starts_with("\xEF\xBB\xBF"sv)) position_ = 3;
    while (position_ < packet_.size()) {
      const std::size_t markup = std::min(packet_.find('<', position_), packet_.size());
      add_text(packet_.substr(position_, markup - position_), true);
      position_ = markup;
      if (position_ == packet_.size()) break;
      if (!read_markup()) return false;
    }
    return open_.empty() && !tree_.elements.empty();
  }

  XmpTree take() { return std::move(tree_); }

 private:
  struct Open {
    std::size_t element;
    std::string_view tag;  // as written, to match the end tag
    std::size_t bindings_before;
  };
  struct Binding {
    std::string_view prefix;
    std::string_view space;
  };

  bool starts_with(std::string_view text) const {
    return packet_.substr(position_).starts_with(text);
  }

  bool skip_past(std::string_view end) {
    const std::size_t found = packet_.find(end, position_);
    if (found == packet_.npos) return false;
    position_ = found + end.size();
    return true;
  }

  void skip_space() {
    position_ = std::min(packet_.find_first_not_of(kSpace, position_), packet_.size());
  }

  std::string_view read_name() {
    const std::size_t begin = position_;
    while (position_ < packet_.size() && !is_name_end(packet_[position_])) ++position_;
    return packet_.substr(begin, position_ - begin);
  }

  void add_text(std::string_view raw, bool has_references) {
    if (open_.empty() || raw.empty()) return;
    std::string& text = tree_.elements[open_.back().element].text;
    if (has_references) {
      text += resolved_xml_text(raw);
    } else {
      text += raw;
    }
  }

  bool read_markup() {
    if (starts_with("<?")) return skip_past("?>");
    if (starts_with("<!--")) {
      position_ += 4;
      return skip_past("-->");
    }
    if (starts_with("<![CDATA[")) {
      position_ += 9;
      const std::size_t begin = position_;
      if (!skip_past("]]>")) return false;
      add_text(packet_.substr(begin, position_ - 3 - begin), false);
      return true;
    }
    if (starts_with("<!")) return false;
    if (starts_with("</")) return read_end_tag();
    return read_start_tag();
  }

  bool read_end_tag() {
    position_ += 2;
    const std::string_view tag = read_name();
    skip_space();
    if (open_.empty() || tag != open_.back().tag || !starts_with(">")) return false;
    ++position_;
    close();
    return true;
  }

  void close() {
    tree_.elements[open_.back().element].end = position_;
    bindings_.resize(open_.back().bindings_before);
    open_.pop_back();
  }

  bool read_start_tag() {
    const std::size_t begin = position_;
    ++position_;
    const std::string_view tag = read_name();
    if (tag.empty() || open_.size() >= kMaxDepth || tree_.elements.size() >= kMaxElements) {
      return false;
    }
    if (open_.empty() && !tree_.elements.empty()) return false;  // a second root
    const std::size_t bindings_before = bindings_.size();
    std::vector<XmlAttribute> attributes;
    std::vector<std::string_view> names;
    while (true) {
      skip_space();
      if (starts_with(">") || starts_with("/>")) break;
      XmlAttribute attribute;
      std::string_view name;
      if (!read_attribute(name, attribute)) return false;
      if (name == "xmlns" || name.starts_with("xmlns:")) {
        if (bindings_.size() >= kMaxBindings) return false;
        bindings_.push_back({name.substr(std::min<std::size_t>(name.size(), 6)), attribute.raw});
      } else {
        if (attributes.size() >= kMaxAttributes) return false;
        attributes.push_back(attribute);
        names.push_back(name);
      }
    }
    XmlElement element;
    element.begin = begin;
    element.name = resolve(tag, true);
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      attributes[i].name = resolve(names[i], false);
    }
    element.attributes = std::move(attributes);
    const std::size_t index = tree_.elements.size();
    if (!open_.empty()) {
      XmlElement& parent = tree_.elements[open_.back().element];
      parent.children.push_back(index);
      if (parent.name == XmlName{xmp_space::rdf, "RDF"} &&
          element.name == XmlName{xmp_space::rdf, "Description"}) {
        tree_.described.push_back(index);
      }
    }
    tree_.elements.push_back(std::move(element));
    open_.push_back({index, tag, bindings_before});
    const bool is_empty = starts_with("/>");
    position_ += is_empty ? 2 : 1;
    if (is_empty) close();
    return true;
  }

  bool read_attribute(std::string_view& name, XmlAttribute& attribute) {
    attribute.begin = position_;
    name = read_name();
    skip_space();
    if (name.empty() || !starts_with("=")) return false;
    ++position_;
    skip_space();
    if (!starts_with("\"") && !starts_with("'")) return false;
    const char quote = packet_[position_];
    const std::size_t value = ++position_;
    const std::size_t end = packet_.find(quote, value);
    if (end == packet_.npos) return false;
    attribute.raw = packet_.substr(value, end - value);
    if (attribute.raw.find('<') != attribute.raw.npos) return false;
    position_ = end + 1;
    attribute.end = position_;
    return true;
  }

  // A default namespace holds for elements alone (Namespaces in XML, 6.2).
  XmlName resolve(std::string_view name, bool is_element) const {
    const std::size_t colon = name.find(':');
    const std::string_view prefix = colon == name.npos ? std::string_view() : name.substr(0, colon);
    const std::string_view local = colon == name.npos ? name : name.substr(colon + 1);
    if (prefix.empty() && !is_element) return {{}, local};
    if (prefix == "xml") return {xmp_space::xml, local};
    const auto bound = std::find_if(bindings_.rbegin(), bindings_.rend(),
                                    [prefix](const Binding& b) { return b.prefix == prefix; });
    return {bound != bindings_.rend() ? bound->space : std::string_view(), local};
  }

  std::string_view packet_;
  std::size_t position_ = 0;
  XmpTree tree_;
  std::vector<Open> open_;
  std::vector<Binding> bindings_;
};

// "amp", "#65" or "#x41" to text; nothing for anything else.
std::optional<std::string> resolved_reference(std::string_view name) {
  if (name == "amp") return "&";
  if (name == "lt") return "<";
  if (name == "gt") return ">";
  if (name == "quot") return "\"";
  if (name == "apos") return "'";
  if (!name.starts_with('#') || name.size() < 2) return std::nullopt;
  const bool is_hex = name[1] == 'x';
  const std::string_view digits = name.substr(is_hex ? 2 : 1);
  if (digits.empty() || digits.size() > 8) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : digits) {
    const int digit = c >= '0' && c <= '9'             ? c - '0'
                      : is_hex && c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : is_hex && c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                       : -1;
    if (digit < 0) return std::nullopt;
    value = value * (is_hex ? 16 : 10) + static_cast<std::uint32_t>(digit);
  }
  std::string text;
  append_utf8(text, static_cast<char32_t>(value));
  return text;
}

}  // namespace

const XmlAttribute* XmlElement::find(const XmlName& attribute) const {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(),
                   [&](const XmlAttribute& candidate) { return candidate.name == attribute; });
  return found != attributes.end() ? &*found : nullptr;
}

std::string resolved_xml_text(std::string_view raw) {
  // "&#x10FFFF;" is the longest that means anything.
  constexpr std::size_t kMaxReference = 12;
  std::string text;
  while (!raw.empty()) {
    const std::size_t begin = std::min(raw.find('&'), raw.size());
    text += raw.substr(0, begin);
    raw.remove_prefix(begin);
    if (raw.empty()) break;
    const std::size_t end = raw.substr(0, kMaxReference).find(';');
    const auto resolved =
        end == raw.npos ? std::nullopt : resolved_reference(raw.substr(1, end - 1));
    text += resolved.value_or("&");
    raw.remove_prefix(resolved ? end + 1 : 1);
  }
  return text;
}

std::optional<XmpTree> read_xmp_tree(std::string_view packet) {
  Reader reader(packet);
  if (!reader.read()) return std::nullopt;
  return reader.take();
}

}  // namespace limen::inline LIMEN_ABI
