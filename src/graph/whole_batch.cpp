// SPDX-License-Identifier: MIT
#include "graph/whole_batch.hpp"

#include <algorithm>

namespace fpcpu {

namespace {

// A dense layer uses each weight once per image. Fewer stay in the cache of a slice.
constexpr std::size_t kDenseWeights = std::size_t{1} << 16U;

// A convolution uses each weight at every pixel: they must be more, and many times more than an image's input and
// output. So many threads, as many as there are slices, must find work in the parts.
constexpr std::size_t kMapWeights = std::size_t{1} << 18U;
constexpr std::size_t kImagesOfWeights = 16;
constexpr int kThreads = 8;

}  // namespace

bool sees_whole_batch(const Graph& graph, int node) {
  const Signature& signature = graph.node(node).signature;
  if (signature.allows.parts == Parts::none) return false;
  const std::size_t weights = signature.params.front().size();
  if (signature.allows.parts == Parts::columns) return weights >= kDenseWeights;
  const Shape in = graph.input_shapes(node).front();
  const Shape out = signature.out;
  return std::min(in.c, out.c) >= kThreads * kernels::kSharedColumns && weights >= kMapWeights &&
         weights >= kImagesOfWeights * (in.size() + out.size());
}

}  // namespace fpcpu
