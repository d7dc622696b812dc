// SPDX-License-Identifier: Apache-2.0

// Pixels lent to others without a copy: the buffer protocol (PEP 3118), numpy's array interface and
// DLPack (https://dmlc.github.io/dlpack/latest/python_spec.html).

#include <array>
#include <cstring>

#include "options.h"
#include "pixels.h"

namespace limen_python {

namespace {

/// What a lent buffer points into; it keeps the pixels, so that close() takes nothing away.
struct Loan {
  PixelData data;
  std::array<Py_ssize_t, 3> shape{};
  std::array<Py_ssize_t, 3> strides{};
  int dimensions = 0;
};

Loan loan_of(PixelData data) {
  Loan loan;
  const limen::PixelFormat format = data.view.format;
  loan.shape = {data.view.size.height, data.view.size.width, format.channels()};
  loan.strides = {data.view.stride, static_cast<Py_ssize_t>(format.bytes_per_pixel()),
                  static_cast<Py_ssize_t>(limen::bytes_per_sample(format.sample))};
  loan.dimensions = format.channels() == 1 ? 2 : 3;
  loan.data = std::move(data);
  return loan;
}

bool is_contiguous(const limen::ConstImageView& view) {
  return view.size.height == 1 ||
         view.stride == static_cast<std::ptrdiff_t>(limen::row_bytes(view.size, view.format));
}

int get_buffer(PyObject* self, Py_buffer* buffer, int flags) {
  buffer->obj = nullptr;
  try {
    auto loan = std::make_unique<Loan>(loan_of(py::cast<const Pixels&>(py::handle(self)).get()));
    const limen::ConstImageView& view = loan->data.view;
    const auto refuse = [](const char* why) {
      PyErr_SetString(PyExc_BufferError, why);
      return -1;
    };
    if ((flags & PyBUF_WRITABLE) != 0) return refuse("the pixels of an image are read only");
    const bool wants_strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES;
    const bool wants_c = (flags & PyBUF_C_CONTIGUOUS) == PyBUF_C_CONTIGUOUS ||
                         (flags & PyBUF_ANY_CONTIGUOUS) == PyBUF_ANY_CONTIGUOUS;
    if ((flags & PyBUF_F_CONTIGUOUS) == PyBUF_F_CONTIGUOUS) return refuse("rows come first");
    if ((!wants_strides || wants_c) && !is_contiguous(view)) {
      return refuse("there is padding between rows: ask for strides, or copy");
    }
    const limen::SampleType sample = view.format.sample;
    const char* format = sample == limen::SampleType::u8    ? "B"
                         : sample == limen::SampleType::u16 ? "H"
                                                            : "f";
    buffer->buf = const_cast<std::byte*>(view.data);
    buffer->itemsize = static_cast<Py_ssize_t>(limen::bytes_per_sample(sample));
    buffer->len =
        static_cast<Py_ssize_t>(limen::row_bytes(view.size, view.format)) * view.size.height;
    buffer->readonly = 1;
    buffer->format = (flags & PyBUF_FORMAT) != 0 ? const_cast<char*>(format) : nullptr;
    const bool wants_shape = (flags & PyBUF_ND) != 0;
    buffer->ndim = wants_shape ? loan->dimensions : 1;
    buffer->shape = wants_shape ? loan->shape.data() : nullptr;
    buffer->strides = wants_strides ? loan->strides.data() : nullptr;
    buffer->suboffsets = nullptr;
    buffer->internal = loan.release();
    buffer->obj = self;
    Py_INCREF(self);
    return 0;
  } catch (py::error_already_set& error) {
    error.restore();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_BufferError, error.what());
  }
  return -1;
}

void release_buffer(PyObject*, Py_buffer* buffer) { delete static_cast<Loan*>(buffer->internal); }

}  // namespace

void add_buffer_protocol(PyHeapTypeObject* type) {
  type->as_buffer.bf_getbuffer = get_buffer;
  type->as_buffer.bf_releasebuffer = release_buffer;
  type->ht_type.tp_as_buffer = &type->as_buffer;
}

