// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "core/thread_pool.hpp"
#include "heads/head.hpp"

namespace fpcpu {

/// Head::decode() of n samples, shared by the threads of a pool.
inline void decode(const Head& head, const float* output, const Shape& shape, int n, float* points, float* doubts,
                   ThreadPool& pool) {
  const auto count = static_cast<std::size_t>(head.points(shape));
  pool.parallel_for(n, [&](int i, int) {
    const auto sample = static_cast<std::size_t>(i);
    head.decode(output + sample * shape.size(), shape, 1, points + 2 * sample * count,
                doubts != nullptr ? doubts + sample * count : nullptr);
  });
}

}  // namespace fpcpu
