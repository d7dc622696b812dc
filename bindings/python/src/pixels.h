// SPDX-License-Identifier: Apache-2.0
#pragma once

// A picture's pixels as Python holds them: limen's own, or a buffer of somebody else's.

#include <pybind11/pybind11.h>

#include <memory>
#include <optional>

#include "errors.h"
#include "limen/core/bytes.h"
#include "limen/core/image.h"
#include "limen/core/image_view.h"

namespace limen_python {

/// A buffer that Python lent; given back, with the interpreter's lock, when the last user is gone.
/// While it is held, its owner can neither free nor move it (bytearray and numpy refuse to resize).
class HeldBuffer {
 public:
  /// Raises TypeError, BufferError or what else the owner says.
  HeldBuffer(py::handle object, int flags);
  HeldBuffer(const HeldBuffer&) = delete;
  HeldBuffer& operator=(const HeldBuffer&) = delete;
  ~HeldBuffer();

  const Py_buffer& raw() const { return raw_; }

 private:
  Py_buffer raw_{};
};

/// A file's bytes, borrowed from any object with a contiguous buffer.
class FileBytes {
 public:
  explicit FileBytes(py::handle object) : buffer_(object, PyBUF_SIMPLE) {}
  limen::ByteView view() const {
    return {static_cast<const std::byte*>(buffer_.raw().buf),
            static_cast<std::size_t>(buffer_.raw().len)};
  }

 private:
  HeldBuffer buffer_;
};

/// Pixels that do not change, and what keeps them alive. Copies share them.
struct PixelData {
  std::shared_ptr<const void> owner;
  limen::ConstImageView view;
};

PixelData pixel_data(limen::Image image);

/// The class behind limen.Image. Immutable but for close().
class Pixels {
 public:
  explicit Pixels(PixelData data) : data_(std::move(data)) {}

  /// A copy that stays valid whatever other threads do with this one. Raises ValueError once
  /// closed.
  PixelData get() const;
  bool is_closed() const { return !data_.has_value(); }
  /// Forgets the pixels; what was lent out stays. May be repeated.
  void close() { data_.reset(); }

 private:
  std::optional<PixelData> data_;  // guarded by the interpreter's lock
};

/// Height x width or height x width x 1 to 4 samples of any object with a buffer: uint8, uint16 or
/// float32. Borrowed where pixels are packed and rows run downward, whatever the distance between
/// rows; copied otherwise.
PixelData pixels_of_buffer(py::handle object);

/// Fills the class's slots of the buffer protocol. `type` is a PyHeapTypeObject.
void add_buffer_protocol(PyHeapTypeObject* type);
/// As numpy's array interface, version 3.
py::dict array_interface(const Pixels& pixels);
/// A capsule of DLPack: `versioned` ones share the pixels, read only; others have a copy, since
/// they cannot say that.
py::object dlpack(const Pixels& pixels, bool versioned, bool copy);

py::tuple shape_of(const limen::ConstImageView& view);
const char* layout_name(limen::Layout layout);
const char* sample_name(limen::SampleType sample);

void register_pixels(py::module_& module);

}  // namespace limen_python
