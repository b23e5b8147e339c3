#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fpcpu {

/// Path to text for messages, and text (UTF-8, from a CSV or a command line) to path.
[[nodiscard]] std::string path_text(const std::filesystem::path& path);
[[nodiscard]] std::filesystem::path text_path(std::string_view text);

/// The first `limit` bytes of a file, all of it by default. @throws Error{io} naming the file.
[[nodiscard]] std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path,
                                                   std::size_t limit = std::numeric_limits<std::size_t>::max());

/// Writes a temporary beside `path` and renames it, so that readers see the old file or the whole new one. Does not
/// force it to disk: what this room writes can be made again. @throws Error{resource} naming the file.
void replace_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);

}  // namespace fpcpu
