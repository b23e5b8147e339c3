// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "core/rng.hpp"

namespace fpcpu::test {

/// Standard normal values, repeatable.
[[nodiscard]] inline std::vector<float> random_values(std::size_t count, std::uint64_t seed) {
  Rng rng(seed, RandomUse::init, 77);
  std::vector<float> values(count);
  for (float& v : values) v = rng.normal();
  return values;
}

}  // namespace fpcpu::test
