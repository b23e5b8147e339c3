// SPDX-License-Identifier: MIT
#include "graph/graph.hpp"

#include <algorithm>
#include <array>

#include "core/arena.hpp"
#include "core/checked.hpp"
#include "core/foreign_text.hpp"
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

int Graph::add(std::string name, LayerPtr layer, std::vector<int> inputs) {
  if (inputs.empty()) inputs.push_back(size() - 1);
  if (size() >= kMaxNodes) {
    throw Error(ErrorCode::shape, "the network has more than " + std::to_string(kMaxNodes - 1) + " layers.");
  }
  if (name.empty() || find(name) >= 0) {
    throw Error(ErrorCode::usage, "layer '" + excerpt(name) + "': a layer needs a name that no other layer has.");
  }
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

int Graph::find(std::string_view name) const noexcept {
  for (int i = 0; i < size(); ++i) {
    if (node(i).name == name) return i;
  }
  return -1;
}

std::vector<std::vector<int>> Graph::consumers() const {
  std::vector<std::vector<int>> readers(nodes_.size());
  for (int i = 1; i < size(); ++i) {
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
  const bool on_image = std::all_of(node(i).inputs.begin(), node(i).inputs.end(), [](int j) { return j == 0; });
  return node(i).signature.flops * (on_image ? 1.0 : 2.0);
}

double Graph::training_flops() const noexcept {
  double total = flops();
  for (int i = 1; i < size(); ++i) total += backward_flops(i);
  return total;
}

ParamLayout::ParamLayout(const Graph& graph) {
  for (int i = 1; i < graph.size(); ++i) {
    const Node& node = graph.node(i);
    for (const ParamSpec& spec : node.signature.params) {
      ParamSlot slot{node.name + "." + spec.name, spec, 0};
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

}  // namespace fpcpu
