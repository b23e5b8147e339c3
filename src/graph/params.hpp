// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/arena.hpp"
#include "graph/graph.hpp"

namespace fpcpu {

/// Values of all parameters of one network: a flat trainable block (what the optimizer updates) and a flat block of
/// running statistics.
template <class T>
struct Params {
  ParamLayout layout;
  AlignedBuffer<T> trainable;
  AlignedBuffer<T> buffers;

  Params() = default;
  explicit Params(ParamLayout l)
      : layout(std::move(l)), trainable(layout.trainable_size()), buffers(layout.buffer_size()) {}

  /// A second block with the same values.
  [[nodiscard]] Params clone() const {
    Params copy(layout);
    std::copy(trainable.begin(), trainable.end(), copy.trainable.begin());
    std::copy(buffers.begin(), buffers.end(), copy.buffers.begin());
    return copy;
  }

  [[nodiscard]] T* at(const ParamSlot& slot) const noexcept {
    return (slot.spec.trainable ? trainable.data() : buffers.data()) + slot.offset;
  }
};

/// The parameters that `graph` has, which are all among `all`.
[[nodiscard]] Params<float> part_of(const Params<float>& all, const Graph& graph);

/// Fills every parameter by its initializer from (seed, index of the parameter). He et al., ICCV 2015.
template <class T>
void initialize(Params<T>& params, std::uint64_t seed);

}  // namespace fpcpu
