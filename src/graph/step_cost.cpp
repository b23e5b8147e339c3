// SPDX-License-Identifier: MIT
#include "graph/step_cost.hpp"

namespace fpcpu {

namespace {

/// Sizes of what a step touches.
class StepTraffic {
 public:
  StepTraffic(const Graph& graph, const Plan& plan, const Step& step)
      : plan_(plan),
        step_(step),
        node_(graph.node(step.node)),
        own_(at(step.node)),
        batch_(static_cast<double>(plan.options.batch)),
        calls_(own_.layer.whole_batch ? 1.0 : static_cast<double>(plan.slices.count())) {}

  [[nodiscard]] Traffic forward_sums() const { return {.tensors = batch_ * inputs()}; }

  [[nodiscard]] Traffic forward() const {
    return {.tensors = batch_ * (inputs() + bytes(own_.y) + bytes(own_.saved)), .weights = calls_ * params(false)};
  }

  [[nodiscard]] Traffic recompute() const { return {.tensors = batch_ * (inputs() + bytes(own_.again))}; }

  [[nodiscard]] Traffic convert() const {
    return {.tensors =
                batch_ * (step_.kept_dy ? bytes(own_.dy) + bytes(own_.kept_dy) : bytes(own_.y) + bytes(own_.kept_y))};
  }

  /// Predictions and targets are of one size.
  [[nodiscard]] Traffic loss(const Graph& graph) const {
    Traffic t;
    for (const Output& o : graph.outputs()) t.tensors += batch_ * (2 * bytes(at(o.node).y) + bytes(at(o.node).dy));
    return t;
  }

  [[nodiscard]] Traffic backward_sums() const { return {.tensors = batch_ * kept()}; }

  [[nodiscard]] Traffic backward() const {
    Traffic t{.tensors = batch_ * kept(), .gradients = calls_ * params(true)};
    bool passes_on = false;
    for (std::size_t k = 0; k < node_.inputs.size(); ++k) {
      if (own_.dx_needed[k] == 0) continue;
      passes_on = true;
      // A later writer reads what the first one wrote.
      t.tensors += batch_ * (own_.dx_beta[k] != 0 ? 2.0 : 1.0) * bytes(at(node_.inputs[k]).dy);
    }
    if (passes_on) t.weights = calls_ * params(false);
    return t;
  }

 private:
  [[nodiscard]] const NodePlan& at(int node) const { return plan_.nodes[static_cast<std::size_t>(node)]; }
  [[nodiscard]] static double bytes(const TensorPlan& t) { return static_cast<double>(t.bytes_per_sample); }

  [[nodiscard]] double inputs() const {
    double sum = 0;
    for (std::size_t k = 0; k < node_.inputs.size(); ++k) {
      const NodePlan& input = at(node_.inputs[k]);
      sum += bytes(form_read(step_, k, input.recomputed, input));
    }
    return sum;
  }
  /// What both backward passes read.
  [[nodiscard]] double kept() const {
    const Keep keep = node_.signature.needs.keep;
    return bytes(step_.kept_dy ? own_.kept_dy : own_.dy) + bytes(own_.saved) +
           (keeps_output(keep) ? bytes(own_.y) : 0) + (keeps_input(keep) ? inputs() : 0);
  }
  [[nodiscard]] double params(bool only_trainable) const {
    double sum = 0;
    for (const ParamSpec& p : node_.signature.params) {
      if (p.trainable || !only_trainable) sum += static_cast<double>(p.size() * sizeof(float));
    }
    return sum;
  }

  const Plan& plan_;
  const Step& step_;
  const Node& node_;
  const NodePlan& own_;
  double batch_;
  double calls_;  // that read all weights of the node
};

}  // namespace

StepCost cost_of(const Graph& graph, const Plan& plan, const Step& step) {
  const StepTraffic traffic(graph, plan, step);
  const double batch = plan.options.batch;
  switch (step.kind) {
    case StepKind::forward_sums:
      return {0, traffic.forward_sums()};
    case StepKind::forward:
      return {batch * graph.node(step.node).signature.flops, traffic.forward()};
    case StepKind::convert:
      return {0, traffic.convert()};
    case StepKind::loss:
      return {0, traffic.loss(graph)};
    case StepKind::recompute:
      return {0, traffic.recompute()};
    case StepKind::backward_sums:
      return {0, traffic.backward_sums()};
    case StepKind::backward:
      return {batch * graph.backward_flops(step.node), traffic.backward()};
  }
  return {};
}

Traffic batch_traffic(const Plan& plan, const ParamLayout& layout) {
  if (!plan.options.training) return {};
  const auto bytes = [](std::size_t scalars) { return static_cast<double>(scalars * sizeof(float)); };
  const double all = bytes(layout.trainable_size());
  return {.tensors = 0,
          .weights = all + bytes(plan.prepared_size),
          .gradients = plan.slices.count() * bytes(plan.gradient_row) + bytes(plan.gradient_shared) + all};
}

}  // namespace fpcpu
