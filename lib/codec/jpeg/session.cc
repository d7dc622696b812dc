// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/session.h"

#include <jerror.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace limen::inline LIMEN_ABI {

namespace {

// libjpeg-turbo passes over codes that no table has while it has 512 bytes or more for each block
// of an MCU: BUFSIZE in its jdhuff.c. By pieces of less it notices all of them, whatever stands
// behind.
constexpr std::size_t kMostOfPiece = 511;

JpegErrors& errors_of(j_common_ptr common) { return *reinterpret_cast<JpegErrors*>(common->err); }

JpegSource& source_of(const jpeg_decompress_struct& state) {
  return *reinterpret_cast<JpegSource*>(state.src);
}

void on_fatal(j_common_ptr common) {
  JpegErrors& errors = errors_of(common);
  errors.code = errors.base.msg_code;
  errors.base.format_message(common, errors.message);
  end_run(common, JpegStop::library);
}

// Warnings that mean that pixels are not what was coded. The others are about things that real
// files have and every reader passes over: bytes between segments, unknown codes in JFIF and Adobe
// segments, odd parameters of scans. That the input ended is judged at the end: a file that lacks
// nothing but its EOI marker is whole.
bool means_damage(int code) {
  return code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE || code == JWRN_ARITH_BAD_CODE ||
         code == JWRN_MUST_RESYNC;
}

void on_message(j_common_ptr common, int level) {
  if (level >= 0) return;  // traces
  JpegErrors& errors = errors_of(common);
  ++errors.warnings;
  if (!means_damage(errors.base.msg_code)) return;
  if (errors.damage == 0) {
    errors.damage = errors.base.msg_code;
    errors.base.format_message(common, errors.damage_message);
  }
  if (errors.stop_at_damage) end_run(common, JpegStop::damage);
}

void on_output(j_common_ptr) {}

// Called once a row of blocks, of every scan.
void on_progress(j_common_ptr common) {
  JpegErrors& errors = errors_of(common);
  if (errors.cancel != nullptr && errors.cancel->is_cancelled()) {
    end_run(common, JpegStop::cancelled);
  }
  if (common->is_decompressor) {
    const auto* state = reinterpret_cast<j_decompress_ptr>(common);
    const int scan = state->input_scan_number;
    if (scan > 0 && static_cast<std::uint32_t>(scan) > errors.max_scans) {
      end_run(common, JpegStop::scans);
    }
    if (scan != errors.scan) {
      errors.scan = scan;
      errors.left_at_scan = errors.ran_out ? 0 : source_of(*state).left();
    }
  }
}

ErrorCode code_of(int libjpeg_code) {
  switch (libjpeg_code) {
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_SOF_UNSUPPORTED:
    case JERR_BAD_PRECISION:
    case JERR_IMAGE_TOO_BIG:
    case JERR_COMPONENT_COUNT:
    case JERR_ARITH_NOTIMPL:
      return ErrorCode::unsupported;
    case JERR_OUT_OF_MEMORY:
      return ErrorCode::out_of_memory;
    case JERR_BAD_STATE:
    case JERR_BAD_LIB_VERSION:
    case JERR_BAD_STRUCT_SIZE:
    case JERR_BUFFER_SIZE:
    case JERR_BAD_CROP_SPEC:
    case JERR_BAD_POOL_ID:
    case JERR_VIRTUAL_BUG:
    case JERR_BAD_VIRTUAL_ACCESS:
      return ErrorCode::internal;
    default:
      return ErrorCode::malformed;
  }
}

}  // namespace

void prepare(JpegErrors& errors, const Execution& execution) {
  jpeg_std_error(&errors.base);
  errors.base.error_exit = on_fatal;
  errors.base.emit_message = on_message;
  errors.base.output_message = on_output;
  errors.progress.progress_monitor = on_progress;
  errors.cancel = execution.cancel;
}

void end_run(j_common_ptr common, JpegStop why) {
  JpegErrors& errors = errors_of(common);
  errors.stop = why;
  std::longjmp(errors.jump, 1);
}

