// SPDX-License-Identifier: MIT
// COCO keypoints.

#include "fuzz/fuzz.hpp"
#include "fuzz/table_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fpcpu::fuzz::expect_error_at_most([&] { fpcpu::fuzz::read_as("coco", fpcpu::fuzz::file_of(data, size)); });
}
