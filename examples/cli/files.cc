// SPDX-License-Identifier: Apache-2.0
#include "files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <utility>

namespace cli {

namespace {

// Names of files that are not finished, where a signal handler can reach them. A slot's text is
// written before `used` says so and is not touched until it is free again.
struct Unfinished {
  std::atomic<bool> taken{false};
  std::atomic<bool> used{false};
  std::array<char, 4096> path{};
};
std::array<Unfinished, 64> unfinished;

extern "C" void remove_unfinished_and_die(int signal_number) {
  for (Unfinished& slot : unfinished) {
    if (slot.used.load()) ::unlink(slot.path.data());
  }
  std::signal(signal_number, SIG_DFL);
  ::raise(signal_number);
}

// Holds a slot for as long as the file is not finished. With all slots taken, which more than 64
// threads would need, or for a longer path, the file is merely not removed by a signal.
class UnfinishedName {
 public:
  explicit UnfinishedName(const std::string& path) {
    if (path.size() >= slot_size()) return;
    for (Unfinished& slot : unfinished) {
      if (slot.taken.exchange(true)) continue;
      std::copy(path.begin(), path.end(), slot.path.begin());
      slot.path[path.size()] = '\0';
      slot.used.store(true);
      slot_ = &slot;
      return;
    }
  }
  ~UnfinishedName() {
    if (slot_ == nullptr) return;
    slot_->used.store(false);
    slot_->taken.store(false);
  }
  UnfinishedName(const UnfinishedName&) = delete;
  UnfinishedName& operator=(const UnfinishedName&) = delete;

 private:
  static std::size_t slot_size() { return unfinished[0].path.size(); }
  Unfinished* slot_ = nullptr;
};

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    // Standard input and output stay open.
    if (value_ > 2) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }
  /// The last chance for a file system to say that it could not keep the data.
  int close() { return ::close(std::exchange(value_, -1)); }

 private:
  int value_;
};

limen::Error io_error(std::string_view what) {
  return {.code = limen::ErrorCode::io, .message = std::string(what) + ": " + std::strerror(errno)};
}

limen::Result<void> write_all(int descriptor, limen::ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return io_error("cannot write");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

std::string temporary_name(const std::filesystem::path& target) {
  static std::atomic<unsigned> counter{0};
  const std::string name = "." + target.filename().string().substr(0, 200) + "." +
                           std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp";
  return (target.parent_path() / name).string();
}

limen::Result<void> replace_file(const std::filesystem::path& target, limen::ByteView bytes) {
  const std::string temporary = temporary_name(target);
  const UnfinishedName name(temporary);
  Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (file.get() < 0) return io_error("cannot create a file in its folder");
  auto result = write_all(file.get(), bytes);
  if (file.close() != 0 && result) result = io_error("cannot write");
  if (result && ::rename(temporary.c_str(), target.c_str()) != 0) {
    result = io_error("cannot be replaced");
  }
  if (!result) ::unlink(temporary.c_str());
  return result;
}

}  // namespace

void remove_unfinished_files_on_signals() {
  std::signal(SIGINT, remove_unfinished_and_die);
  std::signal(SIGTERM, remove_unfinished_and_die);
  // A reader that has gone away is an error of write(), which is reported.
  std::signal(SIGPIPE, SIG_IGN);
}

limen::Result<void> make_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) return {};
  return limen::Error{.code = limen::ErrorCode::io,
                      .message = "cannot be made: " + error.message()};
}

limen::Result<limen::Bytes> read_input(const std::string& path, const limen::Limits& limits) {
  const Descriptor file(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return io_error("cannot be opened");
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return io_error("cannot be read");
  limen::Bytes bytes;
  if (S_ISREG(status.st_mode)) {
    const auto size = static_cast<std::uint64_t>(std::max<off_t>(0, status.st_size));
    if (size > limits.input_bytes) {
      return limen::limit_exceeded(limen::Limit::input_bytes, size, limits.input_bytes);
    }
    bytes.reserve(static_cast<std::size_t>(size));
  }
  std::size_t length = 0;
  for (;;) {
    // Files of /proc say that they have no bytes, so the end is what read() says.
    constexpr std::size_t kStep = 1 << 16;
    bytes.resize(length + kStep);
    const ssize_t count = ::read(file.get(), bytes.data() + length, kStep);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error("cannot be read");
    length += static_cast<std::size_t>(count);
    if (length > limits.input_bytes) {
      return limen::limit_exceeded(limen::Limit::input_bytes, length, limits.input_bytes);
    }
    if (count == 0) break;
  }
  bytes.resize(length);
  return bytes;
}

limen::Result<void> write_output(const std::string& path, limen::ByteView bytes) {
  if (path == "-") return write_all(STDOUT_FILENO, bytes);
  std::error_code ignored;
  std::filesystem::path target = path;
  const auto status = std::filesystem::status(target, ignored);
  if (std::filesystem::is_directory(status)) {
    errno = EISDIR;
    return io_error("cannot be written");
  }
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    Descriptor device(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (device.get() < 0) return io_error("cannot be opened for writing");
    return write_all(device.get(), bytes);
  }
  if (std::filesystem::is_symlink(std::filesystem::symlink_status(target, ignored))) {
    // The link stays, what it leads to is replaced.
    const auto resolved = std::filesystem::weakly_canonical(target, ignored);
    if (!ignored) target = resolved;
  }
  return replace_file(target, bytes);
}

}  // namespace cli
