// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "graph/passes/passes.hpp"
#include "graph/passes/take_along.hpp"

namespace fpcpu {

namespace {

/// A batch_norm that moves into the weights of the node in front of it.
struct Fold {
  std::string weights;  // node name
  std::string norm;     // node name
  double eps = 1e-5;
};

class Folder {
 public:
  explicit Folder(const Graph& graph) : graph_(graph), rewriter_(graph) {}

  Graph run() {
    for (int i = graph_.first_layer(); i < graph_.size(); ++i) {
      if (rewriter_.done(i)) continue;
      const Node& source = graph_.node(i);
      if (source.layer->is_identity_in_inference() && !graph_.is_output(i)) {
        rewriter_.skip(i);
        continue;
      }
      Growing node{source.layer, source.inputs, {i}};
      while (take_norm(node) || take_sum(node) || take_activation_or_pool(graph_, rewriter_, Phase::inference, node)) {
      }
      rewriter_.add(i, node.layer, node.inputs, node.replaces);
    }
    return rewriter_.take();
  }

  [[nodiscard]] const std::vector<Fold>& folds() const noexcept { return folds_; }

 private:
  bool take_norm(Growing& node) {
    const auto reader = rewriter_.only_reader(node.replaces.back());
    const auto norm = reader ? graph_.node(*reader).layer->as_batch_norm() : std::nullopt;
    LayerPtr scaled = norm ? node.layer->with_scale_and_shift() : nullptr;
    if (scaled == nullptr) return false;
    folds_.push_back({graph_.node(node.replaces.front()).name, graph_.node(*reader).name, norm->epsilon});
    node.layer = std::move(scaled);
    node.replaces.push_back(*reader);
    return true;
  }

  /// An addition behind the node, if the other summand is there already.
  bool take_sum(Growing& node) {
    const auto reader = rewriter_.only_reader(node.replaces.back());
    LayerPtr sum = reader ? with_addition(*node.layer, graph_.node(*reader), Phase::inference) : nullptr;
    if (sum == nullptr) return false;
    const auto& summands = graph_.node(*reader).inputs;
    const int other = summands[0] == node.replaces.back() ? summands[1] : summands[0];
    if (!rewriter_.done(other)) return false;
    node.layer = std::move(sum);
    node.inputs.push_back(other);
    node.replaces.push_back(*reader);
    return true;
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

FoldedNetwork fold(const Graph& graph, const Params<float>& params) {
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

/// The same network with parameters of its own for every node: batch norms behind two nodes that share their weights
/// fold into them in two ways.
FoldedNetwork unshare(const Graph& graph, const Params<float>& params) {
  Rewriter rewriter(graph);
  for (int i = graph.first_layer(); i < graph.size(); ++i) {
    rewriter.add(graph.node(i).name, graph.node(i).layer, graph.node(i).inputs, {i});
  }
  FoldedNetwork own{rewriter.take(), {}};
  own.params = Params<float>(ParamLayout(own.graph));
  for (int i = graph.first_layer(); i < graph.size(); ++i) {
    for (const ParamSpec& spec : graph.node(i).signature.params) {
      const float* from = params.at(*params.layout.find(graph.node(i).owner + "." + spec.name));
      std::copy_n(from, spec.size(), own.params.at(*own.params.layout.find(graph.node(i).name + "." + spec.name)));
    }
  }
  return own;
}

}  // namespace

FoldedNetwork fold_for_inference(const Graph& trained, const Params<float>& params) {
  const Graph graph = drop_training_only(trained);
  const auto shares = [](const Node& node) { return node.layer && node.owner != node.name; };
  if (std::none_of(graph.nodes().begin(), graph.nodes().end(), shares)) return fold(graph, params);
  const FoldedNetwork own = unshare(graph, params);
  return fold(own.graph, own.params);
}

}  // namespace fpcpu
