// SPDX-License-Identifier: Apache-2.0
#include "limen/codec/decode.h"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <filesystem>

#include "files.h"
#include "limen/codec/encode.h"
#include "limen/color/icc.h"
#include "limen/compose/orient.h"
#include "session.h"

namespace cli {

namespace {

enum class Target { rgba, pam, png };

struct DecodeCommand {
  std::string file;
  std::string output;
  std::string to;
  bool as_stored = false;
  bool best_effort = false;
};

Target target_of(const DecodeCommand& own) {
  std::string kind = own.to;
  if (kind.empty() && own.output != "-") {
    kind = std::filesystem::path(own.output).extension().string();
    if (!kind.empty()) kind.erase(0, 1);
  }
  if (kind == "rgba") return Target::rgba;
  if (kind == "pam") return Target::pam;
  if (kind == "png") return Target::png;
  throw UsageError("-o " + own.output +
                   ": decode writes .rgba, .pam and .png; or say which by --to");
}

std::uint8_t to_8(std::uint16_t v) { return static_cast<std::uint8_t>((v * 255u + 32767) / 65535); }

// Width x height x 4 bytes, rows top to bottom, alpha 255 where there is none.
limen::Bytes to_rgba(const limen::ConstImageView& image) {
  const int channels = image.format.channels();
  const int colors = channels - (image.format.has_alpha() ? 1 : 0);
  limen::Bytes bytes(static_cast<std::size_t>(area(image.size)) * 4);
  std::size_t at = 0;
  for (std::int32_t y = 0; y < image.size.height; ++y) {
    for (std::int32_t x = 0; x < image.size.width; ++x) {
      const auto sample = [&](int c) {
        const int index = x * channels + c;
        return static_cast<std::byte>(image.format.sample == limen::SampleType::u8
                                          ? image.row_as<std::uint8_t>(y)[index]
                                          : to_8(image.row_as<std::uint16_t>(y)[index]));
      };
      for (int c = 0; c < 3; ++c) bytes[at++] = sample(colors == 1 ? 0 : c);
      bytes[at++] = image.format.has_alpha() ? sample(colors) : std::byte{255};
    }
  }
  return bytes;
}

// Netpbm's PAM (pam(5)): a text header, then samples, of 16 bits the high byte first.
limen::Bytes to_pam(const limen::ConstImageView& image) {
  const bool is_wide = image.format.sample == limen::SampleType::u16;
  const char* kind = "CMYK";
  switch (image.format.layout) {
    case limen::Layout::gray:
      kind = "GRAYSCALE";
      break;
    case limen::Layout::gray_alpha:
      kind = "GRAYSCALE_ALPHA";
      break;
    case limen::Layout::rgb:
      kind = "RGB";
      break;
    case limen::Layout::rgba:
      kind = "RGB_ALPHA";
      break;
    case limen::Layout::cmyk:
      break;
  }
  const std::string header = "P7\nWIDTH " + std::to_string(image.size.width) + "\nHEIGHT " +
                             std::to_string(image.size.height) + "\nDEPTH " +
                             std::to_string(image.format.channels()) + "\nMAXVAL " +
                             (is_wide ? "65535" : "255") + "\nTUPLTYPE " + kind + "\nENDHDR\n";
  const auto text = std::as_bytes(std::span(header));
  limen::Bytes bytes(text.begin(), text.end());
  const std::size_t row = row_bytes(image.size, image.format);
  bytes.reserve(bytes.size() + row * static_cast<std::size_t>(image.size.height));
  for (std::int32_t y = 0; y < image.size.height; ++y) {
    const std::size_t at = bytes.size();
    bytes.insert(bytes.end(), image.row(y), image.row(y) + row);
    if (is_wide && std::endian::native == std::endian::little) {
      for (std::size_t i = at; i + 1 < bytes.size(); i += 2) std::swap(bytes[i], bytes[i + 1]);
    }
  }
  return bytes;
}

limen::Result<limen::Bytes> decoded_file(const DecodeCommand& own, Target target, Session& session,
                                         const limen::Execution& execution) {
  LIMEN_ASSIGN(const limen::Bytes bytes, read_input(own.file, session.limits));
  limen::DecodeOptions options;
  options.limits = session.limits;
  if (own.best_effort) options.on_damage = limen::OnDamage::best_effort;
  options.keep_16_bit = target != Target::rgba;
  LIMEN_ASSIGN(limen::Decoded decoded, limen::decode(bytes, options, execution));
  if (!decoded.damage.empty()) session.remark(own.file, decoded.damage);
  limen::Image image = std::move(decoded.image);
  limen::EncodeOptions encoding{.format = limen::Format::png, .mode = limen::Lossless{}};
  const bool is_cmyk = image.format().layout == limen::Layout::cmyk;
  if (!own.as_stored) {
    LIMEN_ASSIGN(image, limen::to_srgb(image.view(), decoded.info.color, execution));
    LIMEN_ASSIGN(image, limen::orient(image.view(), decoded.info.orientation, execution));
  } else if (is_cmyk && target != Target::pam) {
    // Neither can hold ink. Without colour management that leaves the simple model.
    LIMEN_ASSIGN(image, limen::to_srgb(image.view(), {}, execution));
  } else {
    // The samples keep their meaning.
    encoding.metadata.icc = decoded.info.color.icc;
  }
  switch (target) {
    case Target::rgba:
      return to_rgba(image.view());
    case Target::pam:
      return to_pam(image.view());
    case Target::png:
      break;
  }
  return limen::encode(image.view(), encoding, execution);
}

void run(Session& session, const DecodeCommand& own) {
  const Target target = target_of(own);
  if (own.output == "-" && ::isatty(STDOUT_FILENO) != 0) {
    throw UsageError("-o -: standard output is a terminal");
  }
  session.for_each_file({own.file}, [&](std::size_t, const limen::Execution& execution) {
    const auto bytes = decoded_file(own, target, session, execution);
    if (!bytes) {
      session.report(own.file, bytes.error());
      return;
    }
    const auto written = write_output(own.output, *bytes);
    if (!written) session.report(own.output, written.error());
  });
}

}  // namespace

void add_decode(CLI::App& app, Session& session) {
  CLI::App* command =
      app.add_subcommand("decode", "Writes pixels: upright, in sRGB, all bits of each sample");
  auto own = std::make_shared<DecodeCommand>();
  command->add_option("FILE", own->file, "A picture, - for standard input")->required();
  command
      ->add_option("-o,--output", own->output,
                   "Where to, - for standard output: .rgba (bare RGBA, 8 bits), .pam or .png")
      ->required();
  command->add_option("--to", own->to, "rgba, pam or png, whatever the output is called");
  command->add_flag("--as-stored", own->as_stored, "Not turned upright, colours not converted");
  command->add_flag("--best-effort", own->best_effort, "Take what can be read of damaged files");
  command->callback([&session, own] { run(session, *own); });
}

}  // namespace cli
