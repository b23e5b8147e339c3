// SPDX-License-Identifier: MIT
// The gate in front of stb_image, and what it lets through.

#include "data/decode.hpp"
#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fpcpu::fuzz::expect_error_at_most([&] {
    // Small enough that an input which is accepted does not take long.
    const fpcpu::ImageOptions options{.turn = true, .max_pixels = 1 << 18};
    static_cast<void>(fpcpu::decode_image({data, size}, "image", 0, options));
  });
}
