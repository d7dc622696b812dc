// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/xmp.h"

#include <algorithm>
#include <iterator>

#include "lib/codec/metadata_text.h"
#include "lib/codec/xmp_tree.h"

namespace limen::inline LIMEN_ABI {

namespace {

enum class Shape { text, bag, sequence, languages, structures };

struct Space {
  std::string_view prefix;
  std::string_view uri;
};

constexpr Space kDc = {"dc", "http://purl.org/dc/elements/1.1/"};
constexpr Space kPhotoshop = {"photoshop", "http://ns.adobe.com/photoshop/1.0/"};
constexpr Space kRights = {"xmpRights", "http://ns.adobe.com/xap/1.0/rights/"};
constexpr Space kPlus = {"plus", "http://ns.useplus.org/ldf/xmp/1.0/"};
constexpr Space kCreativeCommons = {"cc", "http://creativecommons.org/ns#"};

struct Property {
  Space space;
  std::string_view local;
  Shape shape;
};

// What the copyright policy keeps, in the order in which it is written. Dublin Core and XMP Rights:
// ISO 16684-1, 8.3 and 8.5; photoshop:Credit: IPTC Photo Metadata Standard; plus: PLUS License Data
// Format 1.2 (of its people, names and licence addresses stay, telephone numbers and streets go).
constexpr Property kProperties[] = {
    {kDc, "rights", Shape::languages},
    {kDc, "creator", Shape::sequence},
    {kPhotoshop, "Credit", Shape::text},
    {kRights, "Certificate", Shape::text},
    {kRights, "Marked", Shape::text},
    {kRights, "Owner", Shape::bag},
    {kRights, "UsageTerms", Shape::languages},
    {kRights, "WebStatement", Shape::text},
    {kPlus, "CopyrightOwner", Shape::structures},
    {kPlus, "CopyrightStatus", Shape::text},
    {kPlus, "CreditLineRequired", Shape::text},
    {kPlus, "DataMining", Shape::text},
    {kPlus, "ImageCreator", Shape::structures},
    {kPlus, "LicensorNotes", Shape::languages},
    {kPlus, "Licensor", Shape::structures},
    {kPlus, "MediaSummaryCode", Shape::text},
    {kPlus, "OtherConditions", Shape::languages},
    {kPlus, "OtherConstraints", Shape::languages},
    {kPlus, "OtherLicenseInfo", Shape::bag},
    {kPlus, "OtherLicenseRequirements", Shape::languages},
    {kPlus, "TermsAndConditionsText", Shape::languages},
    {kPlus, "TermsAndConditionsURL", Shape::text},
    {kCreativeCommons, "attributionName", Shape::text},
    {kCreativeCommons, "attributionURL", Shape::text},
    {kCreativeCommons, "license", Shape::text},
    {kCreativeCommons, "morePermissions", Shape::text},
};
constexpr std::size_t kRightsIndex = 0;
constexpr std::size_t kCreatorIndex = 1;
constexpr std::size_t kCreditIndex = 2;

// Fields of plus: structures that are kept.
constexpr std::string_view kFields[] = {
    "CopyrightOwnerID", "CopyrightOwnerName", "ImageCreatorID", "ImageCreatorName",
    "LicensorID",       "LicensorName",       "LicensorURL",
};

// A JPEG segment holds 65 502 bytes of XMP.
constexpr std::size_t kMaxPacketBytes = 60'000;
constexpr std::size_t kMaxItems = 64;

bool is_rdf(const XmlName& name, std::string_view local) {
  return name.space == xmp_space::rdf && name.local == local;
}
bool is_rdf_array(const XmlName& name) {
  return is_rdf(name, "Alt") || is_rdf(name, "Bag") || is_rdf(name, "Seq");
}
// rdf:about, xml:lang and the like say nothing themselves.
bool is_syntax(const XmlName& name) {
  return name.space == xmp_space::rdf || name.space == xmp_space::xml;
}

std::optional<std::size_t> known_property(const XmlName& name) {
  for (std::size_t i = 0; i < std::size(kProperties); ++i) {
    if (name == XmlName{kProperties[i].space.uri, kProperties[i].local}) return i;
  }
  return std::nullopt;
}

// What of it refers to other parts of the source's file or to its pixels as they were stored.
enum class Staleness { none, orientation, thumbnail, gain_map, other };

Staleness staleness_of(const XmlName& name) {
  const auto in = [&](std::string_view space) { return name.space == space; };
  if (in("http://ns.adobe.com/tiff/1.0/") && name.local == "Orientation") {
    return Staleness::orientation;
  }
  if (in("http://ns.adobe.com/xap/1.0/") && name.local == "Thumbnails") return Staleness::thumbnail;
  if (in("http://ns.adobe.com/hdr-gain-map/1.0/") || in("http://ns.apple.com/HDRGainMap/1.0/") ||
      in("http://ns.google.com/photos/1.0/container/")) {
    return Staleness::gain_map;
  }
  if (in("http://ns.adobe.com/xmp/note/") || in("http://ns.google.com/photos/1.0/camera/") ||
      in("http://ns.google.com/photos/1.0/image/") ||
      in("http://ns.google.com/photos/1.0/depthmap/")) {
    return Staleness::other;
  }
  return Staleness::none;
}

void note_name(const XmlName& name, XmpContent& content) {
  switch (staleness_of(name)) {
    case Staleness::thumbnail:
      content.thumbnail = true;
      break;
    case Staleness::gain_map:
      content.gain_map = true;
      break;
    default:
      break;
  }
  if (name.local.starts_with("GPS")) content.gps = true;
  if (name.local.ends_with("SerialNumber")) content.serial_number = true;
}

// Personal data may lie deep, in a structure that tells where a picture was made.
void note_content(const XmpTree& tree, XmpContent& content) {
  for (const XmlElement& element : tree.elements) {
    note_name(element.name, content);
    for (const XmlAttribute& attribute : element.attributes) note_name(attribute.name, content);
  }
}

void add_field(const XmlName& name, std::string_view text, XmpItem& item, bool& lost) {
  const auto* known = std::find(std::begin(kFields), std::end(kFields), name.local);
  const std::string cleaned = clean_text(text);
  if (name.space != kPlus.uri || known == std::end(kFields) || item.fields.size() >= kMaxItems) {
    lost = lost || !cleaned.empty();
  } else if (!cleaned.empty()) {
    item.fields.emplace_back(static_cast<std::size_t>(known - std::begin(kFields)), cleaned);
  }
}

// A value as it stands in a property or in a list item. `lost` is set where some of it is left out.
XmpItem read_item(const XmpTree& tree, const XmlElement& element, Shape shape, bool& lost) {
  XmpItem item;
  if (const auto* language = element.find({xmp_space::xml, "lang"})) {
    item.language = clean_text(resolved_xml_text(language->raw));
  }
  if (const auto* resource = element.find({xmp_space::rdf, "resource"})) {
    item.text = clean_text(resolved_xml_text(resource->raw));
  } else {
    item.text = clean_text(element.text);
  }
  const auto add_fields = [&](const XmlElement& holder) {
    for (const XmlAttribute& attribute : holder.attributes) {
      if (!is_syntax(attribute.name)) {
        add_field(attribute.name, resolved_xml_text(attribute.raw), item, lost);
      }
    }
    for (const std::size_t child : holder.children) {
      const XmlElement& field = tree.elements[child];
      if (is_rdf(field.name, "Description")) continue;
      bool lost_inside = !field.children.empty();
      add_field(field.name, read_item(tree, field, Shape::text, lost_inside).text, item, lost);
      lost = lost || lost_inside;
    }
  };
  if (shape == Shape::structures) {
    add_fields(element);
    for (const std::size_t child : element.children) {
      if (is_rdf(tree.elements[child].name, "Description")) add_fields(tree.elements[child]);
    }
    item.text.clear();
  } else if (!element.children.empty()) {
    lost = true;
  }
  return item;
}

void read_property(const XmpTree& tree, const XmlElement& element, Shape shape,
                   std::vector<XmpItem>& values, bool& lost) {
  const auto add = [&](const XmlElement& holder) {
    XmpItem item = read_item(tree, holder, shape, lost);
    if (item.text.empty() && item.fields.empty()) return;
    if (values.size() < (shape == Shape::text ? 1 : kMaxItems)) {
      values.push_back(std::move(item));
    } else {
      lost = true;
    }
  };
  const bool is_array =
      !element.children.empty() && is_rdf_array(tree.elements[element.children.front()].name);
  if (!is_array) return add(element);
  for (const std::size_t child : tree.elements[element.children.front()].children) {
    add(tree.elements[child]);
  }
}

void append_escaped(std::string& packet, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        packet += "&amp;";
        break;
      case '<':
        packet += "&lt;";
        break;
      case '>':
        packet += "&gt;";
        break;
      case '"':
        packet += "&quot;";
        break;
      default:
        packet += c;
    }
  }
}

