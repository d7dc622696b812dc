// SPDX-License-Identifier: Apache-2.0
#include "pixels.h"

#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "options.h"

namespace limen_python {

HeldBuffer::HeldBuffer(py::handle object, int flags) {
  if (PyObject_GetBuffer(object.ptr(), &raw_, flags) != 0) throw py::error_already_set();
}

HeldBuffer::~HeldBuffer() {
  // Pixels may be dropped by a consumer of DLPack on a thread of its own, even after the end.
  if (Py_IsInitialized() == 0) return;
  const py::gil_scoped_acquire locked;
  PyBuffer_Release(&raw_);
}

PixelData pixel_data(limen::Image image) {
  auto owner = std::make_shared<limen::Image>(std::move(image));
  const limen::ConstImageView view = owner->const_view();
  return {std::move(owner), view};
}

PixelData Pixels::get() const {
  if (!data_) throw py::value_error("the image is closed");
  return *data_;
}

const char* layout_name(limen::Layout layout) {
  switch (layout) {
    case limen::Layout::gray:
      return "gray";
    case limen::Layout::gray_alpha:
      return "gray_alpha";
    case limen::Layout::rgb:
      return "rgb";
    case limen::Layout::rgba:
      return "rgba";
    case limen::Layout::cmyk:
      return "cmyk";
  }
  return "rgb";
}

const char* sample_name(limen::SampleType sample) {
  return sample == limen::SampleType::u8    ? "uint8"
         : sample == limen::SampleType::u16 ? "uint16"
                                            : "float32";
}

py::tuple shape_of(const limen::ConstImageView& view) {
  if (view.format.channels() == 1) return py::make_tuple(view.size.height, view.size.width);
  return py::make_tuple(view.size.height, view.size.width, view.format.channels());
}

namespace {

limen::SampleType sample_type(const Py_buffer& raw) {
  // No format means unsigned bytes. A byte order may stand in front; the machine's alone will do.
  std::string_view format = raw.format != nullptr ? raw.format : "B";
  const bool is_little = PY_LITTLE_ENDIAN != 0;
  if (format.starts_with('@') || format.starts_with('=') ||
      format.starts_with(is_little ? '<' : '>')) {
    format.remove_prefix(1);
  }
  if (format == "B") return limen::SampleType::u8;
  if (format == "H") return limen::SampleType::u16;
  if (format == "f") return limen::SampleType::f32;
  throw py::type_error(
      "pixels: uint8, uint16 or float32 in the machine's byte order expected, not a buffer of "
      "format '" +
      std::string(raw.format) + "'");
}

limen::Layout layout_of(Py_ssize_t channels) {
  constexpr limen::Layout kLayouts[] = {limen::Layout::gray, limen::Layout::gray_alpha,
                                        limen::Layout::rgb, limen::Layout::rgba};
  if (channels < 1 || channels > 4) {
    raise_invalid("pixels: 1 to 4 channels expected, not " + std::to_string(channels));
  }
  return kLayouts[channels - 1];
}

std::int32_t side_of(Py_ssize_t side) {
  if (side > std::numeric_limits<std::int32_t>::max()) {
    raise(limen::limit_exceeded(limen::Limit::side, static_cast<std::uint64_t>(side),
                                std::numeric_limits<std::int32_t>::max()));
  }
  return static_cast<std::int32_t>(side);
}

/// Sample by sample, for strides that no view of limen's has: mirrored, transposed, thinned out.
void copy_strided(const std::byte* from, const Py_ssize_t* strides, const limen::ImageView& to) {
  const auto bytes = limen::bytes_per_sample(to.format.sample);
  const int channels = to.format.channels();
  for (std::int32_t y = 0; y < to.size.height; ++y) {
    std::byte* out = to.row(y);
    for (std::int32_t x = 0; x < to.size.width; ++x) {
      for (int c = 0; c < channels; ++c, out += bytes) {
        std::memcpy(out, from + y * strides[0] + x * strides[1] + c * strides[2], bytes);
      }
    }
  }
}

}  // namespace

PixelData pixels_of_buffer(py::handle object) {
  const auto held = std::make_shared<HeldBuffer>(object, PyBUF_STRIDED_RO | PyBUF_FORMAT);
  const Py_buffer& raw = held->raw();
  if (raw.ndim != 2 && raw.ndim != 3) {
    raise_invalid("pixels: height x width or height x width x channels expected, not " +
                  std::to_string(raw.ndim) + " dimensions");
  }
  const limen::PixelFormat format{sample_type(raw), layout_of(raw.ndim == 3 ? raw.shape[2] : 1)};
  const limen::Size size{side_of(raw.shape[1]), side_of(raw.shape[0])};
  if (limen::is_empty(size)) raise_invalid("pixels: an array without elements is no picture");

  const Py_ssize_t strides[3] = {raw.strides[0], raw.strides[1],
                                 raw.ndim == 3 ? raw.strides[2] : raw.itemsize};
  const auto pixel = static_cast<Py_ssize_t>(format.bytes_per_pixel());
  const bool is_packed = (strides[2] == raw.itemsize || format.channels() == 1) &&
                         (strides[1] == pixel || size.width == 1);
  // The distance between rows of a picture of one row is nobody's business.
  const Py_ssize_t least = static_cast<Py_ssize_t>(limen::row_bytes(size, format));
  const Py_ssize_t stride = size.height == 1 ? least : strides[0];
  const bool is_aligned =
      reinterpret_cast<std::uintptr_t>(raw.buf) % static_cast<std::uintptr_t>(raw.itemsize) == 0;
  const auto* data = static_cast<const std::byte*>(raw.buf);
  if (is_packed && is_aligned && stride >= least && stride % raw.itemsize == 0) {
    return {held, limen::ConstImageView(data, size, stride, format)};
  }
  return pixel_data(call_unlocked([&]() -> limen::Result<limen::Image> {
    LIMEN_ASSIGN(limen::Image copy, limen::Image::create(size, format));
    copy_strided(data, strides, copy.view());
    return copy;
  }));
}

void register_pixels(py::module_& module) {
  py::class_<Pixels>(module, "Pixels", py::custom_type_setup(add_buffer_protocol))
      // Shares the other's pixels: how the package makes its Image of what a call returned.
      .def(py::init([](const Pixels& other) { return Pixels(other.get()); }), py::arg("other"))
      .def("close", &Pixels::close)
      .def_property_readonly("closed", &Pixels::is_closed)
      .def_property_readonly("size",
                             [](const Pixels& pixels) { return tuple_of(pixels.get().view.size); })
      .def_property_readonly("shape",
                             [](const Pixels& pixels) { return shape_of(pixels.get().view); })
      .def_property_readonly(
          "layout",
          [](const Pixels& pixels) { return layout_name(pixels.get().view.format.layout); })
      .def_property_readonly(
          "dtype",
          [](const Pixels& pixels) { return sample_name(pixels.get().view.format.sample); })
      .def_property_readonly("__array_interface__", &array_interface)
      .def("dlpack", &dlpack, py::arg("versioned"), py::arg("copy"));
  module.def(
      "pixels_of_buffer", [](const py::object& object) { return Pixels(pixels_of_buffer(object)); },
      py::arg("buffer"));
}

}  // namespace limen_python
