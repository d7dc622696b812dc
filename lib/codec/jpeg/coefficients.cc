// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/coefficients.h"

#include <utility>

#include "lib/codec/jpeg/coded_scan.h"
#include "lib/codec/jpeg/settings.h"

namespace limen::inline LIMEN_ABI {

namespace {

std::uint64_t bytes_of(const std::vector<CodedScan>& scans) {
  std::uint64_t bytes = 0;
  for (const CodedScan& scan : scans) bytes += scan.bits.size();
  return bytes;
}

}  // namespace

Progression progression_of(ScanChoice scans, const JpegSettings& settings) {
  if (scans == ScanChoice::fewest_bytes) return Progression::searched;
  return settings.is_brief ? Progression::brief : Progression::standard;
}

Result<Bytes> encode_coefficients(const QuantizedPicture& picture, const EncodeOptions& options,
                                  const Execution& execution) {
  LIMEN_ASSIGN(const JpegSettings settings, jpeg_settings(picture.size, options));
  LIMEN_ASSIGN(const std::vector<CodedScan> scans,
               settings.is_progressive
                   ? code_progressive(picture, progression_of(picture.scans, settings), execution)
                   : code_sequential(picture, settings.has_own_tables, execution));
  LIMEN_ASSIGN(Bytes file,
               write_file(picture, settings.is_progressive, scans, options.metadata, execution));
  if (!settings.is_progressive || picture.scans == ScanChoice::usual ||
      bytes_of(scans) > kMostBytesOfOneScan) {
    return file;
  }
  LIMEN_ASSIGN(const std::vector<CodedScan> one, code_sequential(picture, true, execution));
  LIMEN_ASSIGN(Bytes smaller, write_file(picture, false, one, options.metadata, execution));
  if (smaller.size() < file.size()) file = std::move(smaller);
  return file;
}

}  // namespace limen::inline LIMEN_ABI