Error error_of(const JpegErrors& errors, std::uint64_t offset, std::uint64_t scans_seen) {
  switch (errors.stop) {
    case JpegStop::cancelled:
      return cancelled();
    case JpegStop::scans:
      return limit_exceeded(Limit::scans, scans_seen, errors.max_scans, Format::jpeg);
    case JpegStop::memory:
      return out_of_memory();
    case JpegStop::damage: {
      const ErrorCode code = errors.ran_out ? ErrorCode::truncated : ErrorCode::malformed;
      return Error{.code = code,
                   .message = errors.ran_out ? "the file ends within its pixels"
                                             : std::string(errors.damage_message),
                   .format = Format::jpeg,
                   .offset = offset};
    }
    case JpegStop::none:
    case JpegStop::library:
      break;
  }
  Error error{.code = code_of(errors.code),
              .message = errors.message,
              .format = Format::jpeg,
              .offset = offset};
  // What libjpeg makes of the end of the input depends on where it was; the cause is the end.
  if (errors.ran_out && error.code == ErrorCode::malformed) {
    error.code = ErrorCode::truncated;
    error.message = "the file ends too early (" + std::string(errors.message) + ")";
  }
  return error;
}

JpegDecompressor::JpegDecompressor(ByteView bytes, const Execution& execution,
                                   std::uint32_t max_scans, bool stop_at_damage) {
  prepare(errors_, execution);
  errors_.max_scans = max_scans;
  errors_.stop_at_damage = stop_at_damage;
  source_.begin = reinterpret_cast<const JOCTET*>(bytes.data());
  source_.end = source_.begin + bytes.size();
  source_.piece_end = source_.begin;
  source_.base.next_input_byte = source_.begin;
  source_.base.bytes_in_buffer = 0;
  source_.base.init_source = [](j_decompress_ptr) {};
  source_.base.fill_input_buffer = fill;
  source_.base.skip_input_data = skip;
  source_.base.resync_to_restart = jpeg_resync_to_restart;
  source_.base.term_source = [](j_decompress_ptr) {};
}

Result<void> JpegDecompressor::open() {
  state_.err = &errors_.base;
  return run([this](jpeg_decompress_struct& state) {
    jpeg_create_decompress(&state);
    // 0: no limit of libjpeg's own (the environment may have set one), hence no temporary files.
    // What it will take is reckoned up before it is asked to.
    state.mem->max_memory_to_use = 0;
    state.progress = &errors_.progress;
    state.src = &source_.base;
    jpeg_read_header(&state, TRUE);
  });
}

// The next piece. Behind the last one comes an EOI marker, as often as libjpeg asks.
boolean JpegDecompressor::fill(j_decompress_ptr state) {
  static constexpr JOCTET kEnd[] = {0xFF, JPEG_EOI};
  JpegSource& source = source_of(*state);
  const auto left = static_cast<std::size_t>(source.end - source.piece_end);
  if (left == 0) {
    errors_of(reinterpret_cast<j_common_ptr>(state)).ran_out = true;
    source.base.next_input_byte = kEnd;
    source.base.bytes_in_buffer = sizeof(kEnd);
    return TRUE;
  }
  source.base.next_input_byte = source.piece_end;
  source.base.bytes_in_buffer = std::min(left, kMostOfPiece);
  source.piece_end += source.base.bytes_in_buffer;
  return TRUE;
}

void JpegDecompressor::skip(j_decompress_ptr state, long count) {
  if (count <= 0) return;
  JpegSource& source = source_of(*state);
  const auto bytes = static_cast<std::size_t>(count);
  if (bytes <= source.base.bytes_in_buffer) {
    source.base.next_input_byte += bytes;
    source.base.bytes_in_buffer -= bytes;
    return;
  }
  const bool is_inside = bytes <= source.left();
  source.piece_end =
      is_inside ? source.piece_end + (bytes - source.base.bytes_in_buffer) : source.end;
  source.base.bytes_in_buffer = 0;
  if (!is_inside) fill(state);
}

