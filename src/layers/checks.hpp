// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/arena.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/shape.hpp"

/// Plan-time checks that several layers make, and the rounding of their buffers.
namespace fpcpu {

/// @throws Error{usage} "<owner>: <what>" unless `fine`.
inline void check_option(bool fine, std::string_view owner, const std::string& what) {
  if (!fine) throw Error(ErrorCode::usage, std::string(owner) + ": " + what);
}

/// @throws Error{usage} unless low <= value <= high.
inline void check_range(std::string_view owner, std::string_view name, int value, int low, int high = 1 << 20) {
  check_option(value >= low && value <= high, owner,
               std::string(name) + " is " + std::to_string(value) + ", expected " + std::to_string(low) + " to " +
                   std::to_string(high) + ".");
}

/// @throws Error{shape} "<owner>: <what>" unless `fine`.
inline void check_shape(bool fine, std::string_view owner, const std::string& what) {
  if (!fine) throw Error(ErrorCode::shape, std::string(owner) + ": " + what);
}

/// @throws Error{shape} unless there are `count` inputs and none is empty.
inline void check_inputs(std::string_view owner, std::span<const Shape> in, std::size_t count) {
  check_shape(in.size() == count, owner,
              std::to_string(in.size()) + " inputs, expected " + std::to_string(count) + ".");
  for (const Shape& s : in) {
    check_shape(s.h > 0 && s.w > 0 && s.c > 0, owner, "input " + to_string(s) + " is empty.");
  }
}

/// Positions of a window along one axis; not positive if it does not fit once.
[[nodiscard]] constexpr int count_windows(int size, int window, int stride, int pad, int dilation) noexcept {
  const int room = size + 2 * pad - dilation * (window - 1) - 1;
  return room < 0 ? 0 : room / stride + 1;
}

/// @throws Error{shape} if a window of `extent` cells does not fit into the padded input.
inline void check_window(std::string_view owner, int size, int extent, int pad) {
  check_shape(size + 2 * pad >= extent, owner,
              "a window of " + std::to_string(extent) + " does not fit into an input of " + std::to_string(size) +
                  " with padding " + std::to_string(pad) + ". Use a larger input, fewer strides or a smaller window.");
}

/// `count` scalars rounded up to whole cache lines, so that what follows in the same buffer is aligned.
template <class T>
[[nodiscard]] constexpr std::size_t padded(std::size_t count) noexcept {
  return align_up(count * sizeof(T)) / sizeof(T);
}

}  // namespace fpcpu
