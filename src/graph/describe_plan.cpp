// SPDX-License-Identifier: MIT
#include <array>
#include <cstdio>

#include "core/foreign_text.hpp"
#include "graph/plan.hpp"
#include "graph/step_cost.hpp"

namespace fpcpu {

namespace {

constexpr double kMega = 1048576.0;

template <class... Values>
std::string line(const char* format, Values... values) {
  std::array<char, 256> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  std::string result(text.data());
  result.erase(result.find_last_not_of(' ') + 1);
  return result + "\n";
}

const char* place_name(Place place) {
  switch (place) {
    case Place::absent:
      return "-";
    case Place::input:
      return "input";
    case Place::batch:
      return "batch";
    case Place::worker:
      return "worker";
  }
  return "";
}

std::string head(const Graph& graph, const Plan& plan, const ParamLayout& layout) {
  const PlanOptions& o = plan.options;
  return line("%s, batch %d in %d slices, %zu segments", o.training ? "training" : "inference", o.batch,
              plan.slices.count(), plan.segments.size()) +
         line("%.1f MFLOP per image %s, %zu parameters", (o.training ? graph.training_flops() : graph.flops()) / 1e6,
              o.training ? "(forward and both gradients)" : "", layout.parameter_count());
}

std::string memory(const Plan& plan) {
  const auto megabytes = [](std::size_t bytes) { return static_cast<double>(bytes) / kMega; };
  const std::size_t gradients =
      static_cast<std::size_t>(plan.slices.count()) * plan.gradient_row + plan.gradient_shared;
  const std::size_t sums = 2 * plan.sums_size * static_cast<std::size_t>(plan.slices.count() + 1) * sizeof(double) +
                           plan.stats_size * sizeof(float);
  return "memory, MB\n" + line("  tensors of the batch      %8.1f", megabytes(plan.batch_bytes)) +
         line("  tensors of each thread    %8.1f", megabytes(plan.scratch_offset)) +
         line("  scratch of each thread    %8.1f", megabytes(plan.worker_bytes - plan.scratch_offset)) +
         line("  gradients                 %8.1f", megabytes(gradients * sizeof(float))) +
         line("  packed weights            %8.1f", megabytes(plan.prepared_size * sizeof(float))) +
         line("  sums and statistics       %8.1f", megabytes(sums));
}

std::string traffic(const char* title, const Traffic& t) {
  return line("  %-25s %8.1f  %9.1f %9.1f %9.1f", title, t.total() / kMega, t.tensors / kMega, t.weights / kMega,
              t.gradients / kMega);
}

/// What the step is about: the output, or its gradient.
const TensorPlan& tensor_of(const NodePlan& node, const Step& step) {
  switch (step.kind) {
    case StepKind::recompute:
      return node.again;
    case StepKind::backward_sums:
    case StepKind::backward:
      return step.kept_dy ? node.kept_dy : node.dy;
    case StepKind::convert:
      return step.kept_dy ? node.kept_dy : node.kept_y;
    default:
      return node.y;
  }
}

const char* name_of(kernels::ConvAlgorithm algorithm) {
  switch (algorithm) {
    case kernels::ConvAlgorithm::best:
      return "best";
    case kernels::ConvAlgorithm::direct:
      return "direct";
    case kernels::ConvAlgorithm::winograd2:
      return "F(2x2)";
    case kernels::ConvAlgorithm::winograd4:
      return "F(4x4)";
    case kernels::ConvAlgorithm::direct_bf16:
      return "direct bf16";
    case kernels::ConvAlgorithm::winograd2_bf16:
      return "F(2x2) bf16";
    case kernels::ConvAlgorithm::winograd4_bf16:
      return "F(4x4) bf16";
  }
  return "";
}

/// Of the passes of a convolution that a step runs; empty for other layers.
std::string algorithms(const NodePlan& node, const Step& step) {
  using enum kernels::ConvPass;
  if (!node.layer.conv) return {};
  const ConvPlan& conv = *node.layer.conv;
  if (step.kind == StepKind::forward) return name_of(conv.algorithm(forward));
  if (step.kind != StepKind::backward) return {};
  std::string text = std::string("dw ") + name_of(conv.algorithm(backward_weights));
  if (node.dx_needed.front() != 0) text += std::string(", dx ") + name_of(conv.algorithm(backward_data));
  return text;
}

std::string step_line(const Graph& graph, const Plan& plan, const Step& step, const StepCost& cost) {
  const Node& node = graph.node(step.node);
  const NodePlan& node_plan = plan.nodes[static_cast<std::size_t>(step.node)];
  const TensorPlan& tensor = tensor_of(node_plan, step);
  std::string note = algorithms(node_plan, step);
  if (step.kind == StepKind::forward && node_plan.sums_of >= 0) {
    note += (note.empty() ? "+ sums for " : " + sums for ") + printable(graph.node(node_plan.sums_of).name);
  }
  const bool whole = step.kind != StepKind::loss && node_plan.layer.whole_batch;
  return line("  %-13s %-14s %-18s %-12s %9.2f %9.1f %-4s %9.1f  %-7s %-12s %s", to_string(step.kind),
              printable(node.name).c_str(), std::string(node.layer->kind()).c_str(),
              to_string(node.signature.out).c_str(), cost.flops / plan.options.batch / 1e6,
              static_cast<double>(tensor.bytes_per_sample) / 1024.0, to_string(tensor.storage.type),
              cost.traffic.total() / kMega, place_name(tensor.place), whole ? "whole batch" : "slices", note.c_str());
}

}  // namespace

std::string describe_plan(const Graph& graph, const Plan& plan, const ParamLayout& layout) {
  std::string text = head(graph, plan, layout) + "\n" + memory(plan) + "\n";
  text += line("  %-13s %-14s %-18s %-12s %9s %9s %-4s %9s  %-7s %-12s %s", "step", "node", "layer", "output", "MFLOP",
               "KB/image", "type", "MB moved", "memory", "samples", "algorithm");
  Traffic steps;
  for (std::size_t s = 0; s < plan.segments.size(); ++s) {
    const Segment& segment = plan.segments[s];
    text += "segment " + std::to_string(s + 1);
    if (!segment.steps.empty()) text += ", " + std::to_string(segment.samples) + " at a time";
    text += "\n";
    const auto tell = [&](const Step& step) {
      const StepCost cost = cost_of(graph, plan, step);
      steps += cost.traffic;
      text += step_line(graph, plan, step, cost);
    };
    for (const Step& step : segment.steps) tell(step);
    for (const auto* merges : {&segment.merge_forward, &segment.merge_backward}) {
      for (const int i : *merges) text += "  merge         " + printable(graph.node(i).name) + "\n";
    }
    for (const Step& step : segment.whole) tell(step);
  }
  const Traffic batch = batch_traffic(plan, layout);
  text += "\nmoved, MB of a batch (read and written)\n" +
          line("  %-25s %8s  %9s %9s %9s", "", "all", "tensors", "weights", "gradients") +
          traffic("steps above", steps);
  if (plan.options.training) text += traffic("packing, summing of rows", batch);
  Traffic sum = steps;
  sum += batch;
  return text + traffic("together", sum) +
         line("  %-25s %8.2f", "of one image", sum.total() / plan.options.batch / kMega);
}

}  // namespace fpcpu