ByteView JpegDecompressor::rest() const {
  if (errors_.ran_out) return {};
  return {reinterpret_cast<const std::byte*>(source_.end - source_.left()), source_.left()};
}

std::uint64_t JpegDecompressor::offset() const {
  return static_cast<std::uint64_t>(source_.end - source_.begin) - rest().size();
}

Error JpegDecompressor::error() const {
  return error_of(errors_, offset(), static_cast<std::uint64_t>(state_.input_scan_number));
}

std::size_t JpegDecompressor::bytes_before_last_scan() const {
  if (errors_.scan < 2) return 0;
  return static_cast<std::size_t>(source_.end - source_.begin) - errors_.left_at_scan;
}

bool JpegDecompressor::is_incomplete() const {
  for (int i = 0; i < state_.num_components; ++i) {
    // libjpeg latches a component's table at its first scan.
    if (state_.comp_info[i].quant_table == nullptr) return true;
    if (state_.progressive_mode && state_.coef_bits != nullptr) {
      for (int k = 0; k < DCTSIZE2; ++k) {
        if (state_.coef_bits[i][k] != 0) return true;
      }
    }
  }
  // An arithmetic decoder reads zeros behind the end without a word.
  return state_.arith_code;
}

std::string JpegDecompressor::damage() const {
  if (errors_.damage != 0) {
    return errors_.ran_out ? "the file ends within its pixels" : errors_.damage_message;
  }
  if (errors_.ran_out && is_incomplete()) return "the file ends before its last scan";
  return {};
}

Error JpegDecompressor::damage_error() const {
  return Error{.code = errors_.ran_out ? ErrorCode::truncated : ErrorCode::malformed,
               .message = damage(),
               .format = Format::jpeg,
               .offset = offset()};
}

JpegCompressor::JpegCompressor(const Execution& execution) {
  prepare(errors_, execution);
  sink_.workspace = execution.workspace;
  sink_.base.init_destination = start;
  sink_.base.empty_output_buffer = flush;
  sink_.base.term_destination = finish;
}

Result<void> JpegCompressor::open() {
  state_.err = &errors_.base;
  return run([this](jpeg_compress_struct& state) {
    jpeg_create_compress(&state);
    state.mem->max_memory_to_use = 0;
    state.progress = &errors_.progress;
    state.dest = &sink_.base;
    state.client_data = &sink_;
  });
}

bool JpegCompressor::grow(Sink& sink) noexcept {
  const std::size_t old = sink.bytes.size();
  const std::size_t wanted = std::max(std::size_t{64} * 1024, old * 2);
#if defined(__cpp_exceptions)
  try {
#endif
    auto held = sink.workspace->reserve(wanted);
    if (!held) {
      sink.refusal = held.error();
      return false;
    }
    sink.bytes.resize(wanted);
    sink.held = *std::move(held);
#if defined(__cpp_exceptions)
  } catch (...) {
    return false;
  }
#endif
  sink.base.next_output_byte = reinterpret_cast<JOCTET*>(sink.bytes.data()) + old;
  sink.base.free_in_buffer = wanted - old;
  return true;
}

void JpegCompressor::start(j_compress_ptr state) {
  auto& sink = *static_cast<Sink*>(state->client_data);
  if (!grow(sink)) end_run(reinterpret_cast<j_common_ptr>(state), JpegStop::memory);
}

boolean JpegCompressor::flush(j_compress_ptr state) {
  start(state);
  return TRUE;
}

void JpegCompressor::finish(j_compress_ptr state) {
  auto& sink = *static_cast<Sink*>(state->client_data);
  sink.bytes.resize(sink.bytes.size() - sink.base.free_in_buffer);
}

Error JpegCompressor::error() const {
  if (errors_.stop == JpegStop::memory && sink_.refusal) return *sink_.refusal;
  Error error = error_of(errors_, 0, 0);
  // Writing reads no file: what libjpeg refuses here was asked for wrongly by this library.
  if (error.code == ErrorCode::malformed) error.code = ErrorCode::internal;
  return error;
}

}  // namespace limen::inline LIMEN_ABI
