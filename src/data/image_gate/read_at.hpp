// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace fpcpu::image_gate {

/// Up to `count` bytes of a file or a buffer from `at` on; fewer where it ends. Headers are read through it, so that a
/// large file is not read whole for its size.
using ReadAt = std::function<std::string(std::uint64_t at, std::size_t count)>;

/// Of bytes in memory, which must outlive it.
[[nodiscard]] inline ReadAt reader_of(std::span<const std::uint8_t> bytes) {
  return [bytes](std::uint64_t at, std::size_t count) {
    if (at >= bytes.size()) return std::string();
    const auto part = bytes.subspan(at, std::min(count, bytes.size() - at));
    return std::string(part.begin(), part.end());
  };
}

enum class ByteOrder { big, little };

/// The unsigned number of `width` bytes (at most 4) at `at`, which must be inside.
[[nodiscard]] inline std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t width,
                                             ByteOrder order = ByteOrder::big) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const std::size_t next = at + (order == ByteOrder::big ? i : width - 1 - i);
    value = (value << 8U) | static_cast<std::uint8_t>(bytes[next]);
  }
  return value;
}

}  // namespace fpcpu::image_gate
