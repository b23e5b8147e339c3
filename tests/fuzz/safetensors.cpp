// SPDX-License-Identifier: MIT
// Model files, from the first byte to what `info` and `detect` are given.

#include "fuzz/fuzz.hpp"
#include "fuzz/small_network.hpp"
#include "io/checkpoint.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fpcpu::fuzz::expect_error_at_most([&] {
    const fpcpu::Checkpoint model = fpcpu::load_checkpoint(fpcpu::fuzz::file_of(data, size));
    fpcpu::fuzz::run_if_small(model.graph, model.params);
  });
}
