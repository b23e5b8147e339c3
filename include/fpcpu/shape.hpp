#pragma once

#include <cstddef>
#include <string>

namespace fpcpu {

/// Shape of one sample: height, width, channels. Storage order is H, W, C with channels innermost; the batch
/// dimension N belongs to the plan. A flat vector of F numbers is {1, 1, F}.
struct Shape {
  int h = 0;
  int w = 0;
  int c = 0;

  [[nodiscard]] constexpr std::size_t size() const noexcept {
    return static_cast<std::size_t>(h) * static_cast<std::size_t>(w) * static_cast<std::size_t>(c);
  }
  friend constexpr bool operator==(const Shape&, const Shape&) = default;
};

/// "100x100x3"
[[nodiscard]] inline std::string to_string(const Shape& s) {
  return std::to_string(s.h) + "x" + std::to_string(s.w) + "x" + std::to_string(s.c);
}

}  // namespace fpcpu
