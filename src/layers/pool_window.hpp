// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "fpcpu/layers.hpp"
#include "kernels/table.hpp"
#include "layers/attributes.hpp"
#include "layers/checks.hpp"

/// The window of a pooling layer: checks, attributes and shape, for pooling layers and layers with a fused max pool.
namespace fpcpu {

/// The options with their stride filled in. Window 0 (no pool) stays as it is.
/// @throws Error{usage} for values out of range: an argmax is one byte, so windows end at 16.
[[nodiscard]] inline PoolOptions checked_pool(std::string_view owner, PoolOptions o) {
  if (o.window == 0) return {.window = 0, .stride = 1, .padding = 0};
  if (o.stride == 0) o.stride = o.window;
  check_range(owner, "pool window", o.window, 1, 16);
  check_range(owner, "pool stride", o.stride, 1);
  check_range(owner, "pool padding", o.padding, 0, o.window / 2);
  return o;
}

[[nodiscard]] inline PoolOptions read_pool(AttributeReader& reader, const std::string& prefix, int default_window) {
  return {.window = reader.integer(prefix + "window", default_window),
          .stride = reader.integer(prefix + "stride", 0),
          .padding = reader.integer(prefix + "padding", 0)};
}

/// Writes nothing for window 0.
inline void describe_pool(const PoolOptions& o, const std::string& prefix, Attributes& attributes) {
  if (o.window == 0) return;
  attributes.set(prefix + "window", std::int64_t{o.window})
      .set(prefix + "stride", std::int64_t{o.stride})
      .set(prefix + "padding", std::int64_t{o.padding});
}

/// The pool over an input; with window 0 a shape that changes nothing.
[[nodiscard]] constexpr kernels::PoolShape pool_shape(const PoolOptions& o, const Shape& in) noexcept {
  const int window = o.window == 0 ? 1 : o.window;
  return {.h = in.h,
          .w = in.w,
          .c = in.c,
          .oh = count_windows(in.h, window, o.stride, o.padding, 1),
          .ow = count_windows(in.w, window, o.stride, o.padding, 1),
          .window = window,
          .stride = o.stride,
          .pad = o.padding};
}

/// Shape behind the pool. @throws Error{shape} when a window does not fit into `in`.
[[nodiscard]] inline Shape pooled_shape(std::string_view owner, const PoolOptions& o, const Shape& in) {
  check_window(owner, in.h, o.window, o.padding);
  check_window(owner, in.w, o.window, o.padding);
  const kernels::PoolShape s = pool_shape(o, in);
  return {s.oh, s.ow, s.c};
}

}  // namespace fpcpu