std::string written_item(const XmpItem& item, Shape shape) {
  std::string text = "<rdf:li";
  if (shape == Shape::languages) {
    text += " xml:lang=\"";
    append_escaped(text, item.language.empty() ? "x-default" : item.language);
    text += "\"";
  }
  if (shape != Shape::structures) {
    text += ">";
    append_escaped(text, item.text);
    return text + "</rdf:li>";
  }
  text += " rdf:parseType=\"Resource\">";
  for (const auto& [field, value] : item.fields) {
    const std::string tag = std::string(kPlus.prefix) + ":" + std::string(kFields[field]);
    text += "<" + tag + ">";
    append_escaped(text, value);
    text += "</" + tag + ">";
  }
  return text + "</rdf:li>";
}

std::string written_property(const Property& property, const std::vector<XmpItem>& items) {
  const std::string tag = std::string(property.space.prefix) + ":" + std::string(property.local);
  std::string text = "<" + tag + ">";
  if (property.shape == Shape::text) {
    append_escaped(text, items.front().text);
  } else {
    const std::string array = property.shape == Shape::languages ? "rdf:Alt"
                              : property.shape == Shape::bag     ? "rdf:Bag"
                                                                 : "rdf:Seq";
    text += "<" + array + ">";
    for (const XmpItem& item : items) text += written_item(item, property.shape);
    text += "</" + array + ">";
  }
  return text + "</" + tag + ">";
}

