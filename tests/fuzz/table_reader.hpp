// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "data/tables/formats/table_format.hpp"

namespace fpcpu::fuzz {

/// Reads a place in one format, whatever its ending.
inline void read_as(std::string_view format, const std::filesystem::path& place) {
  static const TableFormat& found = *std::ranges::find(table_formats(), format, &TableFormat::name);
  static_cast<void>(found.read(place));
}

}  // namespace fpcpu::fuzz
