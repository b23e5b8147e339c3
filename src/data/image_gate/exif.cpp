// SPDX-License-Identifier: MIT
#include "data/image_gate/exif.hpp"

#include <optional>

#include "data/image_gate/read_at.hpp"

namespace fpcpu::image_gate {

namespace {

constexpr std::uint32_t kOrientationTag = 0x0112;
constexpr std::size_t kEntryBytes = 12;

std::optional<ByteOrder> byte_order(std::string_view tiff) {
  using namespace std::string_view_literals;
  if (tiff.starts_with("II*\0"sv)) return ByteOrder::little;
  if (tiff.starts_with("MM\0*"sv)) return ByteOrder::big;
  return std::nullopt;
}

}  // namespace

int exif_orientation(std::string_view tiff) {
  const std::optional<ByteOrder> order = byte_order(tiff);
  if (!order || tiff.size() < 8) return 1;
  const std::size_t directory = number_at(tiff, 4, 4, *order);
  if (directory > tiff.size() || tiff.size() - directory < 2) return 1;
  std::string_view entries = tiff.substr(directory + 2);
  for (std::uint32_t left = number_at(tiff, directory, 2, *order); left > 0; --left) {
    if (entries.size() < kEntryBytes) return 1;
    if (number_at(entries, 0, 2, *order) == kOrientationTag) {
      const std::uint32_t type = number_at(entries, 2, 2, *order);
      // 3: two bytes, as the standard says; 4: four bytes, as some programs write it.
      if (type != 3 && type != 4) return 1;
      const std::uint32_t value = number_at(entries, 8, type == 3 ? 2 : 4, *order);
      return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
    }
    entries.remove_prefix(kEntryBytes);
  }
  return 1;
}

}  // namespace fpcpu::image_gate
