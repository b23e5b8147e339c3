// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "heads/head.hpp"
#include "layers/layer.hpp"

namespace fpcpu {

/// Most inputs a layer can have (concat).
inline constexpr std::size_t kMaxInputs = 16;
/// Most named outputs, and most inputs besides the image.
inline constexpr std::size_t kMaxOutputs = 8;
/// Name of the output that the head reads.
inline constexpr std::string_view kMainOutput = "landmarks";
/// Limits of what a network may be, far beyond what can be trained on a CPU: with them no size that layers, plans and
/// kernels compute from shapes leaves its type.
inline constexpr int kMaxNodes = 4096;
inline constexpr int kMaxInputSide = 4096;
inline constexpr int kMaxSide = 1 << 14;                                    // of a tensor inside the network
inline constexpr std::size_t kMaxTensorScalars = std::size_t{1} << 27U;     // of one sample
inline constexpr std::size_t kMaxParameterScalars = std::size_t{1} << 28U;  // of one parameter

/// One use of a layer in a network. Inputs are nodes without a layer, the image is node 0.
struct Node {
  std::string name;
  LayerPtr layer;
  std::string owner;  // the name its parameters carry: its own, or that of the node it shares them with
  std::vector<int> inputs;
  Signature signature;    // of this node's layer for these inputs; `out` is the node's shape
  std::uint32_t key = 0;  // hash of the name: keys dropout, so that a fused graph draws the same masks
};

/// A tensor of the network that somebody reads: detect the main output, terms of an objective any of them.
struct Output {
  std::string name;
  int node = 0;
  bool training_only = false;  // passes drop its branch for inference
  HeadPtr head = nullptr;      // what its numbers mean; null: nothing but numbers
};

/// A static network: inputs, then layers in topological order; some nodes are outputs. Nothing of it changes once it is
/// there: functions below only add.
class Graph {
 public:
  /// @throws Error{shape} for a side below 1 or beyond kMaxInputSide, or too many numbers.
  explicit Graph(Shape input);

  /// Declares an input beside the image, before the first layer, and returns its index. It is filled by the target
  /// stream of that name. @throws Error{usage|shape}
  int add_input(std::string name, Shape shape);

  /// Appends a node and returns its index. An empty `inputs` means "the previous node".
  /// @param owner  the name its parameters carry; nodes of one owner share them. Empty: `name`
  /// @throws Error{shape} naming the node and the shapes when they do not fit, a limit is exceeded or parameters that
  /// are shared differ in size; Error{usage} for a duplicate name.
  int add(std::string name, LayerPtr layer, std::vector<int> inputs = {}, const std::string& owner = {});

  /// The main output. Until it is set, the last node that is no other output. @throws Error{usage} for another output
  void set_output(int node);
  /// Another output. @throws Error{usage} for a name that is taken, a node that does not exist, or too many outputs.
  void add_output(Output output);

  /// What the main output means; until it is set, usual_head() of its shape.
  void set_head(HeadPtr head) { head_ = std::move(head); }
  [[nodiscard]] HeadPtr head() const { return head_ ? head_ : usual_head(output_shape()); }
  /// Heads of outputs that depend on the mean shape (2K) become those for it; an empty one changes nothing.
  void fit_heads(std::span<const float> mean_shape);
  /// K that the head reads from the output; 0 if they do not fit.
  [[nodiscard]] int points() const { return head()->points(output_shape()); }

  [[nodiscard]] const std::vector<Node>& nodes() const noexcept { return nodes_; }
  [[nodiscard]] const Node& node(int i) const noexcept { return nodes_[static_cast<std::size_t>(i)]; }
  [[nodiscard]] int size() const noexcept { return static_cast<int>(nodes_.size()); }
  /// Nodes below it are inputs.
  [[nodiscard]] int first_layer() const noexcept { return inputs_; }
  /// The node of the main output.
  [[nodiscard]] int output() const noexcept;
  /// The main one first.
  [[nodiscard]] std::vector<Output> outputs() const;
  [[nodiscard]] bool is_output(int node) const noexcept;
  [[nodiscard]] Shape input_shape() const noexcept { return nodes_.front().signature.out; }
  [[nodiscard]] Shape output_shape() const noexcept { return node(output()).signature.out; }
  [[nodiscard]] std::vector<Shape> input_shapes(int node) const;
  /// Index of a node by name, -1 if there is none.
  [[nodiscard]] int find(std::string_view name) const noexcept;
  /// Nodes that read node i, ascending.
  [[nodiscard]] std::vector<std::vector<int>> consumers() const;
  /// Forward FLOPs of one sample (multiply and add counted separately).
  [[nodiscard]] double flops() const noexcept;
  /// FLOPs of the data and weight gradients of a node, for one sample; no data gradient flows into the input.
  [[nodiscard]] double backward_flops(int node) const noexcept;
  /// FLOPs of one training sample: forward and both gradients of every node.
  [[nodiscard]] double training_flops() const noexcept;

 private:
  /// The output besides the main one that this node is, or null.
  [[nodiscard]] const Output* other_output(int node) const noexcept;

  std::vector<Node> nodes_;
  int inputs_ = 1;
  int output_ = -1;
  std::vector<Output> more_outputs_;
  HeadPtr head_;
};

/// Where every parameter of a graph lives: one block for trainable values, one for running statistics.
/// The order is the order of nodes, so a graph and a fused version of it address the same block by name; nodes that
/// share parameters share the slots.
struct ParamSlot {
  std::string name;  // "conv1.weight"
  ParamSpec spec;
  std::size_t offset = 0;  // in scalars, within its block
};

class ParamLayout {
 public:
  ParamLayout() = default;
  explicit ParamLayout(const Graph& graph);

  [[nodiscard]] const std::vector<ParamSlot>& slots() const noexcept { return slots_; }
  [[nodiscard]] const ParamSlot* find(std::string_view name) const noexcept;
  /// The trainable ones whose name is what `pattern` says, "*" for any letters. @throws Error{usage} if there are none.
  [[nodiscard]] std::vector<const ParamSlot*> trainable_like(std::string_view pattern) const;
  [[nodiscard]] std::size_t trainable_size() const noexcept { return trainable_; }  // scalars, padded to cache lines
  [[nodiscard]] std::size_t buffer_size() const noexcept { return buffers_; }
  [[nodiscard]] std::size_t parameter_count() const noexcept { return count_; }  // trainable, without padding

 private:
  std::vector<ParamSlot> slots_;
  std::size_t trainable_ = 0;
  std::size_t buffers_ = 0;
  std::size_t count_ = 0;
};

}  // namespace fpcpu
