// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "core/arena.hpp"
#include "core/rng.hpp"

namespace fpcpu::bench {

using Buffer = AlignedBuffer<float>;

/// Numbers in [-1, 1) for a kernel to work on.
[[nodiscard]] inline Buffer random_buffer(std::size_t size, std::uint64_t stream) {
  Buffer b(size);
  Rng rng(1, RandomUse::init, stream);
  for (float& v : b) v = rng.uniform(-1.0F, 1.0F);
  return b;
}

}  // namespace fpcpu::bench