py::dict array_interface(const Pixels& pixels) {
  const Loan loan = loan_of(pixels.get());
  const limen::ConstImageView& view = loan.data.view;
  const std::string order = view.format.sample == limen::SampleType::u8 ? "|"
                            : PY_LITTLE_ENDIAN != 0                     ? "<"
                                                                        : ">";
  py::tuple strides(loan.dimensions);
  for (int i = 0; i < loan.dimensions; ++i) strides[i] = py::int_(loan.strides[i]);
  py::dict result;
  result["version"] = 3;
  result["shape"] = shape_of(view);
  result["typestr"] = order + (view.format.sample == limen::SampleType::f32 ? "f" : "u") +
                      std::to_string(limen::bytes_per_sample(view.format.sample));
  result["data"] = py::make_tuple(reinterpret_cast<std::uintptr_t>(view.data), true);
  result["strides"] = strides;
  return result;
}

namespace {

// The structures of dlpack.h, version 1.0 and before, as its specification lays them out.
struct DlTensor {
  void* data;
  std::int32_t device_type;  // 1: CPU
  std::int32_t device_id;
  std::int32_t ndim;
  std::uint8_t code;  // 1: unsigned, 2: float
  std::uint8_t bits;
  std::uint16_t lanes;
  std::int64_t* shape;
  std::int64_t* strides;  // in elements
  std::uint64_t byte_offset;
};

struct DlManaged {
  DlTensor tensor;
  void* context;
  void (*deleter)(DlManaged*);
};

struct DlManagedVersioned {
  std::uint32_t major;
  std::uint32_t minor;
  void* context;
  void (*deleter)(DlManagedVersioned*);
  std::uint64_t flags;  // 1: read only, 2: copied
  DlTensor tensor;
};

template <class Managed>
struct Tensor {
  Managed managed{};
  PixelData data;
  std::array<std::int64_t, 3> shape{};
  std::array<std::int64_t, 3> strides{};
};

template <class Managed>
Managed* tensor_of(PixelData data) {
  auto tensor = std::make_unique<Tensor<Managed>>();
  const Loan loan = loan_of(data);
  const limen::SampleType sample = data.view.format.sample;
  const auto bytes = static_cast<std::int64_t>(limen::bytes_per_sample(sample));
  for (std::size_t i = 0; i < 3; ++i) {
    tensor->shape[i] = loan.shape[i];
    tensor->strides[i] = loan.strides[i] / bytes;
  }
  tensor->managed.tensor = {
      .data = const_cast<std::byte*>(data.view.data),
      .device_type = 1,
      .device_id = 0,
      .ndim = loan.dimensions,
      .code = static_cast<std::uint8_t>(sample == limen::SampleType::f32 ? 2 : 1),
      .bits = static_cast<std::uint8_t>(bytes * 8),
      .lanes = 1,
      .shape = tensor->shape.data(),
      .strides = tensor->strides.data(),
      .byte_offset = 0};
  tensor->data = std::move(data);
  tensor->managed.deleter = [](Managed* managed) {
    delete static_cast<Tensor<Managed>*>(managed->context);
  };
  tensor->managed.context = tensor.get();
  return &tensor.release()->managed;
}

/// A consumer renames the capsule and takes the tensor over; one that nobody took dies with it.
template <class Managed, const char* name>
py::object capsule_of(Managed* managed) {
  PyObject* capsule = PyCapsule_New(managed, name, [](PyObject* self) {
    if (PyCapsule_IsValid(self, name) == 0) return;
    auto* untaken = static_cast<Managed*>(PyCapsule_GetPointer(self, name));
    untaken->deleter(untaken);
  });
  if (capsule == nullptr) {
    managed->deleter(managed);
    throw py::error_already_set();
  }
  return py::reinterpret_steal<py::object>(capsule);
}

constexpr char kDlpack[] = "dltensor";
constexpr char kDlpackVersioned[] = "dltensor_versioned";

}  // namespace

py::object dlpack(const Pixels& pixels, bool versioned, bool copy) {
  PixelData data = pixels.get();
  if (copy || !versioned) {
    data = pixel_data(call_unlocked([&]() -> limen::Result<limen::Image> {
      LIMEN_ASSIGN(limen::Image own, limen::Image::create(data.view.size, data.view.format));
      limen::copy_pixels(data.view, own.view());
      return own;
    }));
  }
  if (!versioned) return capsule_of<DlManaged, kDlpack>(tensor_of<DlManaged>(std::move(data)));
  auto* managed = tensor_of<DlManagedVersioned>(std::move(data));
  managed->major = 1;
  managed->minor = 0;
  managed->flags = copy ? 2 : 1;
  return capsule_of<DlManagedVersioned, kDlpackVersioned>(managed);
}

}  // namespace limen_python
