// SPDX-License-Identifier: Apache-2.0
#include "limen/codec/metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <string_view>

#include "limen/codec/decode.h"
#include "tests/codec/exif_builder.h"
#include "tests/data.h"
#include "tests/pictures.h"

namespace limen {
namespace {

using namespace std::string_view_literals;
using test::ExifBuilder;

using testing::ElementsAre;
using testing::IsEmpty;

std::string_view text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

constexpr std::string_view kPacket = R"(<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/"
    xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:aux="http://ns.adobe.com/exif/1.0/aux/"
    xmlns:ps="http://ns.adobe.com/photoshop/1.0/" xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/"
    exif:GPSLatitude="47,36.5N" exif:GPSLongitude="8,32.25E" aux:SerialNumber="SERIAL-000123"
    tiff:Orientation="6" hdrgm:Version="1.0" ps:Credit="Agency &amp; &#x53;ons" ps:City="CITY-NAME">
   <dc:rights xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Alt>
     <rdf:li xml:lang="x-default">(c) Jane &lt;jane@example.org&gt;</rdf:li>
     <rdf:li xml:lang="de">(c) J&#228;ne</rdf:li></rdf:Alt></dc:rights>
   <dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Seq><rdf:li>Jane</rdf:li>
     <rdf:li><![CDATA[John & <Co>]]></rdf:li></rdf:Seq></dc:creator>
   <dc:subject xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Bag><rdf:li>FACE-NAME</rdf:li>
     </rdf:Bag></dc:subject>
   <xmpRights:WebStatement xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"
     >https://example.org/licence?a=1&amp;b="2"</xmpRights:WebStatement>
   <p:Licensor xmlns:p="http://ns.useplus.org/ldf/xmp/1.0/"><rdf:Seq>
     <rdf:li rdf:parseType="Resource"><p:LicensorName>Jane's Agency</p:LicensorName>
       <p:LicensorURL>https://example.org/buy</p:LicensorURL>
       <p:LicensorTelephone1>PHONE-555</p:LicensorTelephone1></rdf:li>
     <rdf:li><rdf:Description p:LicensorName="Second" p:LicensorStreetAddress="STREET-7"/></rdf:li>
     </rdf:Seq></p:Licensor>
   <xmp:Thumbnails xmlns:xmp="http://ns.adobe.com/xap/1.0/"><rdf:Alt><rdf:li
     xmlns:g="http://ns.adobe.com/xap/1.0/g/img/" g:image="THUMBNAIL-PIXELS"/></rdf:Alt>
     </xmp:Thumbnails>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>)";

FilteredMetadata filter_xmp(std::string_view packet, MetadataPolicy policy) {
  Metadata metadata;
  metadata.xmp = ExifBuilder::as_bytes(packet);
  return filter_metadata(metadata, policy);
}

TEST(FilteredXmp, CopyrightIsRewritten) {
  const auto filtered = filter_xmp(kPacket, MetadataPolicy::copyright);
  EXPECT_THAT(filtered.dropped,
              ElementsAre("gps", "serial_number", "thumbnail", "gain_map", "xmp"));
  // The whole packet, as a reader of the specification would write it by hand.
  EXPECT_EQ(
      text_of(filtered.kept.xmp),
      "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>"
      "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">"
      "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
      "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\""
      " xmlns:photoshop=\"http://ns.adobe.com/photoshop/1.0/\""
      " xmlns:xmpRights=\"http://ns.adobe.com/xap/1.0/rights/\""
      " xmlns:plus=\"http://ns.useplus.org/ldf/xmp/1.0/\">"
      "<dc:rights><rdf:Alt>"
      "<rdf:li xml:lang=\"x-default\">(c) Jane &lt;jane@example.org&gt;</rdf:li>"
      "<rdf:li xml:lang=\"de\">(c) J\xC3\xA4ne</rdf:li></rdf:Alt></dc:rights>"
      "<dc:creator><rdf:Seq><rdf:li>Jane</rdf:li><rdf:li>John &amp; &lt;Co&gt;</rdf:li></rdf:Seq>"
      "</dc:creator>"
      "<photoshop:Credit>Agency &amp; Sons</photoshop:Credit>"
      "<xmpRights:WebStatement>https://example.org/licence?a=1&amp;b=&quot;2&quot;"
      "</xmpRights:WebStatement>"
      "<plus:Licensor><rdf:Seq><rdf:li rdf:parseType=\"Resource\">"
      "<plus:LicensorName>Jane's Agency</plus:LicensorName>"
      "<plus:LicensorURL>https://example.org/buy</plus:LicensorURL></rdf:li>"
      "<rdf:li rdf:parseType=\"Resource\"><plus:LicensorName>Second</plus:LicensorName></rdf:li>"
      "</rdf:Seq></plus:Licensor>"
      "</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"r\"?>");
}

TEST(FilteredXmp, WhatCopyrightWroteItLeavesAlone) {
  const auto once = filter_xmp(kPacket, MetadataPolicy::copyright);
  const auto twice = filter_xmp(text_of(once.kept.xmp), MetadataPolicy::copyright);
  EXPECT_EQ(twice.kept.xmp, once.kept.xmp);
  EXPECT_THAT(twice.dropped, IsEmpty());
}

TEST(FilteredXmp, KeepLeavesOutWhatIsStale) {
  const auto filtered = filter_xmp(kPacket, MetadataPolicy::keep);
  EXPECT_THAT(filtered.dropped, ElementsAre("thumbnail", "gain_map"));
  const std::string_view kept = text_of(filtered.kept.xmp);
  for (const auto gone : {"Orientation", "hdrgm:Version", "THUMBNAIL-PIXELS", "Thumbnails"}) {
    EXPECT_EQ(kept.find(gone), kept.npos) << gone;
  }
  for (const auto stays : {"GPSLatitude", "FACE-NAME", "PHONE-555", "CITY-NAME", "J&#228;ne"}) {
    EXPECT_NE(kept.find(stays), kept.npos) << stays;
  }
  // Still a packet that can be read, and that has nothing left to drop.
  const auto again = filter_xmp(kept, MetadataPolicy::keep);
  EXPECT_EQ(again.kept.xmp, filtered.kept.xmp);
  EXPECT_THAT(again.dropped, IsEmpty());
}

TEST(FilteredXmp, NoneNamesWhatGoes) {
  EXPECT_THAT(filter_xmp(kPacket, MetadataPolicy::none).dropped,
              ElementsAre("gps", "serial_number", "thumbnail", "gain_map", "xmp"));
}

TEST(FilteredXmp, PacketsThatCannotBeReadAreDropped) {
  const std::string deep = [] {
    std::string text = "<a>";
    for (int i = 0; i < 10'000; ++i) text += "<b>";
    return text;
  }();
  for (const std::string_view packet :
       {"no markup"sv, "<"sv, "<a"sv, "<a b"sv, "<a b="sv, "<a b='"sv, "<a>"sv, "<a></b>"sv,
        "<a/><b/>"sv, "</a>"sv, "<!--"sv, "<a><![CDATA["sv, "<a b='<'/>"sv,
        "<!DOCTYPE x [<!ENTITY e 'eeeeeeee'>]><x>&e;</x>"sv, std::string_view(deep)}) {
    for (const auto policy : {MetadataPolicy::copyright, MetadataPolicy::keep}) {
      const auto filtered = filter_xmp(packet, policy);
      EXPECT_TRUE(filtered.kept.is_empty()) << packet.substr(0, 40);
      EXPECT_THAT(filtered.dropped, ElementsAre("xmp")) << packet.substr(0, 40);
    }
  }
}

TEST(FilteredXmp, ValuesCannotBreakOut) {
  const auto filtered = filter_xmp(
      R"(<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
         xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:rights><rdf:Alt><rdf:li
         xml:lang="&quot;/>&lt;x&gt;">&lt;/rdf:li&gt;&#0;&#x1B;&#xD800;&amp;amp;&nope;</rdf:li>
         </rdf:Alt></dc:rights></rdf:Description></rdf:RDF>)",
      MetadataPolicy::copyright);
  EXPECT_NE(text_of(filtered.kept.xmp)
                .find("<rdf:li xml:lang=\"&quot;/&gt;&lt;x&gt;\">&lt;/rdf:li&gt;  "
                      "\xEF\xBF\xBD&amp;amp;&amp;nope;</rdf:li>"),
            std::string_view::npos)
      << text_of(filtered.kept.xmp);
}

TEST(FilteredXmp, MutatedPackets) {
  test::Random random(3);
  for (int round = 0; round < 3000; ++round) {
    std::string mutated(kPacket);
    for (std::uint32_t i = random.below(8) + 1; i > 0; --i) {
      constexpr std::string_view kInteresting = "<>/&;\"'= :!?[]x\0\xFF"sv;
      mutated[random.below(static_cast<std::uint32_t>(mutated.size()))] =
          kInteresting[random.below(static_cast<std::uint32_t>(kInteresting.size()))];
    }
    if (random.below(4) == 0) {
      mutated.resize(random.below(static_cast<std::uint32_t>(mutated.size())));
      mutated.shrink_to_fit();
    }
    const auto once = filter_xmp(mutated, MetadataPolicy::copyright);
    const auto twice = filter_xmp(text_of(once.kept.xmp), MetadataPolicy::copyright);
    ASSERT_EQ(twice.kept.xmp, once.kept.xmp) << mutated;
    ASSERT_THAT(twice.dropped, IsEmpty());
    const auto kept = filter_xmp(mutated, MetadataPolicy::keep);
    ASSERT_EQ(filter_xmp(text_of(kept.kept.xmp), MetadataPolicy::keep).kept.xmp, kept.kept.xmp);
  }
}

TEST(FilteredBlocks, IptcAndCommentsFillInWhatXmpLacks) {
  Metadata metadata;
  metadata.iptc = ExifBuilder::as_bytes(
      "\x1C\x01\x5A\0\3\x1B%G\x1C\x02\x50\0\x06"
      "Byline\x1C\x02\x6E\0\x06"
      "Credit"
      "\x1C\x02\x74\0\x06"
      "Notice\x1C\x02\x19\0\x07KEYWORD\x1C\x02\x74\xFF\xFF"sv);
  metadata.comment = ExifBuilder::as_bytes("Author: Somebody\nGPS: 47 8\nCopyright: Other\n");
  auto filtered = filter_metadata(metadata, MetadataPolicy::copyright);
  EXPECT_THAT(filtered.dropped, ElementsAre("iptc", "comment"));
  std::string_view kept = text_of(filtered.kept.xmp);
  EXPECT_NE(kept.find("<rdf:li xml:lang=\"x-default\">Notice</rdf:li>"), kept.npos);
  EXPECT_NE(kept.find("<rdf:li>Byline</rdf:li>"), kept.npos);
  EXPECT_NE(kept.find("<photoshop:Credit>Credit</photoshop:Credit>"), kept.npos);
  for (const auto gone : {"KEYWORD", "47 8", "Somebody", "Other"}) {
    EXPECT_EQ(kept.find(gone), kept.npos) << gone;
  }
  EXPECT_TRUE(filtered.kept.iptc.empty() && filtered.kept.comment.empty());

  metadata.iptc.clear();
  filtered = filter_metadata(metadata, MetadataPolicy::copyright);
  kept = text_of(filtered.kept.xmp);
  EXPECT_NE(kept.find("<rdf:li>Somebody</rdf:li>"), kept.npos);
  EXPECT_NE(kept.find(">Other</rdf:li>"), kept.npos);

  filtered = filter_metadata(metadata, MetadataPolicy::keep);
  EXPECT_EQ(filtered.kept.comment, metadata.comment);
  EXPECT_THAT(filtered.dropped, IsEmpty());
}

TEST(FilteredBlocks, ProfilesPassThrough) {
  Metadata metadata;
  metadata.icc = ExifBuilder::as_bytes("a profile");
  for (const auto policy :
       {MetadataPolicy::none, MetadataPolicy::copyright, MetadataPolicy::keep}) {
    const auto filtered = filter_metadata(metadata, policy);
    EXPECT_EQ(filtered.kept.icc, metadata.icc);
    EXPECT_THAT(filtered.dropped, IsEmpty());
  }
}

// Real metadata: whatever a copyright policy leaves has no position, serial number or thumbnail in
// it, and a second pass finds nothing more to drop.
TEST(RealFiles, CopyrightLeavesNothingPersonal) {
  LIMEN_NEEDS_DATA();
  int with_exif = 0;
  int with_xmp = 0;
  int with_gps = 0;
  for (const char* folder : {"conformance", "hostile", "photos"}) {
    for (const test::Row& row : test::read_table(std::string(folder) + "/manifest.tsv")) {
      DecodeOptions options;
      options.read_metadata = true;
      // The metadata without the cost of large pictures.
      options.region = Rect{0, 0, 1, 1};
      const Bytes bytes = test::read_file(test::data_folder() / folder / row.at("file"));
      const auto info = probe(bytes);
      if (!info || (!info->has_exif && !info->has_xmp)) continue;
      const auto decoded = decode(bytes, options);
      if (!decoded) continue;
      SCOPED_TRACE(row.at("file"));
      const Metadata& metadata = decoded->metadata;
      with_exif += metadata.exif.empty() ? 0 : 1;
      with_xmp += metadata.xmp.empty() ? 0 : 1;
      with_gps += summarize_exif(metadata.exif).has_gps ? 1 : 0;
      const auto once = filter_metadata(metadata, MetadataPolicy::copyright);
      const ExifSummary left = summarize_exif(once.kept.exif);
      EXPECT_FALSE(left.has_gps || left.has_serial_number || left.has_thumbnail ||
                   left.has_maker_note);
      EXPECT_EQ(left.copyright, summarize_exif(metadata.exif).copyright);
      EXPECT_EQ(text_of(once.kept.xmp).find("GPS"), std::string_view::npos);
      EXPECT_THAT(filter_metadata(once.kept, MetadataPolicy::copyright).dropped, IsEmpty());
      const auto kept = filter_metadata(metadata, MetadataPolicy::keep);
      EXPECT_EQ(summarize_exif(kept.kept.exif).orientation, Orientation::top_left);
      EXPECT_FALSE(summarize_exif(kept.kept.exif).has_thumbnail);
    }
  }
  std::printf("with EXIF %d, with XMP %d, with a position %d\n", with_exif, with_xmp, with_gps);
  EXPECT_GT(with_exif, 3);
  EXPECT_GT(with_xmp, 1);
}

}  // namespace
}  // namespace limen
