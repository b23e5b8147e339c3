// SPDX-License-Identifier: MIT
// COCO keypoints.

#include "data/tables/formats.hpp"
#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fpcpu::fuzz::expect_error_at_most(
      [&] { static_cast<void>(fpcpu::read_coco(fpcpu::fuzz::file_of(data, size))); });
}
