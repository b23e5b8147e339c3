// SPDX-License-Identifier: MIT
#include "graph/graph.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "core/arena.hpp"
#include "core/checked.hpp"
#include "core/foreign_text.hpp"
#include "core/wildcard.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

/// FNV-1a.
std::uint32_t hash(std::string_view text) noexcept {
  std::uint32_t h = 2166136261U;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 16777619U;
  return h;
}

bool has_possible_size(const Shape& s) {
  const auto scalars = checked_product_of(std::array{s.h, s.w, s.c});
  return s.h >= 1 && s.w >= 1 && s.c >= 1 && s.h <= kMaxSide && s.w <= kMaxSide && scalars &&
         *scalars <= kMaxTensorScalars;
}

/// @throws Error{shape} for a signature that no kernel could work with.
void check_limits(const Signature& signature) {
  if (!has_possible_size(signature.out)) {
    throw Error(ErrorCode::shape, "its output would be " + to_string(signature.out) + "; at most " +
                                      std::to_string(kMaxSide) + " on a side and " +
                                      std::to_string(kMaxTensorScalars >> 20U) + " million numbers are possible.");
  }
  for (const ParamSpec& param : signature.params) {
    const auto size = checked_product_of(param.dims);
    if (size && *size <= kMaxParameterScalars) continue;
    throw Error(ErrorCode::shape, "its " + param.name + " would have more than " +
                                      std::to_string(kMaxParameterScalars >> 20U) + " million numbers.");
  }
}

void check_name(const Graph& graph, const std::string& what, const std::string& name) {
  if (!name.empty() && graph.find(name) < 0) return;
  throw Error(ErrorCode::usage,
              what + " '" + excerpt(name) + "': it needs a name that no other layer and no input has.");
}

bool have_same_parameters(const Signature& a, const Signature& b) {
  return std::equal(a.params.begin(), a.params.end(), b.params.begin(), b.params.end(),
                    [](const ParamSpec& x, const ParamSpec& y) { return x.name == y.name && x.dims == y.dims; });
}

/// @throws Error{shape} if a node that has these parameters has them in other sizes.
void check_owner(const Graph& graph, const std::string& owner, const Signature& signature) {
  for (const Node& node : graph.nodes()) {
    if (!node.layer || node.owner != owner || have_same_parameters(node.signature, signature)) continue;
    throw Error(ErrorCode::shape, "it cannot share the parameters of '" + excerpt(owner) + "', which differ in size.");
  }
}

}  // namespace

Graph::Graph(Shape input) {
  if (input.h > kMaxInputSide || input.w > kMaxInputSide || !has_possible_size(input)) {
    throw Error(ErrorCode::shape, "network input " + to_string(input) + ": expected sides from 1 to " +
                                      std::to_string(kMaxInputSide) + " and a handful of channels.");
  }
  Node node;
  node.name = "input";
  node.signature.out = input;
  nodes_.push_back(std::move(node));
}

int Graph::add_input(std::string name, Shape shape) {
  if (size() > inputs_) {
    throw Error(ErrorCode::usage, "input '" + excerpt(name) + "': inputs are declared before the first layer.");
  }
  check_name(*this, "input", name);
  if (static_cast<std::size_t>(inputs_) > kMaxOutputs) {
    throw Error(ErrorCode::shape, "the network has more than " + std::to_string(kMaxOutputs) + " inputs.");
  }
  if (shape.h > kMaxInputSide || shape.w > kMaxInputSide || !has_possible_size(shape)) {
    throw Error(ErrorCode::shape, "input '" + excerpt(name) + "' of " + to_string(shape) + " is too large or empty.");
  }
  Node node;
  node.name = std::move(name);
  node.signature.out = shape;
  nodes_.push_back(std::move(node));
  return inputs_++;
}

int Graph::add(std::string name, LayerPtr layer, std::vector<int> inputs, const std::string& owner) {
  if (inputs.empty()) inputs.push_back(size() - 1);
  if (size() >= kMaxNodes) {
    throw Error(ErrorCode::shape, "the network has more than " + std::to_string(kMaxNodes - 1) + " layers.");
  }
  check_name(*this, "layer", name);
  if (inputs.size() > kMaxInputs) {
    throw Error(ErrorCode::shape, "layer '" + excerpt(name) + "' has " + std::to_string(inputs.size()) +
                                      " inputs; at most " + std::to_string(kMaxInputs) + " are possible.");
  }
  std::vector<Shape> shapes;
  for (const int i : inputs) {
    if (i < 0 || i >= size()) {
      throw Error(ErrorCode::usage,
                  "layer '" + excerpt(name) + "' reads node " + std::to_string(i) + ", which does not exist.");
    }
    shapes.push_back(node(i).signature.out);
  }
  Node node;
  try {
    node.signature = layer->signature(shapes);
    check_limits(node.signature);
    node.owner = owner.empty() ? name : owner;
    check_owner(*this, node.owner, node.signature);
  } catch (const Error& e) {
    std::string text = "layer '" + excerpt(name) + "' (" + std::string(layer->kind()) + ")";
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      text += (i == 0 ? " on " : ", ") + excerpt(nodes_[static_cast<std::size_t>(inputs[i])].name) + " " +
              to_string(shapes[i]);
    }
    throw Error(e.code(), text + ": " + e.what());
  }
  node.key = hash(name);
  node.name = std::move(name);
  node.layer = std::move(layer);
  node.inputs = std::move(inputs);
  nodes_.push_back(std::move(node));
  return size() - 1;
}

