// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/coefficients.h"

#include "lib/codec/jpeg/coded_scan.h"
#include "lib/codec/jpeg/settings.h"

namespace limen::inline LIMEN_ABI {

Result<Bytes> encode_coefficients(const QuantizedPicture& picture, const EncodeOptions& options,
                                  const Execution& execution) {
  LIMEN_ASSIGN(const JpegSettings settings, jpeg_settings(picture.size, options));
  LIMEN_ASSIGN(const std::vector<CodedScan> scans,
               settings.is_progressive
                   ? code_progressive(picture, execution)
                   : code_sequential(picture, settings.has_own_tables, execution));
  return write_file(picture, settings.is_progressive, scans, options.metadata, execution);
}

}  // namespace limen::inline LIMEN_ABI
