// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>

#include "lib/codec/codec.h"

namespace limen::inline LIMEN_ABI {

namespace {

using namespace std::string_view_literals;

struct Signature {
  std::size_t offset;
  std::string_view bytes;
  std::string_view name;
};

// Formats that limen names but does not read. First match wins.
constexpr Signature kForeign[] = {
    {0, "GIF87a"sv, "GIF"},
    {0, "GIF89a"sv, "GIF"},
    {0, "II*\0"sv, "TIFF"},
    {0, "MM\0*"sv, "TIFF"},
    {0, "II+\0"sv, "BigTIFF"},
    {0, "MM\0+"sv, "BigTIFF"},
    {0, "\xFF\x0A"sv, "JPEG XL"},
    {0, "\0\0\0\x0CJXL \x0D\x0A\x87\x0A"sv, "JPEG XL"},
    {0, "\0\0\0\x0CjP  \x0D\x0A\x87\x0A"sv, "JPEG 2000"},
    {0, "\xFF\x4F\xFF\x51"sv, "JPEG 2000"},
    {4, "ftypheic"sv, "HEIC"},
    {4, "ftypheix"sv, "HEIC"},
    {4, "ftyphevc"sv, "HEIC"},
    {4, "ftyphevx"sv, "HEIC"},
    {4, "ftypheim"sv, "HEIC"},
    {4, "ftypheis"sv, "HEIC"},
    {4, "ftypmif1"sv, "HEIF"},
    {4, "ftypmsf1"sv, "HEIF"},
    {4, "ftypqt  "sv, "QuickTime"},
    {4, "ftyp"sv, "MP4"},
    {0, "%PDF-"sv, "PDF"},
    {0, "%!PS"sv, "PostScript"},
    {0, "\xC5\xD0\xD3\xC6"sv, "EPS"},
    {0, "BM"sv, "BMP"},
    {0, "8BPS"sv, "Photoshop"},
    {0, "qoif"sv, "QOI"},
    {0, "\0\0\1\0"sv, "ICO"},
    {0, "\0\0\2\0"sv, "CUR"},
    {0, "\x76\x2F\x31\x01"sv, "OpenEXR"},
    {0, "#?RADIANCE"sv, "Radiance HDR"},
    {0, "RIFF"sv, "RIFF that is no WebP"},
    {0, "\x8AMNG"sv, "MNG"},
    {0, "\x8BJNG"sv, "JNG"},
    {0, "PK\3\4"sv, "ZIP"},
    {0, "\x1F\x8B"sv, "gzip"},
    {0, "DDS "sv, "DDS"},
    {0, "\x1A\x45\xDF\xA3"sv, "Matroska or WebM"},
    {0, "gimp xcf"sv, "XCF"},
    {0, "/* XPM */"sv, "XPM"},
    {0, "push graphic-context"sv, "MVG"},
};

std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// What markup or plain text begins with, after a byte order mark and white space.
std::string_view sniff_text(std::string_view text) {
  text = text.substr(0, 1024);
  if (text.starts_with("\xEF\xBB\xBF"sv)) text.remove_prefix(3);
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (text.find("<svg"sv) != text.npos && text.starts_with('<')) return "SVG";
  if (text.starts_with("<!DOCTYPE html"sv) || text.starts_with("<html"sv) ||
      text.starts_with("<!doctype html"sv)) {
    return "HTML";
  }
  if (text.starts_with("<?xml"sv)) return "XML";
  if (text.size() > 2 && text[0] == 'P' && text[1] >= '1' && text[1] <= '7' &&
      (text[2] == '\n' || text[2] == ' ')) {
    return "Netpbm";
  }
  return {};
}

}  // namespace

Result<Format> sniff(ByteView bytes) {
  return contain_exceptions([&]() -> Result<Format> {
    if (bytes.size() < 2) {
      return Error{.code = ErrorCode::truncated,
                   .message = bytes.empty() ? "the input is empty" : "the input is one byte long"};
    }
    for (const Codec* codec : codecs()) {
      if (codec->sniff(bytes)) return codec->format;
    }
    const std::string_view text = text_of(bytes);
    for (const Signature& signature : kForeign) {
      if (text.size() >= signature.offset &&
          text.substr(signature.offset).starts_with(signature.bytes)) {
        return unsupported("this is " + std::string(signature.name) +
                           "; limen reads JPEG, PNG, WebP and AVIF");
      }
    }
    if (const auto kind = sniff_text(text); !kind.empty()) {
      return unsupported("this is " + std::string(kind) + "; limen reads JPEG, PNG, WebP and AVIF");
    }
    return unsupported("no image format that limen knows begins like this");
  });
}

}  // namespace limen::inline LIMEN_ABI
