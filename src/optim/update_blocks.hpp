// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "graph/graph.hpp"

namespace fpcpu {

/// A range [begin, end) of the flat trainable block, within one parameter.
struct UpdateBlock {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool decay = false;  // weight decay and L1 apply
};

/// Longest block, in scalars: weights, gradient and two moments of a block stay in a 256 KB L2 cache.
inline constexpr std::size_t kUpdateBlock = 16384;

/// Cuts the trainable block at parameter borders and then every kUpdateBlock scalars. Padding is in no block. Depends
/// on the layout only, so anything summed block by block is the same for any number of threads.
[[nodiscard]] std::vector<UpdateBlock> make_update_blocks(const ParamLayout& layout);

}  // namespace fpcpu
