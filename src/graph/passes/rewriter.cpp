// SPDX-License-Identifier: MIT
#include "graph/passes/rewriter.hpp"

namespace fpcpu {

Rewriter::Rewriter(const Graph& source)
    : source_(source),
      readers_(source.consumers()),
      map_(static_cast<std::size_t>(source.size()), -1),
      result_(source.input_shape()) {
  map_.front() = 0;
}

std::optional<int> Rewriter::only_reader(int i) const {
  const auto& readers = readers_[static_cast<std::size_t>(i)];
  if (readers.size() != 1) return std::nullopt;
  return readers.front();
}

void Rewriter::copy(int i) { add(source_.node(i).name, source_.node(i).layer, source_.node(i).inputs, {i}); }

void Rewriter::add(const std::string& name, LayerPtr layer, const std::vector<int>& source_inputs,
                   const std::vector<int>& replaces) {
  std::vector<int> inputs;
  for (const int i : source_inputs) inputs.push_back(map_[static_cast<std::size_t>(i)]);
  const int node = result_.add(name, std::move(layer), std::move(inputs));
  for (const int i : replaces) map_[static_cast<std::size_t>(i)] = node;
}

void Rewriter::skip(int i) {
  map_[static_cast<std::size_t>(i)] = map_[static_cast<std::size_t>(source_.node(i).inputs.front())];
}

}  // namespace fpcpu
