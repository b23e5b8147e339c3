// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "graph/passes/norm_act_pool.hpp"
#include "graph/passes/passes.hpp"

namespace fpcpu {

namespace {

/// A batch_norm that moves into the weights of the node in front of it.
struct Fold {
  std::string weights;  // node name
  std::string norm;     // node name
  double eps = 1e-5;
};

bool has_weights(std::string_view kind) noexcept {
  return kind == "conv2d" || kind == "depthwise_conv2d" || kind == "dense";
}

/// Layers with weights and additions can end in any.
bool any_activation(std::string_view) noexcept { return true; }

class Folder {
 public:
  explicit Folder(const Graph& graph) : graph_(graph), rewriter_(graph) {}

  Graph run() {
    for (int i = 1; i < graph_.size(); ++i) {
      if (rewriter_.done(i)) continue;
      const std::string_view kind = graph_.node(i).layer->kind();
      if (kind == "dropout" && i != graph_.output()) {
        rewriter_.skip(i);
      } else if (has_weights(kind)) {
        fold_into_weights(i);
      } else if (kind == "add") {
        fuse_activation_into_add(i);
      } else if (!fuse_norm_act_pool(graph_, rewriter_, i)) {
        rewriter_.copy(i);
      }
    }
    return rewriter_.take();
  }

  [[nodiscard]] const std::vector<Fold>& folds() const noexcept { return folds_; }

 private:
  void fold_into_weights(int i) {
    const Node& node = graph_.node(i);
    if (node.inputs.size() > 1) {  // a residual would have to be scaled as well
      rewriter_.copy(i);
      return;
    }
    Attributes attributes = node.layer->describe();
    std::vector<int> replaces = {i};
    std::vector<int> inputs = node.inputs;
    if (text_attribute(*node.layer, "activation", "none") == "none") {
      if (const auto norm = rewriter_.only_reader(replaces.back(), "batch_norm")) {
        folds_.push_back(
            {node.name, graph_.node(*norm).name, std::get<double>(attribute(*graph_.node(*norm).layer, "eps", 1e-5))});
        attributes.set("bias", true);
        replaces.push_back(*norm);
      }
      if (add_residual(attributes, inputs, replaces)) {
        rewriter_.add(node.name, make_layer("conv2d", attributes, node.name), inputs, replaces);
        return;
      }
      take_activation(graph_, rewriter_, replaces.back(), any_activation, attributes, replaces);
    }
    if (node.layer->kind() == "conv2d") {
      if (const auto pool = rewriter_.only_reader(replaces.back(), "max_pool")) {
        set_pool(attributes, *graph_.node(*pool).layer);
        replaces.push_back(*pool);
      }
    }
    rewriter_.add(node.name, make_layer(node.layer->kind(), attributes, node.name), inputs, replaces);
  }

  /// An addition behind a convolution, if the other summand is there already, with the activation behind it.
  bool add_residual(Attributes& attributes, std::vector<int>& inputs, std::vector<int>& replaces) {
    const auto add = rewriter_.only_reader(replaces.back());
    if (graph_.node(replaces.front()).layer->kind() != "conv2d" || !add || graph_.node(*add).layer->kind() != "add") {
      return false;
    }
    const auto& summands = graph_.node(*add).inputs;
    const int other = summands[0] == replaces.back() ? summands[1] : summands[0];
    if (!rewriter_.done(other)) return false;
    if (!residual_can_end_in(text_attribute(*graph_.node(*add).layer, "activation", "none"))) return false;
    attributes.set("residual", true);
    inputs.push_back(other);
    replaces.push_back(*add);
    take_activation_of_add(graph_, rewriter_, *add, attributes, replaces);
    return true;
  }

  void fuse_activation_into_add(int i) {
    const Node& node = graph_.node(i);
    Attributes attributes = node.layer->describe();
    std::vector<int> replaces = {i};
    if (text_attribute(*node.layer, "activation", "none") == "none") {
      take_activation(graph_, rewriter_, i, any_activation, attributes, replaces);
    }
    rewriter_.add(node.name, make_layer("add", attributes, node.name), node.inputs, replaces);
  }

  const Graph& graph_;
  Rewriter rewriter_;
  std::vector<Fold> folds_;
};

const ParamSlot& slot_of(const Params<float>& params, const std::string& node, const char* name) {
  return *params.layout.find(node + "." + name);
}

void apply(const Fold& fold, const Params<float>& from, Params<float>& to) {
  const ParamSlot& weight = slot_of(to, fold.weights, "weight");
  const ParamSlot& bias = slot_of(to, fold.weights, "bias");
  const float* gamma = from.at(slot_of(from, fold.norm, "gamma"));
  const float* beta = from.at(slot_of(from, fold.norm, "beta"));
  const float* mean = from.at(slot_of(from, fold.norm, "running_mean"));
  const float* var = from.at(slot_of(from, fold.norm, "running_var"));
  const std::size_t channels = bias.spec.size();
  const std::size_t rows = weight.spec.size() / channels;
  float* w = to.at(weight);
  float* b = to.at(bias);
  for (std::size_t k = 0; k < channels; ++k) {
    const double s = static_cast<double>(gamma[k]) / std::sqrt(static_cast<double>(var[k]) + fold.eps);
    for (std::size_t r = 0; r < rows; ++r) {
      w[r * channels + k] = static_cast<float>(s * static_cast<double>(w[r * channels + k]));
    }
    b[k] = static_cast<float>(s * (static_cast<double>(b[k]) - static_cast<double>(mean[k])) +
                              static_cast<double>(beta[k]));
  }
}

}  // namespace

FoldedNetwork fold_for_inference(const Graph& graph, const Params<float>& params) {
  Folder folder(graph);
  Graph folded = folder.run();
  Params<float> values{ParamLayout(folded)};
  for (const ParamSlot& slot : values.layout.slots()) {
    // A bias that exists only because of a fold starts at zero.
    if (const ParamSlot* old = params.layout.find(slot.name)) {
      std::copy_n(params.at(*old), slot.spec.size(), values.at(slot));
    }
  }
  for (const Fold& fold : folder.folds()) apply(fold, params, values);
  return {std::move(folded), std::move(values)};
}

}  // namespace fpcpu
