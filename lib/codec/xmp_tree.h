// SPDX-License-Identifier: Apache-2.0
#pragma once

// As much XML (1.0 with namespaces) as XMP packets are made of, read without trust: no document
// type, so no entity but the five of XML itself, and bounds on depth and count.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// A name with its prefix resolved. Views into the packet.
struct XmlName {
  std::string_view space;  ///< the namespace's URI, as it stands in the packet; empty: none
  std::string_view local;

  friend bool operator==(const XmlName&, const XmlName&) = default;
};

struct XmlAttribute {
  XmlName name;
  std::string_view raw;   ///< the value, references not yet resolved
  std::size_t begin = 0;  ///< of the name in the packet
  std::size_t end = 0;    ///< behind the closing quote
};

struct XmlElement {
  XmlName name;
  std::vector<XmlAttribute> attributes;  ///< without declarations of namespaces
  std::vector<std::size_t> children;     ///< indices into XmpTree::elements
  std::string text;       ///< what stands directly in it, references resolved, joined
  std::size_t begin = 0;  ///< of the start tag's '<' in the packet
  std::size_t end = 0;    ///< behind the end tag

  const XmlAttribute* find(const XmlName& attribute) const;
};

struct XmpTree {
  std::vector<XmlElement> elements;    ///< parents before their children; 0 is the root
  std::vector<std::size_t> described;  ///< rdf:Description elements that stand in an rdf:RDF
};

namespace xmp_space {
inline constexpr std::string_view rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
inline constexpr std::string_view xml = "http://www.w3.org/XML/1998/namespace";
}  // namespace xmp_space

/// Text with its references resolved; unknown ones stay as they are.
std::string resolved_xml_text(std::string_view raw);

/// Nothing where the packet is not well-formed, has a document type, or exceeds the bounds. The
/// tree points into `packet`.
std::optional<XmpTree> read_xmp_tree(std::string_view packet);

}  // namespace limen::inline LIMEN_ABI
