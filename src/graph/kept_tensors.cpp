// SPDX-License-Identifier: MIT
#include "graph/kept_tensors.hpp"

#include <algorithm>

namespace fpcpu {

namespace {

/// Calls body(segment, position, step, is_whole) in the order of the plan.
template <class Body>
void for_each_step(Plan& plan, const Body& body) {
  for (std::size_t s = 0; s < plan.segments.size(); ++s) {
    Segment& segment = plan.segments[s];
    for (auto* steps : {&segment.steps, &segment.whole}) {
      for (std::size_t p = 0; p < steps->size(); ++p) {
        body(static_cast<int>(s), static_cast<int>(p), (*steps)[p], steps == &segment.whole);
      }
    }
  }
}

void insert(Plan& plan, int segment, int position, Step step) {
  auto& steps = plan.segments[static_cast<std::size_t>(segment)].steps;
  steps.insert(steps.begin() + position, step);
}

long reads_as_input(const Graph& graph, const Step& step, int node) {
  const auto& inputs = graph.node(step.node).inputs;
  return std::count(inputs.begin(), inputs.end(), node);
}

/// True if the step reads the output of `node` as forward made it.
bool reads_output(const Graph& graph, const Plan& plan, const Step& step, int node) {
  const bool as_input = reads_as_input(graph, step, node) > 0;
  const Keep keep = graph.node(step.node).signature.needs.keep;
  switch (step.kind) {
    case StepKind::forward_sums:
    case StepKind::forward:
    case StepKind::recompute:
      return as_input;
    case StepKind::loss:
      return graph.is_output(node);
    case StepKind::convert:
      return step.node == node && !step.kept_dy;
    case StepKind::backward_sums:
    case StepKind::backward:
      return !plan.nodes[static_cast<std::size_t>(node)].recomputed &&
             ((as_input && keeps_input(keep)) || (step.node == node && keeps_output(keep)));
  }
  return false;
}

/// Where steps of interest are.
struct Steps {
  int segment = -1;  // of the first; -1: there are none
  int first = 0;     // positions in that segment
  int last = 0;
  bool elsewhere = false;  // some are in other segments, or see the whole batch
  void add(int s, int p, bool whole) {
    if (segment < 0) segment = s, first = p;
    elsewhere = elsewhere || whole || segment != s;
    if (segment == s) last = p;
  }
};

using NodeKernels = std::vector<const kernels::KernelTable<float>*>;

void convert_output(const Graph& graph, const NodeKernels& kernels, Plan& plan, int node) {
  Steps made;
  bool possible = !plan.nodes[static_cast<std::size_t>(node)].layer.whole_batch;
  Storage storage;
  std::vector<Step*> later;
  for_each_step(plan, [&](int segment, int position, Step& step, bool whole) {
    if (step.kind == StepKind::forward && step.node == node) made.add(segment, position, whole);
    if (!reads_output(graph, plan, step, node) || segment == made.segment) return;
    const Node& reader = graph.node(step.node);
    storage = kernels[static_cast<std::size_t>(step.node)]->kept;
    possible = possible && step.kind != StepKind::forward_sums && reader.signature.allows.reads_kept &&
               storage.type != DataType::fp32 && reader.inputs.front() == node &&
               reads_as_input(graph, step, node) == 1;
    later.push_back(&step);
  });
  if (!possible || later.empty()) return;
  for (Step* step : later) step->kept_x = true;
  insert(plan, made.segment, made.last + 1, {StepKind::convert, node});
  plan.nodes[static_cast<std::size_t>(node)].kept_y.storage = storage;
}

void convert_gradient(const Graph& graph, Plan& plan, int node) {
  const Signature& signature = graph.node(node).signature;
  if (!signature.allows.reads_kept || graph.node(node).inputs.size() > 1) return;
  Steps made;
  Step* reader = nullptr;
  int read = -1;
  for_each_step(plan, [&](int segment, int position, Step& step, bool whole) {
    const bool writes = step.kind == StepKind::backward && reads_as_input(graph, step, node) > 0;
    const bool sums = step.kind == StepKind::backward_sums && step.node == node;
    if (writes || sums) made.add(segment, position, whole);
    if (step.kind == StepKind::backward && step.node == node) reader = &step, read = segment;
  });
  if (reader == nullptr || !reader->kept_x || made.segment < 0 || made.elsewhere || read == made.segment) return;
  reader->kept_dy = true;
  insert(plan, made.segment, made.last + 1, {.kind = StepKind::convert, .node = node, .kept_dy = true});
  const int input = graph.node(node).inputs.front();
  plan.nodes[static_cast<std::size_t>(node)].kept_dy.storage =
      plan.nodes[static_cast<std::size_t>(input)].kept_y.storage;
}

}  // namespace

void recompute_outputs(const Graph& graph, Plan& plan) {
  for (int i = graph.first_layer(); i < graph.size(); ++i) {
    if (!graph.node(i).signature.allows.recomputable) continue;
    Steps forward;
    Steps backward;
    for_each_step(plan, [&](int segment, int position, Step& step, bool whole) {
      const bool makes = step.kind == StepKind::forward && step.node == i;
      if (!makes && !reads_output(graph, plan, step, i)) return;
      (is_backward(step) ? backward : forward).add(segment, position, whole);
    });
    if (forward.elsewhere || backward.elsewhere || backward.segment <= forward.segment) continue;
    insert(plan, backward.segment, backward.first, {StepKind::recompute, i});
    plan.nodes[static_cast<std::size_t>(i)].recomputed = true;
  }
}

void convert_kept_tensors(const Graph& graph, const NodeKernels& kernels, Plan& plan) {
  for (int i = graph.first_layer(); i < graph.size(); ++i) {
    if (!graph.is_output(i)) convert_output(graph, kernels, plan, i);
  }
  for (int i = graph.first_layer(); i < graph.size(); ++i) {
    if (!graph.is_output(i)) convert_gradient(graph, plan, i);
  }
}

}  // namespace fpcpu
