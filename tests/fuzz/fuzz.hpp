// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "fpcpu/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace fpcpu::fuzz {

[[nodiscard]] inline std::string_view text_of(const std::uint8_t* data, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(data), size};
}

/// The input as a file, in memory where the system has such a place.
[[nodiscard]] inline const std::filesystem::path& file_of(const std::uint8_t* data, std::size_t size) {
  static const std::filesystem::path file = [] {
    std::error_code ignored;
    const bool shared = std::filesystem::is_directory("/dev/shm", ignored);
    return (shared ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path()) /
           ("fpcpu-fuzz-" + std::to_string(::getpid()));
  }();
  std::ofstream(file, std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  return file;
}

/// An Error is what a reader may answer to a stranger's file; everything else that ends `body` is a finding.
template <class Body>
int expect_error_at_most(const Body& body) {
  try {
    body();
  } catch (const Error&) {
    return 0;
  }
  return 0;
}

}  // namespace fpcpu::fuzz
