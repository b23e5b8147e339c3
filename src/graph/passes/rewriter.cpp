// SPDX-License-Identifier: MIT
#include "graph/passes/rewriter.hpp"

namespace fpcpu {

Rewriter::Rewriter(const Graph& source)
    : source_(source),
      readers_(source.consumers()),
      map_(static_cast<std::size_t>(source.size()), -1),
      result_(source.input_shape()) {
  for (int i = 0; i < source.first_layer(); ++i) {
    if (i > 0) result_.add_input(source.node(i).name, source.node(i).signature.out);
    map_[static_cast<std::size_t>(i)] = i;
  }
}

std::optional<int> Rewriter::only_reader(int i) const {
  const auto& readers = readers_[static_cast<std::size_t>(i)];
  if (readers.size() != 1 || source_.is_output(i)) return std::nullopt;
  return readers.front();
}

void Rewriter::copy(int i) { add(i, source_.node(i).layer, source_.node(i).inputs, {i}); }

void Rewriter::add(int i, LayerPtr layer, const std::vector<int>& source_inputs, const std::vector<int>& replaces) {
  add(source_.node(i).name, source_.node(i).owner, std::move(layer), source_inputs, replaces);
}

void Rewriter::add(const std::string& name, LayerPtr layer, const std::vector<int>& source_inputs,
                   const std::vector<int>& replaces) {
  add(name, "", std::move(layer), source_inputs, replaces);
}

void Rewriter::add(const std::string& name, const std::string& owner, LayerPtr layer,
                   const std::vector<int>& source_inputs, const std::vector<int>& replaces) {
  std::vector<int> inputs;
  for (const int i : source_inputs) inputs.push_back(mapped(i));
  const int node = result_.add(name, std::move(layer), std::move(inputs), owner);
  for (const int i : replaces) map_[static_cast<std::size_t>(i)] = node;
}

Graph Rewriter::take() {
  for (const Output& output : source_.outputs()) {
    if (output.node == source_.output()) {
      result_.set_output(mapped(output.node));
    } else {
      result_.add_output({output.name, mapped(output.node), output.training_only, output.head});
    }
  }
  result_.set_head(source_.head());
  return std::move(result_);
}

void Rewriter::skip(int i) {
  map_[static_cast<std::size_t>(i)] = map_[static_cast<std::size_t>(source_.node(i).inputs.front())];
}

}  // namespace fpcpu
