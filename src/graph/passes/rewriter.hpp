// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "graph/graph.hpp"

namespace fpcpu {

/// Builds a new graph from an old one in which some nodes were replaced by others.
class Rewriter {
 public:
  explicit Rewriter(const Graph& source);

  /// The only reader of node i, of whatever kind and with whatever other inputs, if it has exactly one. An output is
  /// also read from outside.
  [[nodiscard]] std::optional<int> only_reader(int i) const;
  /// True if node i was swallowed by an earlier rewrite.
  [[nodiscard]] bool done(int i) const { return map_[static_cast<std::size_t>(i)] >= 0; }

  /// Adds a copy of node i to the new graph.
  void copy(int i);
  /// Adds `layer` in the place of node i, whose name and parameters it keeps, with the (mapped) inputs of
  /// `source_inputs`; old nodes in `replaces` now mean this node.
  void add(int i, LayerPtr layer, const std::vector<int>& source_inputs, const std::vector<int>& replaces);
  /// The same for a layer without parameters, under a name of its own.
  void add(const std::string& name, LayerPtr layer, const std::vector<int>& source_inputs,
           const std::vector<int>& replaces);
  /// Readers of node i read its first input instead.
  void skip(int i);

  [[nodiscard]] Graph take();

 private:
  [[nodiscard]] int mapped(int i) const { return map_[static_cast<std::size_t>(i)]; }
  void add(const std::string& name, const std::string& owner, LayerPtr layer, const std::vector<int>& source_inputs,
           const std::vector<int>& replaces);

  const Graph& source_;
  std::vector<std::vector<int>> readers_;
  std::vector<int> map_;  // old node -> new node, -1 = not there yet
  Graph result_;
};

}  // namespace fpcpu
