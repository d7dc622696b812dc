// SPDX-License-Identifier: Apache-2.0
#pragma once

// libjpeg as the rest of this folder sees it. The library reports a fatal error by longjmp out of
// its error manager. All of that is confined to run(): the jump never crosses a frame that has an
// object with a destructor, nothing is printed, and what went wrong is kept to be asked for.

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
// jpeglib.h needs the two before it.
#include <jpeglib.h>

#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "limen/core/bytes.h"
#include "limen/core/execution.h"
#include "limen/core/limits.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// Why a run ended early.
enum class JpegStop : std::uint8_t { none, library, cancelled, scans, damage, memory };

/// Everything that libjpeg's callbacks touch. `base` comes first: libjpeg hands it back.
struct JpegErrors {
  jpeg_error_mgr base;
  jpeg_progress_mgr progress;
  std::jmp_buf jump;

  const CancelToken* cancel = nullptr;
  std::uint32_t max_scans = 0;  ///< decoding only
  bool stop_at_damage = false;

  JpegStop stop = JpegStop::none;
  int code = 0;                        ///< libjpeg's, with JpegStop::library
  char message[JMSG_LENGTH_MAX] = {};  ///< likewise
  std::uint32_t warnings = 0;
  int damage = 0;  ///< the first warning that means lost pixels, libjpeg's code; 0 for none
  char damage_message[JMSG_LENGTH_MAX] = {};
  bool ran_out = false;          ///< the input ended before libjpeg was satisfied
  int scan = 0;                  ///< decoding: the scan whose data was begun last
  std::size_t left_at_scan = 0;  ///< bytes of input behind that scan's header
};

/// The input of a decompressor. `base` comes first: libjpeg hands it back.
struct JpegSource {
  jpeg_source_mgr base;
  const JOCTET* begin = nullptr;
  const JOCTET* end = nullptr;
  const JOCTET* piece_end = nullptr;  ///< libjpeg knows of the bytes up to here

  /// Bytes that libjpeg did not read yet, while it did not run out of them.
  std::size_t left() const {
    return base.bytes_in_buffer + static_cast<std::size_t>(end - piece_end);
  }
};

/// Sets up the callbacks. `errors` must outlive the libjpeg object that uses it.
void prepare(JpegErrors& errors, const Execution& execution);

/// Ends the run that libjpeg was called in. Only for callbacks of libjpeg.
[[noreturn]] void end_run(j_common_ptr common, JpegStop why);

/// Calls `body`, which may call libjpeg, and returns false if a fatal error ended it early. `body`
/// must be a lambda whose captures and locals have no destructors.
template <class Body>
__attribute__((noinline)) bool run_jpeg(JpegErrors& errors, const Body& body) {
  static_assert(std::is_trivially_destructible_v<Body>);
  errors.stop = JpegStop::none;
  if (setjmp(errors.jump) != 0) return false;
  body();
  return true;
}

/// The typed error of a run that returned false. `offset`: where in the input, 0 where unknown.
Error error_of(const JpegErrors& errors, std::uint64_t offset, std::uint64_t scans_seen);

/// A decompressor that reads from memory.
class JpegDecompressor {
 public:
  /// `bytes` and what `execution` points to must outlive it.
  JpegDecompressor(ByteView bytes, const Execution& execution, std::uint32_t max_scans,
                   bool stop_at_damage);
  JpegDecompressor(const JpegDecompressor&) = delete;
  JpegDecompressor& operator=(const JpegDecompressor&) = delete;
  ~JpegDecompressor() { jpeg_destroy_decompress(&state_); }

  /// Creates libjpeg's object and reads the headers.
  Result<void> open();

  /// `body(cinfo)`; see run_jpeg().
  template <class Body>
  Result<void> run(const Body& body) {
    jpeg_decompress_struct* state = &state_;
    if (!run_jpeg(errors_, [&body, state] { body(*state); })) return error();
    return {};
  }

  const jpeg_decompress_struct& state() const { return state_; }
  jpeg_decompress_struct& state() { return state_; }
  const JpegErrors& errors() const { return errors_; }
  Error error() const;

  /// What libjpeg did not read yet.
  ByteView rest() const;

  /// Where the data of the last scan begins, if it is not the first: up to there the input is good,
  /// whatever ended the run. 0 otherwise.
  std::size_t bytes_before_last_scan() const;

  /// What was lost so far, in words; empty for nothing. Call it after start_decompress.
  std::string damage() const;
  /// The same as an error.
  Error damage_error() const;

 private:
  bool is_incomplete() const;

  static void skip(j_decompress_ptr state, long count);
  static boolean fill(j_decompress_ptr state);
  std::uint64_t offset() const;

  jpeg_decompress_struct state_{};
  JpegErrors errors_{};
  JpegSource source_{};
};

/// A compressor that writes to memory, which counts against the execution's workspace (not null).
class JpegCompressor {
 public:
  explicit JpegCompressor(const Execution& execution);
  JpegCompressor(const JpegCompressor&) = delete;
  JpegCompressor& operator=(const JpegCompressor&) = delete;
  ~JpegCompressor() { jpeg_destroy_compress(&state_); }

  /// Creates libjpeg's object.
  Result<void> open();

  template <class Body>
  Result<void> run(const Body& body) {
    jpeg_compress_struct* state = &state_;
    if (!run_jpeg(errors_, [&body, state] { body(*state); })) return error();
    return {};
  }

  jpeg_compress_struct& state() { return state_; }
  /// The finished file.
  Bytes take() { return std::move(sink_.bytes); }

 private:
  struct Sink {
    jpeg_destination_mgr base;
    Bytes bytes;
    Workspace* workspace = nullptr;
    MemoryReservation held;
    std::optional<Error> refusal;
  };
  // True if the buffer could be made larger. Throws nothing: libjpeg's frames lie above it.
  static bool grow(Sink& sink) noexcept;
  static void start(j_compress_ptr state);
  static boolean flush(j_compress_ptr state);
  static void finish(j_compress_ptr state);
  Error error() const;

  jpeg_compress_struct state_{};
  JpegErrors errors_{};
  Sink sink_{};
};

}  // namespace limen::inline LIMEN_ABI
