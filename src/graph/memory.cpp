// SPDX-License-Identifier: MIT
#include "graph/memory.hpp"

#include <algorithm>

#include "core/arena.hpp"

namespace fpcpu {

void MemoryPlanner::add(std::size_t* offset, std::size_t bytes, int first, int last) {
  blocks_.push_back({offset, align_up(bytes), first, last});
}

std::size_t MemoryPlanner::solve() {
  std::stable_sort(blocks_.begin(), blocks_.end(), [](const Block& a, const Block& b) { return a.bytes > b.bytes; });
  std::vector<const Block*> placed;  // by offset
  std::size_t total = 0;
  for (const Block& block : blocks_) {
    std::size_t offset = 0;
    for (const Block* other : placed) {
      const bool overlap_in_time = block.first <= other->last && other->first <= block.last;
      if (!overlap_in_time) continue;
      if (offset + block.bytes <= *other->offset) break;
      offset = std::max(offset, *other->offset + other->bytes);
    }
    *block.offset = offset;
    total = std::max(total, offset + block.bytes);
    placed.insert(std::upper_bound(placed.begin(), placed.end(), offset,
                                   [](std::size_t o, const Block* b) { return o < *b->offset; }),
                  &block);
  }
  return total;
}

}  // namespace fpcpu
