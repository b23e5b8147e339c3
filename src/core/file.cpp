#include "core/file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <system_error>
#include <utility>

#include "fpcpu/error.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <fcntl.h>
#include <unistd.h>
#define FPCPU_POSIX 1
#endif

namespace fpcpu {

namespace {

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& reason) {
  throw Error(ErrorCode::resource, "cannot write " + path_text(file) + ": " + reason +
                                       ". Check the folder, its permissions and free space.");
}

#if defined(FPCPU_POSIX)

std::string system_reason() { return std::generic_category().message(errno); }

/// A descriptor that is closed, and a temporary that is removed unless it was renamed away.
class TemporaryFile {
 public:
  TemporaryFile(std::filesystem::path path, const std::filesystem::path& target) : path_(std::move(path)) {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor_ < 0) fail(target, system_reason());
  }
  ~TemporaryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!renamed_) ::unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  [[nodiscard]] bool write(Bytes bytes) const {
    while (!bytes.empty()) {
      const ::ssize_t done = ::write(descriptor_, bytes.data(), bytes.size());
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) return false;
      bytes = bytes.subspan(static_cast<std::size_t>(done));
    }
    return true;
  }
  /// Closed and under its final name, on disk if wanted.
  [[nodiscard]] bool commit(const std::filesystem::path& target, Flush flush) {
    if (flush == Flush::yes && ::fsync(descriptor_) != 0) return false;
    const int closed = ::close(descriptor_);
    descriptor_ = -1;
    renamed_ = closed == 0 && ::rename(path_.c_str(), target.c_str()) == 0;
    return renamed_;
  }

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  bool renamed_ = false;
};

/// The rename itself must survive a power cut. Some file systems cannot fsync a directory; that is no failure.
void sync_directory(const std::filesystem::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return;
  static_cast<void>(::fsync(descriptor));
  ::close(descriptor);
}

#endif

}  // namespace

void write_file_atomically(const std::filesystem::path& file, std::span<const Bytes> chunks, Flush flush) {
  const std::filesystem::path directory = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  // One fixed name: what a killed process left behind is overwritten, not collected.
  std::filesystem::path temporary = directory / ".";
  temporary += file.filename();
  temporary += ".tmp";
#if defined(FPCPU_POSIX)
  TemporaryFile output(temporary, file);
  for (const Bytes chunk : chunks) {
    if (!output.write(chunk)) fail(file, system_reason());
  }
  if (!output.commit(file, flush)) fail(file, system_reason());
  if (flush == Flush::yes) sync_directory(directory);
#else
  static_cast<void>(flush);  // standard C++ has no way to force a file to disk
  {
    std::ofstream output(temporary, std::ios::binary | std::ios::trunc);
    for (const Bytes chunk : chunks) {
      output.write(reinterpret_cast<const char*>(chunk.data()), static_cast<std::streamsize>(chunk.size()));
    }
    output.close();
    if (!output) fail(file, "the system gave no reason");
  }
  std::error_code error;
  std::filesystem::rename(temporary, file, error);
  if (error) fail(file, error.message());
#endif
}

std::string path_text(const std::filesystem::path& path) {
  const std::u8string text = path.u8string();
  return {text.begin(), text.end()};
}

std::filesystem::path text_path(std::string_view text) { return {std::u8string(text.begin(), text.end())}; }

std::string read_file(const std::filesystem::path& file, std::size_t limit) {
  std::error_code status;
  if (!std::filesystem::is_regular_file(file, status)) {
    const bool exists = std::filesystem::exists(file, status);
    throw Error(ErrorCode::io, path_text(file) + (exists ? " is not a regular file." : " does not exist."));
  }
  std::ifstream input(file, std::ios::binary);
  const auto size = std::filesystem::file_size(file, status);
  if (!input || status) throw Error(ErrorCode::io, path_text(file) + " cannot be opened. Check its permissions.");
  std::string bytes(static_cast<std::size_t>(std::min<std::uintmax_t>(size, limit)), '\0');
  input.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (static_cast<std::size_t>(input.gcount()) != bytes.size()) {
    throw Error(ErrorCode::io, path_text(file) + " cannot be read to its end.");
  }
  return bytes;
}

}  // namespace fpcpu
