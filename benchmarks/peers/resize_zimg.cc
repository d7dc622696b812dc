// SPDX-License-Identifier: Apache-2.0

// zimg as C functions, for resize_peers.py: gray of u8 by Lanczos3. What zimg lets a caller keep
// between pictures of one size, the graph and its memory, is kept.

#include <zimg.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

constexpr std::size_t kAlignment = 64;

std::ptrdiff_t stride_of(unsigned width) {
  return static_cast<std::ptrdiff_t>((width + kAlignment - 1) / kAlignment * kAlignment);
}

zimg_image_format format_of(unsigned width, unsigned height) {
  zimg_image_format format;
  zimg_image_format_default(&format, ZIMG_API_VERSION);
  format.width = width;
  format.height = height;
  format.pixel_type = ZIMG_PIXEL_BYTE;
  format.pixel_range = ZIMG_RANGE_FULL;
  format.color_family = ZIMG_COLOR_GREY;
  return format;
}

struct Prepared {
  zimg_filter_graph* graph;
  void* scratch;
  zimg_image_format from, to;
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const char* peer_zimg_version() {
  static const std::string text = [] {
    unsigned major = 0, minor = 0, micro = 0;
    zimg_get_version_info(&major, &minor, &micro);
    return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(micro);
  }();
  return text.c_str();
}

// Null on failure.
extern "C" __attribute__((visibility("default"))) void* peer_zimg_prepare(unsigned from_width,
                                                                          unsigned from_height,
                                                                          unsigned to_width,
                                                                          unsigned to_height) {
  Prepared job{nullptr, nullptr, format_of(from_width, from_height),
               format_of(to_width, to_height)};
  zimg_graph_builder_params parameters;
  zimg_graph_builder_params_default(&parameters, ZIMG_API_VERSION);
  parameters.resample_filter = ZIMG_RESIZE_LANCZOS;
  parameters.filter_param_a = 3;
  parameters.cpu_type = ZIMG_CPU_AUTO_64B;
  job.graph = zimg_filter_graph_build(&job.from, &job.to, &parameters);
  std::size_t size = 0;
  if (job.graph == nullptr ||
      zimg_filter_graph_get_tmp_size(job.graph, &size) != ZIMG_ERROR_SUCCESS) {
    return nullptr;
  }
  job.scratch = std::aligned_alloc(kAlignment, (size + kAlignment) / kAlignment * kAlignment);
  return new Prepared(job);
}

// Rows of a multiple of 64 bytes. 0 on success.
extern "C" __attribute__((visibility("default"))) int peer_zimg_run(void* prepared,
                                                                    const std::uint8_t* from,
                                                                    std::uint8_t* to) {
  const auto& job = *static_cast<const Prepared*>(prepared);
  zimg_image_buffer_const source{};
  zimg_image_buffer target{};
  source.version = target.version = ZIMG_API_VERSION;
  source.plane[0] = {from, stride_of(job.from.width), ZIMG_BUFFER_MAX};
  target.plane[0] = {to, stride_of(job.to.width), ZIMG_BUFFER_MAX};
  return zimg_filter_graph_process(job.graph, &source, &target, job.scratch, nullptr, nullptr,
                                   nullptr, nullptr);
}
