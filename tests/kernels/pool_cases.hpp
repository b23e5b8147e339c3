// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/guarded.hpp"

namespace fpcpu::testing {

/// Calls body(shape) for tiling, odd, overlapping, hanging-over, skipping and ceil-mode windows and awkward channels.
template <class Body>
void for_each_pool(const Body& body) {
  struct Case {
    int h, w, oh, ow, window, stride, pad;
  };
  for (const Case& p :
       {Case{2, 2, 1, 1, 2, 2, 0}, Case{6, 8, 3, 4, 2, 2, 0}, Case{7, 9, 3, 4, 2, 2, 0}, Case{6, 35, 3, 17, 2, 2, 0},
        Case{7, 9, 4, 5, 2, 2, 0}, Case{9, 8, 5, 4, 3, 2, 1}, Case{5, 19, 5, 19, 3, 1, 1}, Case{8, 7, 3, 2, 2, 3, 0},
        Case{1, 1, 1, 1, 1, 1, 0}, Case{6, 6, 1, 1, 6, 1, 0}, Case{6, 6, 4, 4, 2, 2, 1}}) {
    for (const int c : {1, 3, 15, 16, 17, 33}) {
      kernels::PoolShape s;
      s.h = p.h, s.w = p.w, s.c = c, s.oh = p.oh, s.ow = p.ow;
      s.window = p.window, s.stride = p.stride, s.pad = p.pad;
      body(s);
    }
  }
}

[[nodiscard]] inline std::size_t inputs_of(const kernels::PoolShape& s) {
  return static_cast<std::size_t>(s.h * s.w) * static_cast<std::size_t>(s.c);
}
[[nodiscard]] inline std::size_t outputs_of(const kernels::PoolShape& s) {
  return static_cast<std::size_t>(s.oh * s.ow) * static_cast<std::size_t>(s.c);
}

}  // namespace fpcpu::testing
