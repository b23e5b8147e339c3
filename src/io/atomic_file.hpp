#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace fpcpu {

using Bytes = std::span<const std::byte>;

[[nodiscard]] inline Bytes as_bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

/// Replaces `file` by the chunks, one after the other. A reader, a crash or a power cut sees the old file or the whole
/// new one: written as ".NAME.tmp" in the same directory, fsync, rename, fsync of the directory.
/// @throws Error{resource} naming the file and the system's reason (no space, no permission, no such directory).
void write_file_atomically(const std::filesystem::path& file, std::span<const Bytes> chunks);
inline void write_file_atomically(const std::filesystem::path& file, std::string_view text) {
  const Bytes bytes = as_bytes(text);
  write_file_atomically(file, std::span(&bytes, 1));
}

/// The whole file. @throws Error{io} naming the file and the reason.
[[nodiscard]] std::string read_file(const std::filesystem::path& file);

}  // namespace fpcpu
