// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

/// The project's sources, as the rules of the house read them.
namespace fpcpu::test {

inline const std::filesystem::path kRoot = FPCPU_SOURCE_DIR;

[[nodiscard]] inline std::string read_source(const std::filesystem::path& file) {
  std::ifstream input(file, std::ios::binary);
  std::ostringstream text;
  text << input.rdbuf();
  return text.str();
}

/// call(path from the project's folder, text) for each header and source in these folders.
inline void for_each_source(const std::vector<std::string>& folders,
                            const std::function<void(const std::filesystem::path&, const std::string&)>& call) {
  for (const std::string& folder : folders) {
    if (!std::filesystem::exists(kRoot / folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(kRoot / folder)) {
      const std::string ending = entry.path().extension().string();
      if (ending != ".hpp" && ending != ".cpp") continue;
      call(std::filesystem::relative(entry.path(), kRoot), read_source(entry.path()));
    }
  }
}

}  // namespace fpcpu::test
