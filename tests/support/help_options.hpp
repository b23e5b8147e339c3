// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

namespace fpcpu::test {

/// The long options that a help text lists, without "--".
[[nodiscard]] inline std::vector<std::string> options_of_help(const std::string& help) {
  static const std::regex kOption(R"((?:^|\n) +--([a-z0-9-]+))");
  std::vector<std::string> names;
  for (std::sregex_iterator it(help.begin(), help.end(), kOption), end; it != end; ++it) names.push_back((*it)[1]);
  return names;
}

/// All sources of tests in `folder` and below it, one after the other.
[[nodiscard]] inline std::string sources_of_tests(const std::filesystem::path& folder) {
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".cpp") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    all.append(std::istreambuf_iterator<char>(in), {});
  }
  return all;
}

/// Whether `text` stands in `sources` as a whole word.
[[nodiscard]] inline bool stands_in(const std::string& text, const std::string& sources) {
  const auto is_part = [&](std::size_t at) {
    return at < sources.size() &&
           (std::isalnum(static_cast<unsigned char>(sources[at])) != 0 || sources[at] == '_' || sources[at] == '-');
  };
  for (std::size_t at = sources.find(text); at != std::string::npos; at = sources.find(text, at + 1)) {
    if ((at == 0 || !is_part(at - 1)) && !is_part(at + text.size())) return true;
  }
  return false;
}

/// Whether `sources` use an option: as --name of a command line, as "name" in a table, or as name = in a configuration.
[[nodiscard]] inline bool is_used(const std::string& option, const std::string& sources) {
  std::string key = option;
  std::replace(key.begin(), key.end(), '-', '_');
  return stands_in("--" + option, sources) || stands_in('"' + option + '"', sources) || stands_in(key + " =", sources);
}

}  // namespace fpcpu::test
