// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "core/arena.hpp"
#include "graph/objective.hpp"
#include "streams/target_stream.hpp"

namespace fpcpu {

/// The target streams that the inputs of a network and the terms of its objective read, and where the numbers of the
/// current batch are. Made once; binding a batch allocates nothing.
class StreamSet {
 public:
  StreamSet() = default;
  /// @param batch  most samples of one
  /// @throws Error{usage} for an input without a stream (naming the nearest); Error{shape} if the sizes differ.
  StreamSet(std::vector<TargetStream> all, const Graph& graph, const Objective& objective, int batch);

  /// For LoaderOptions::streams.
  [[nodiscard]] const std::vector<SampleStreamPtr>& from_samples() const noexcept { return from_samples_; }

  /// Makes what is made batch by batch; afterwards inputs() and targets() are those of `batch`.
  void bind(const Batch& batch);
  /// Of each input of the network but the image.
  [[nodiscard]] std::span<const float* const> inputs() const noexcept { return inputs_; }
  /// Of each of Objective::streams().
  [[nodiscard]] std::span<const float* const> targets() const noexcept { return targets_; }

 private:
  struct Used {
    TargetStream stream;
    std::size_t loaded = 0;          // place in Batch::streams, if it is made sample by sample
    AlignedBuffer<float> made = {};  // otherwise
    const float* value = nullptr;
  };
  std::size_t use(const std::string& name, const Shape& shape, std::vector<TargetStream>& all, int batch);

  std::vector<Used> used_;
  std::vector<SampleStreamPtr> from_samples_;
  std::vector<std::size_t> input_places_;  // in used_
  std::vector<std::size_t> target_places_;
  std::vector<const float*> inputs_;
  std::vector<const float*> targets_;
};

}  // namespace fpcpu
