// SPDX-License-Identifier: MIT
// The table of a data folder.

#include "data/tables/points_csv.hpp"
#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fpcpu::fuzz::expect_error_at_most(
      [&] { static_cast<void>(fpcpu::read_points_csv(fpcpu::fuzz::file_of(data, size))); });
}
