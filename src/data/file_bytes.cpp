#include "data/file_bytes.hpp"

#include <algorithm>
#include <fstream>

#include "fpcpu/error.hpp"

namespace fpcpu {

std::string path_text(const std::filesystem::path& path) {
  const std::u8string text = path.u8string();
  return {text.begin(), text.end()};
}

std::filesystem::path text_path(std::string_view text) { return {std::u8string(text.begin(), text.end())}; }

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path, std::size_t limit) {
  std::error_code status;
  const bool regular = std::filesystem::is_regular_file(path, status);
  if (!regular) {
    const bool exists = std::filesystem::exists(path, status);
    throw Error(ErrorCode::io, path_text(path) + (exists ? " is not a regular file." : " does not exist."));
  }
  std::ifstream file(path, std::ios::binary);
  const auto size = std::filesystem::file_size(path, status);
  if (!file || status) throw Error(ErrorCode::io, path_text(path) + " cannot be opened. Check its permissions.");
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(std::min<std::uintmax_t>(size, limit)));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (static_cast<std::size_t>(file.gcount()) != bytes.size()) {
    throw Error(ErrorCode::io, path_text(path) + " cannot be read to its end.");
  }
  return bytes;
}

void replace_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes) {
  std::filesystem::path temporary = path;
  temporary += ".tmp";
  std::error_code status;
  {
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (file) {
      std::filesystem::rename(temporary, path, status);
      if (!status) return;
    }
  }
  std::filesystem::remove(temporary, status);
  throw Error(ErrorCode::resource,
              path_text(path) + " cannot be written. Check the folder, its permissions and the disk space.");
}

}  // namespace fpcpu
