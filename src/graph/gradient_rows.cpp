// SPDX-License-Identifier: MIT
#include "graph/gradient_rows.hpp"

#include <algorithm>

#include "kernels/row_tree.hpp"

namespace fpcpu {

GradientRows::GradientRows(const Graph& graph, const Params<float>& params,
                           const std::vector<NodeParams<float>>& node_params, const Plan& plan,
                           const kernels::KernelTable<float>& kernels)
    : kernels_(&kernels), nodes_(node_params.size()), row_(plan.gradient_row) {
  const auto rows = static_cast<std::size_t>(plan.slices.count());
  std::size_t row_end = 0;
  std::size_t shared_end = rows * row_;
  std::vector<std::size_t> first_place;  // of each node
  for (std::size_t i = 0; i < nodes_; ++i) {
    const Signature& signature = graph.nodes()[i].signature;
    first_place.push_back(places_.size());
    for (std::size_t p = 0; p < node_params[i].size(); ++p) {
      if (!signature.params[p].trainable) continue;
      const auto begin = static_cast<std::size_t>(node_params[i][p] - params.trainable.data());
      const std::size_t size = signature.params[p].size();
      const bool by_slice = !plan.nodes[i].layer.whole_batch;
      std::size_t& next = by_slice ? row_end : shared_end;
      places_.push_back({begin, begin + size, next, by_slice});
      next += (size + 15) / 16 * 16;
    }
  }
  values_ = AlignedBuffer<float>(shared_end);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < nodes_; ++i) {
      std::vector<float*> pointers;
      std::size_t next = first_place[i];
      for (const ParamSpec& param : graph.nodes()[i].signature.params) {
        if (!param.trainable) {
          pointers.push_back(nullptr);
          continue;
        }
        const Place& place = places_[next++];
        pointers.push_back(values_.data() + place.offset + (place.by_slice ? row * row_ : 0));
      }
      pointers_.push_back(std::move(pointers));
    }
  }
  std::stable_sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) { return a.begin < b.begin; });
}

std::span<const GradientRows::Place> GradientRows::places_of(std::size_t value) const noexcept {
  const auto after = std::upper_bound(places_.begin(), places_.end(), value,
                                      [](std::size_t v, const Place& place) { return v < place.begin; });
  auto first = std::prev(after);
  while (first != places_.begin() && std::prev(first)->begin == first->begin) --first;
  return {first, after};
}

void GradientRows::sum(std::size_t begin, std::size_t end, int slices, float* out) const noexcept {
  const auto places = places_of(begin);
  const Place& only = places.front();
  if (places.size() == 1) {
    const float* first = values_.data() + only.offset + (begin - only.begin);
    return kernels_->sum_rows(first, row_, only.by_slice ? slices : 1, out, end - begin);
  }
  const auto add = [&](const Place& place, int slice, std::size_t at, std::size_t count, float* to) {
    const std::size_t row = place.by_slice ? static_cast<std::size_t>(slice) * row_ : 0;
    const float* from = values_.data() + row + place.offset + (begin - place.begin) + at;
    for (std::size_t i = 0; i < count; ++i) to[i] += from[i];
  };
  // The uses of a slice come first, so that any run of slices has one sum of its own.
  kernels::sum_in_tree<1>(slices, out, end - begin, [&](int slice, int, std::size_t at, std::size_t count, float* to) {
    std::fill_n(to, count, 0.0F);
    for (const Place& place : places) {
      if (place.by_slice) add(place, slice, at, count, to);
    }
  });
  for (const Place& place : places) {
    if (!place.by_slice) add(place, 0, 0, end - begin, out);
  }
}

void GradientRows::sum(int slices, float* out) const noexcept {
  std::size_t done = 0;
  for (const Place& place : places_) {
    if (place.begin >= done) sum(place.begin, place.end, slices, out + place.begin);
    done = place.end;
  }
}

}  // namespace fpcpu
