// SPDX-License-Identifier: MIT
// A folder of one .pts file.

#include "fuzz/fuzz.hpp"
#include "fuzz/table_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fs = std::filesystem;
  static const fs::path folder = [] {
    fs::path made = fpcpu::fuzz::file_of(nullptr, 0);
    made += ".folder";
    fs::create_directories(made);
    return made;
  }();
  fs::rename(fpcpu::fuzz::file_of(data, size), folder / "face.pts");
  return fpcpu::fuzz::expect_error_at_most([&] { fpcpu::fuzz::read_as("pts", folder); });
}
