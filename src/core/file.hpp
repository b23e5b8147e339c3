// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace fpcpu {

/// Path to text for messages, and text (UTF-8, from a CSV or a command line) to path.
[[nodiscard]] std::string path_text(const std::filesystem::path& path);
[[nodiscard]] std::filesystem::path text_path(std::string_view text);

using Bytes = std::span<const std::byte>;

[[nodiscard]] inline Bytes as_bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

enum class Flush { no, yes };

/// Replaces `file` by the chunks, one after the other. A reader, a crash or a power cut sees the old file or the whole
/// new one: written under a name of its own in the same directory (created there, never a link that was laid), fsync,
/// rename, fsync of the directory. The permissions of a file that is replaced are kept.
/// @param flush  no: without the two fsyncs, for what can be made again (rendered images)
/// @throws Error{resource} naming the file and the system's reason (no space, no permission, no such directory).
void write_file_atomically(const std::filesystem::path& file, std::span<const Bytes> chunks, Flush flush = Flush::yes);
inline void write_file_atomically(const std::filesystem::path& file, std::string_view text, Flush flush = Flush::yes) {
  const Bytes bytes = as_bytes(text);
  write_file_atomically(file, std::span(&bytes, 1), flush);
}

/// ".NAME.", sixteen hexadecimal digits and ".tmp", beside the file. Nobody can guess it and lay a file or a link in its place.
[[nodiscard]] std::filesystem::path temporary_beside(const std::filesystem::path& file);

/// Removes what write_file_atomically() and others left under such names in processes that were killed while they wrote one of the files
/// `names` in `directory`. Nobody may be writing them now.
void remove_temporaries(const std::filesystem::path& directory, std::span<const std::string_view> names);

/// The first `limit` bytes of a file, all of it by default. @throws Error{io} naming the file and the reason.
[[nodiscard]] std::string read_file(const std::filesystem::path& file,
                                    std::size_t limit = std::numeric_limits<std::size_t>::max());

}  // namespace fpcpu