Bytes bytes_of(std::string_view text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return Bytes(begin, begin + text.size());
}

}  // namespace

XmpCopyright::XmpCopyright() : values_(std::size(kProperties)) {}

bool XmpCopyright::read(std::string_view packet, XmpContent& content) {
  const auto tree = read_xmp_tree(packet);
  if (!tree) return false;
  note_content(*tree, content);
  for (const std::size_t index : tree->described) {
    const XmlElement& description = tree->elements[index];
    for (const XmlAttribute& attribute : description.attributes) {
      if (is_syntax(attribute.name)) continue;
      const auto known = known_property(attribute.name);
      const std::string text = clean_text(resolved_xml_text(attribute.raw));
      if (known && !text.empty() && values_[*known].empty() &&
          kProperties[*known].shape != Shape::structures) {
        values_[*known].push_back({.language = {}, .text = text, .fields = {}});
      } else if (!text.empty()) {
        content.other = true;
      }
    }
    for (const std::size_t child : description.children) {
      const XmlElement& element = tree->elements[child];
      if (const auto known = known_property(element.name)) {
        read_property(*tree, element, kProperties[*known].shape, values_[*known], content.other);
      } else {
        content.other = true;
      }
    }
  }
  return true;
}

void XmpCopyright::offer_rights(std::string_view text) {
  if (values_[kRightsIndex].empty() && !text.empty()) {
    values_[kRightsIndex].push_back({.language = {}, .text = std::string(text), .fields = {}});
  }
}

void XmpCopyright::offer_creator(std::string_view text) {
  if (values_[kCreatorIndex].empty() && !text.empty()) {
    values_[kCreatorIndex].push_back({.language = {}, .text = std::string(text), .fields = {}});
  }
}

void XmpCopyright::offer_credit(std::string_view text) {
  if (values_[kCreditIndex].empty() && !text.empty()) {
    values_[kCreditIndex].push_back({.language = {}, .text = std::string(text), .fields = {}});
  }
}

Bytes XmpCopyright::write() const {
  std::string body;
  std::vector<Space> spaces;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (values_[i].empty()) continue;
    const std::string property = written_property(kProperties[i], values_[i]);
    if (body.size() + property.size() > kMaxPacketBytes) continue;
    body += property;
    const Space& space = kProperties[i].space;
    if (spaces.empty() || spaces.back().uri != space.uri) spaces.push_back(space);
  }
  if (body.empty()) return {};
  std::string packet =
      "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>"
      "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"" +
      std::string(xmp_space::rdf) + "\"><rdf:Description rdf:about=\"\"";
  for (const Space& space : spaces) {
    packet += " xmlns:" + std::string(space.prefix) + "=\"" + std::string(space.uri) + "\"";
  }
  packet += ">" + body + "</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"r\"?>";
  return bytes_of(packet);
}

std::optional<Bytes> write_upright_xmp(std::string_view packet, XmpContent& content) {
  const auto tree = read_xmp_tree(packet);
  if (!tree || !is_utf8(packet)) return std::nullopt;
  note_content(*tree, content);
  std::string kept;
  std::size_t done = 0;
  // Attributes come before the children of the same element, elements in the order of the packet.
  const auto leave_out = [&](std::size_t begin, std::size_t end) {
    if (begin < done) return;
    kept += packet.substr(done, begin - done);
    done = end;
  };
  for (const std::size_t index : tree->described) {
    const XmlElement& description = tree->elements[index];
    for (const XmlAttribute& attribute : description.attributes) {
      if (staleness_of(attribute.name) != Staleness::none) {
        leave_out(attribute.begin, attribute.end);
      }
    }
    for (const std::size_t child : description.children) {
      const XmlElement& element = tree->elements[child];
      if (staleness_of(element.name) != Staleness::none) leave_out(element.begin, element.end);
    }
  }
  kept += packet.substr(done);
  return bytes_of(kept);
}

}  // namespace limen::inline LIMEN_ABI
