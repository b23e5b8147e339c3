#include "io/atomic_file.hpp"

#include <cerrno>
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
  throw Error(ErrorCode::resource,
              "cannot write " + file.string() + ": " + reason + ". Check the folder, its permissions and free space.");
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
  /// On disk, closed and under its final name.
  [[nodiscard]] bool commit(const std::filesystem::path& target) {
    if (::fsync(descriptor_) != 0) return false;
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

void write_file_atomically(const std::filesystem::path& file, std::span<const Bytes> chunks) {
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
  if (!output.commit(file)) fail(file, system_reason());
  sync_directory(directory);
#else
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

std::string read_file(const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) {
    throw Error(ErrorCode::io, "cannot read " + file.string() + ": it is a folder, expected a file.");
  }
  std::ifstream input(file, std::ios::binary | std::ios::ate);
  if (!input) {
    throw Error(ErrorCode::io, "cannot read " + file.string() + ": " + std::generic_category().message(errno) + ".");
  }
  std::string text(static_cast<std::size_t>(input.tellg()), '\0');
  input.seekg(0);
  input.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!input) throw Error(ErrorCode::io, "cannot read " + file.string() + ": reading stopped before its end.");
  return text;
}

}  // namespace fpcpu
