// SPDX-License-Identifier: MIT
#include "optim/update_blocks.hpp"

#include <algorithm>

namespace fpcpu {

std::vector<UpdateBlock> make_update_blocks(const ParamLayout& layout) {
  std::vector<UpdateBlock> blocks;
  for (const ParamSlot& slot : layout.slots()) {
    if (!slot.spec.trainable) continue;
    const std::size_t end = slot.offset + slot.spec.size();
    for (std::size_t begin = slot.offset; begin < end; begin += kUpdateBlock) {
      blocks.push_back({begin, std::min(begin + kUpdateBlock, end), slot.spec.decay});
    }
  }
  return blocks;
}

}  // namespace fpcpu
