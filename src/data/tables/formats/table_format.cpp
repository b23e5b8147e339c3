// SPDX-License-Identifier: MIT
#include "data/tables/formats/table_format.hpp"

#include <charconv>

#include "core/file.hpp"

namespace fpcpu {

bool first_bytes_hold(const std::filesystem::path& file, std::string_view text) {
  constexpr std::size_t kFirstBytes = std::size_t{64} << 10U;
  return read_file(file, kFirstBytes).find(text) != std::string::npos;
}

std::vector<std::string> unless_counted(std::vector<std::string> names) {
  int first = 0;
  for (std::size_t k = 0; k < names.size(); ++k) {
    int number = -1;
    const char* end = names[k].data() + names[k].size();
    if (std::from_chars(names[k].data(), end, number).ptr != end || number < 0) return names;
    if (k == 0) first = number;
    if (first > 1 || number != first + static_cast<int>(k)) return names;
  }
  return {};
}

}  // namespace fpcpu
