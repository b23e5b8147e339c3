// SPDX-License-Identifier: MIT
#include "core/file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <random>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "fpcpu/error.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#define FPCPU_POSIX 1
#endif

namespace fpcpu {

std::filesystem::path temporary_beside(const std::filesystem::path& file) {
  constexpr std::size_t kLongestName = 200;  // file systems take 255 bytes
  std::random_device source;
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string unique;
  for (int word = 0; word < 2; ++word) {
    unsigned bits = source();
    for (int digit = 0; digit < 8; ++digit, bits >>= 4U) unique += kDigits[bits & 15U];
  }
  std::filesystem::path temporary = file.parent_path() / ".";
  temporary += file.filename().native().substr(0, kLongestName);
  temporary += '.';
  temporary += unique;
  temporary += ".tmp";
  return temporary;
}

namespace {

[[noreturn]] void fail(const std::filesystem::path& file, const std::error_code& reason) {
  std::string advice = "Check the folder, its permissions and free space.";
  if (reason == std::errc::file_too_large) advice = "The limit is that of `ulimit -f`, or of the file system.";
  if (reason == std::errc::no_space_on_device) advice = "Make room on the disk that holds it.";
  throw Error(ErrorCode::resource, "cannot write " + path_text(file) + ": " + reason.message() + ". " + advice);
}

/// True for a name that temporary_beside() gives for a file of this name, and for the fixed one of earlier versions.
bool is_temporary_of(std::string_view name, std::string_view file) {
  constexpr std::string_view kEnd = ".tmp";
  std::string start(1, '.');
  start += file;
  if (!name.starts_with(start) || !name.ends_with(kEnd)) return false;
  if (name.size() == start.size() + kEnd.size()) return true;
  const std::string_view unique = name.substr(start.size(), name.size() - start.size() - kEnd.size());
  return unique.size() == 17 && unique.front() == '.' &&
         unique.find_first_not_of("0123456789abcdef", 1) == std::string_view::npos;
}

#if defined(FPCPU_POSIX)

std::error_code system_reason() { return {errno, std::generic_category()}; }

/// A descriptor that is closed, and a temporary that is removed unless it was renamed away.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& target) {
    for (int attempt = 0; descriptor_ < 0; ++attempt) {
      path_ = temporary_beside(target);
      descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
      if (descriptor_ < 0 && (errno != EEXIST || attempt == kMostAttempts)) fail(target, system_reason());
    }
    // What replaces a file may be read and written by those who might before.
    struct stat replaced {};
    if (::lstat(target.c_str(), &replaced) == 0 && S_ISREG(replaced.st_mode)) {
      // Only root can give a file away; for others both stay their own.
      const bool given = ::fchown(descriptor_, replaced.st_uid, replaced.st_gid) == 0;
      static_cast<void>(given);
      static_cast<void>(::fchmod(descriptor_, replaced.st_mode & 0777));
    }
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
  static constexpr int kMostAttempts = 10;
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
#if defined(FPCPU_POSIX)
  TemporaryFile output(file);
  for (const Bytes chunk : chunks) {
    if (!output.write(chunk)) fail(file, system_reason());
  }
  if (!output.commit(file, flush)) fail(file, system_reason());
  if (flush == Flush::yes) sync_directory(file.has_parent_path() ? file.parent_path() : std::filesystem::path("."));
#else
  static_cast<void>(flush);  // standard C++ has no way to force a file to disk
  const std::filesystem::path temporary = temporary_beside(file);
  {
    std::ofstream output(temporary, std::ios::binary | std::ios::trunc);
    for (const Bytes chunk : chunks) {
      output.write(reinterpret_cast<const char*>(chunk.data()), static_cast<std::streamsize>(chunk.size()));
    }
    output.close();
    if (!output) fail(file, std::make_error_code(std::errc::io_error));
  }
  std::error_code error;
  std::filesystem::rename(temporary, file, error);
  if (error) fail(file, error);
#endif
}

void remove_temporaries(const std::filesystem::path& directory, std::span<const std::string_view> names) {
  std::error_code ignored;
  std::vector<std::filesystem::path> left;
  for (const auto& entry : std::filesystem::directory_iterator(directory, ignored)) {
    const std::string name = path_text(entry.path().filename());
    const auto of = [&](std::string_view file) { return is_temporary_of(name, file); };
    if (std::any_of(names.begin(), names.end(), of)) left.push_back(entry.path());
  }
  for (const auto& path : left) std::filesystem::remove(path, ignored);
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
