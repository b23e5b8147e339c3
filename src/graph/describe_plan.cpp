#include <algorithm>
#include <array>
#include <cstdio>

#include "graph/plan.hpp"

namespace fpcpu {

namespace {

std::string row(const char* step, const std::string& name, const std::string& kind, const std::string& out,
                double mflop, double kilobytes, const std::string& place, const std::string& note) {
  std::array<char, 256> line{};
  std::snprintf(line.data(), line.size(), "  %-13s %-14s %-18s %-12s %9.2f %9.1f  %-7s %s", step, name.c_str(),
                kind.c_str(), out.c_str(), mflop, kilobytes, place.c_str(), note.c_str());
  std::string text(line.data());
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
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

}  // namespace

std::string describe_plan(const Graph& graph, const Plan& plan, const ParamLayout& layout) {
  std::array<char, 512> head{};
  const double rows = plan.options.training ? plan.slices.count() : 0;
  std::snprintf(head.data(), head.size(),
                "%s, batch %d in %d slices, %zu segments\n"
                "%.1f MFLOP per image %s, %zu parameters\n"
                "memory: %.1f MB for the batch, %.1f MB per thread, %.1f MB gradient rows\n\n"
                "  %-13s %-14s %-18s %-12s %9s %9s  %-7s %s\n",
                plan.options.training ? "training" : "inference", plan.options.batch, plan.slices.count(),
                plan.segments.size(), (plan.options.training ? graph.training_flops() : graph.flops()) / 1e6,
                plan.options.training ? "(forward and both gradients)" : "", layout.parameter_count(),
                static_cast<double>(plan.batch_bytes) / 1048576.0, static_cast<double>(plan.worker_bytes) / 1048576.0,
                rows * static_cast<double>(layout.trainable_size()) * 4.0 / 1048576.0, "step", "node", "layer",
                "output", "MFLOP", "KB/image", "memory", "");
  std::string text(head.data());
  for (std::size_t s = 0; s < plan.segments.size(); ++s) {
    const Segment& segment = plan.segments[s];
    text += "segment " + std::to_string(s + 1) + "\n";
    for (const Step& step : segment.steps) {
      const auto i = static_cast<std::size_t>(step.node);
      const Node& node = graph.node(step.node);
      const NodePlan& node_plan = plan.nodes[i];
      const bool backward = step.kind == StepKind::backward || step.kind == StepKind::backward_sums;
      const bool counts = step.kind == StepKind::forward || step.kind == StepKind::backward;
      std::string note;
      if (step.kind == StepKind::forward && node_plan.sums_of >= 0)
        note = "+ sums for " + graph.node(node_plan.sums_of).name;
      // No data gradient flows into the image.
      const bool on_image = std::all_of(node.inputs.begin(), node.inputs.end(), [](int j) { return j == 0; });
      const double flops = counts ? node.signature.flops * (backward && !on_image ? 2.0 : 1.0) : 0.0;
      const TensorPlan& tensor = backward ? node_plan.dy : node_plan.y;
      text += row(to_string(step.kind), node.name, std::string(node.layer->kind()), to_string(node.signature.out),
                  flops / 1e6, static_cast<double>(tensor.bytes_per_sample) / 1024.0, place_name(tensor.place), note);
    }
    for (const auto* merges : {&segment.merge_forward, &segment.merge_backward}) {
      for (const int i : *merges) text += "  merge         " + graph.node(i).name + "\n";
    }
  }
  return text;
}

}  // namespace fpcpu
