// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

namespace fpcpu {

/// Gives offsets to blocks with known lifetimes so that blocks alive at the same time never overlap. Greedy by size,
/// lowest free offset: on the networks of the zoo within a few percent of the sum alive at the worst moment.
class MemoryPlanner {
 public:
  /// Registers a block alive from `first` to `last` inclusive; solve() writes its offset.
  void add(std::size_t* offset, std::size_t bytes, int first, int last);
  /// Total bytes needed.
  std::size_t solve();

 private:
  struct Block {
    std::size_t* offset;
    std::size_t bytes;
    int first;
    int last;
  };
  std::vector<Block> blocks_;
};

}  // namespace fpcpu
