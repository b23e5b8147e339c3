// SPDX-License-Identifier: MIT
// Runs a fuzz target on every file of a folder; *.hex files are bytes written as hexadecimal digits.
// With a second folder the inputs are written there as they are given to the target, as seeds for libFuzzer.

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <iterator>
#include <vector>

#include "fuzz/fuzz.hpp"

namespace {

namespace fs = std::filesystem;

int digit(char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; }

std::string read_input(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (file.extension() != ".hex") return text;
  std::erase_if(text, [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) == 0; });
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<char>(16 * digit(text[i]) + digit(text[i + 1])));
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(argv[1])) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    std::printf("%s\n", file.filename().string().c_str());
    std::fflush(stdout);
    const std::string input = read_input(file);
    if (argc > 2) {
      std::ofstream(fs::path(argv[2]) / file.stem(), std::ios::binary) << input;
      continue;
    }
    // A copy of exactly this size, so that a sanitizer sees the first byte read behind it.
    const std::vector<std::uint8_t> bytes(input.begin(), input.end());
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
  std::printf("%zu inputs\n", files.size());
  return files.empty() ? 1 : 0;
}