std::vector<Shape> Graph::input_shapes(int i) const {
  std::vector<Shape> shapes;
  for (const int input : node(i).inputs) shapes.push_back(node(input).signature.out);
  return shapes;
}

void Graph::add_output(Output output) {
  const auto fail = [&](const std::string& why) {
    throw Error(ErrorCode::usage, "output '" + excerpt(output.name) + "': " + why);
  };
  if (output.name == kMainOutput) fail("this is the name of the main one; choose another.");
  for (const Output& other : more_outputs_) {
    if (other.name == output.name) fail("the network has one of this name.");
  }
  if (const Output* other = other_output(output.node)) fail("its layer is output '" + excerpt(other->name) + "'.");
  if (output.node == output_) fail("its layer is output '" + std::string(kMainOutput) + "'.");
  if (output.name.empty() || output.node < first_layer() || output.node >= size()) fail("its layer does not exist.");
  if (more_outputs_.size() + 1 >= kMaxOutputs) fail("at most " + std::to_string(kMaxOutputs) + " are possible.");
  more_outputs_.push_back(output);
  if (other_output(this->output()) == nullptr) return;
  more_outputs_.pop_back();
  fail("no layer is left to be output '" + std::string(kMainOutput) + "'.");
}

void Graph::set_output(int node) {
  if (const Output* other = other_output(node)) {
    throw Error(ErrorCode::usage,
                "output '" + std::string(kMainOutput) + "': its layer is output '" + excerpt(other->name) + "'.");
  }
  output_ = node;
}

int Graph::output() const noexcept {
  if (output_ >= 0) return output_;
  int last = size() - 1;
  while (last > inputs_ && other_output(last) != nullptr) --last;
  return last;
}

const Output* Graph::other_output(int node) const noexcept {
  const auto found =
      std::find_if(more_outputs_.begin(), more_outputs_.end(), [node](const Output& o) { return o.node == node; });
  return found == more_outputs_.end() ? nullptr : &*found;
}

std::vector<Output> Graph::outputs() const {
  std::vector<Output> all = {{std::string(kMainOutput), output(), false, head()}};
  all.insert(all.end(), more_outputs_.begin(), more_outputs_.end());
  return all;
}

void Graph::fit_heads(std::span<const float> mean_shape) {
  if (mean_shape.empty()) return;
  if (HeadPtr fitted = head()->fitted(mean_shape)) head_ = std::move(fitted);
  for (Output& output : more_outputs_) {
    if (!output.head) continue;
    if (HeadPtr fitted = output.head->fitted(mean_shape)) output.head = std::move(fitted);
  }
}

bool Graph::is_output(int i) const noexcept { return i == output() || other_output(i) != nullptr; }

int Graph::find(std::string_view name) const noexcept {
  for (int i = 0; i < size(); ++i) {
    if (node(i).name == name) return i;
  }
  return -1;
}

std::vector<std::vector<int>> Graph::consumers() const {
  std::vector<std::vector<int>> readers(nodes_.size());
  for (int i = first_layer(); i < size(); ++i) {
    for (const int input : node(i).inputs) {
      auto& list = readers[static_cast<std::size_t>(input)];
      if (list.empty() || list.back() != i) list.push_back(i);
    }
  }
  return readers;
}

double Graph::flops() const noexcept {
  double total = 0;
  for (const Node& n : nodes_) total += n.signature.flops;
  return total;
}

double Graph::backward_flops(int i) const noexcept {
  const bool on_image = std::all_of(node(i).inputs.begin(), node(i).inputs.end(), [&](int j) { return j < inputs_; });
  return node(i).signature.flops * (on_image ? 1.0 : 2.0);
}

double Graph::training_flops() const noexcept {
  double total = flops();
  for (int i = first_layer(); i < size(); ++i) total += backward_flops(i);
  return total;
}

ParamLayout::ParamLayout(const Graph& graph) {
  std::unordered_set<std::string_view> owners;
  for (int i = graph.first_layer(); i < graph.size(); ++i) {
    const Node& node = graph.node(i);
    if (!owners.insert(node.owner).second) continue;  // its parameters are shared
    for (const ParamSpec& spec : node.signature.params) {
      ParamSlot slot{node.owner + "." + spec.name, spec, 0};
      std::size_t& end = spec.trainable ? trainable_ : buffers_;
      slot.offset = end;
      // Cache-line starts also in float: 64 bytes are 16 scalars, and more for double.
      end += (spec.size() + 15) / 16 * 16;
      if (spec.trainable) count_ += spec.size();
      slots_.push_back(std::move(slot));
    }
  }
}

const ParamSlot* ParamLayout::find(std::string_view name) const noexcept {
  for (const ParamSlot& slot : slots_) {
    if (slot.name == name) return &slot;
  }
  return nullptr;
}

std::vector<const ParamSlot*> ParamLayout::trainable_like(std::string_view pattern) const {
  std::vector<const ParamSlot*> found;
  for (const ParamSlot& slot : slots_) {
    if (slot.spec.trainable && fits(pattern, slot.name)) found.push_back(&slot);
  }
  if (!found.empty()) return found;
  throw Error(ErrorCode::usage, "no parameter of the network is called '" + excerpt(pattern) + "'; the first is '" +
                                    (slots_.empty() ? "" : slots_.front().name) + "', and * stands for any letters.");
}

}  // namespace fpcpu
