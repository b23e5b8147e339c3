// SPDX-License-Identifier: MIT
// A network of the user's own, as `--model FILE.toml` and `plan FILE.toml` take it.

#include "fuzz/fuzz.hpp"
#include "fuzz/small_network.hpp"
#include "io/model_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fpcpu::fuzz::expect_error_at_most(
      [&] { fpcpu::fuzz::run_if_small(fpcpu::parse_model(fpcpu::fuzz::text_of(data, size), "network.toml", {}).graph); });
}
