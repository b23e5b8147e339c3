// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "fpcpu/shape.hpp"

namespace fpcpu {

/// The sample while its pixels are changed: floats 0..255, not yet normalised. Values may leave the range; they are
/// clamped at the end. One plane per channel (C,H,W): loops over a plane become vector code, loops over triples do not.
struct Pixels {
  float* data = nullptr;
  Shape shape;
  std::vector<float>& work;  // memory of one augmentation at a time; grows and stays

  [[nodiscard]] std::span<float> all() const noexcept { return {data, shape.size()}; }
  [[nodiscard]] std::size_t area() const noexcept {
    return static_cast<std::size_t>(shape.h) * static_cast<std::size_t>(shape.w);
  }
  [[nodiscard]] float* plane(int c) const noexcept { return data + static_cast<std::size_t>(c) * area(); }
};

}  // namespace fpcpu
