// SPDX-License-Identifier: MIT
#include <algorithm>

#include "core/arena.hpp"
#include "fpcpu/error.hpp"
#include "graph/kept_tensors.hpp"
#include "graph/node_kernels.hpp"
#include "graph/place_tensors.hpp"
#include "graph/plan.hpp"
#include "graph/whole_batch.hpp"

namespace fpcpu {

namespace {

/// Scalars of the gradient of a node, each parameter padded to a cache line.
std::size_t gradient_size(const Signature& signature) {
  std::size_t size = 0;
  for (const ParamSpec& p : signature.params) size += p.trainable ? (p.size() + 15) / 16 * 16 : 0;
  return size;
}

class Planner {
 public:
  Planner(const Graph& graph, const PlanOptions& options, const kernels::KernelTable<float>& kernels)
      : graph_(graph), kernels_(node_kernels(graph, kernels)), readers_(graph.consumers()) {
    plan_.options = options;
    plan_.nodes.resize(static_cast<std::size_t>(graph.size()));
  }

  Plan run() {
    check_readers();
    find_gradients();
    choose_slices();
    plan_layers();
    assign_emitters();
    schedule_forward();
    if (plan_.options.training) {
      schedule_backward();
      recompute_outputs(graph_, plan_);
      convert_kept_tensors(graph_, kernels_, plan_);
    }
    choose_pieces();
    place_tensors(graph_, plan_);
    place_workspaces();
    return std::move(plan_);
  }

 private:
  NodePlan& at(int i) { return plan_.nodes[static_cast<std::size_t>(i)]; }
  const Signature& signature(int i) const { return graph_.node(i).signature; }
  const std::vector<int>& readers(int i) const { return readers_[static_cast<std::size_t>(i)]; }
  bool cuts(int i) const { return plan_.options.training && signature(i).needs.batch_sums > 0; }
  bool whole(int i) const { return plan_.nodes[static_cast<std::size_t>(i)].layer.whole_batch; }

  void check_readers() const {
    for (int i = 0; i < graph_.size(); ++i) {
      if (!readers(i).empty() || graph_.is_output(i)) continue;
      throw Error(ErrorCode::shape, (i < graph_.first_layer() ? "input '" : "layer '") + graph_.node(i).name +
                                        "' is read by no other layer and is not an output.");
    }
    if (plan_.options.training || graph_.first_layer() == 1) return;
    throw Error(ErrorCode::shape, "the network reads '" + graph_.node(1).name + "', which exists in training only.");
  }

  /// A gradient is of use where something trains, and exists where an output is behind without stop_gradient between.
  void find_gradients() {
    needs_gradient_.assign(plan_.nodes.size(), 0);
    std::vector<std::uint8_t> has_gradient(plan_.nodes.size(), 0);
    for (int i = graph_.size() - 1; i >= 0; --i) {
      has_gradient[static_cast<std::size_t>(i)] =
          graph_.is_output(i) || std::any_of(readers(i).begin(), readers(i).end(), [&](int reader) {
            return has_gradient[static_cast<std::size_t>(reader)] != 0 && !signature(reader).stops_gradient;
          });
    }
    for (int i = graph_.first_layer(); i < graph_.size(); ++i) {
      const auto& node = graph_.node(i);
      const bool trains = std::any_of(node.signature.params.begin(), node.signature.params.end(),
                                      [](const ParamSpec& p) { return p.trainable; });
      const bool passes = !node.signature.stops_gradient &&
                          std::any_of(node.inputs.begin(), node.inputs.end(), [&](int j) { return needs(j); });
      needs_gradient_[static_cast<std::size_t>(i)] = has_gradient[static_cast<std::size_t>(i)] && (trains || passes);
      for (const int j : node.inputs) at(i).dx_needed.push_back(needs(j) && !node.signature.stops_gradient);
      at(i).dx_beta.assign(node.inputs.size(), 0);
    }
  }
  bool needs(int i) const { return needs_gradient_[static_cast<std::size_t>(i)] != 0; }

  /// Which layers see the whole batch, and the slices that the others see.
  void choose_slices() {
    for (int i = graph_.first_layer(); i < graph_.size(); ++i) at(i).layer.whole_batch = sees_whole_batch(graph_, i);
    const PlanOptions& o = plan_.options;
    if (o.training) {
      for (int i = graph_.first_layer(); i < graph_.size(); ++i) {
        (whole(i) ? plan_.gradient_shared : plan_.gradient_row) += gradient_size(signature(i));
      }
      const std::size_t row = plan_.gradient_row * sizeof(float);
      plan_.slice_count = std::max(1, o.max_slices);
      while (plan_.slice_count > 2 && row * static_cast<std::size_t>(plan_.slice_count) > o.row_bytes)
        plan_.slice_count /= 2;
    }
    plan_.slices = plan_.slices_of(o.batch);
  }

  void plan_layers() {
    for (int i = graph_.first_layer(); i < graph_.size(); ++i) {
      const auto shapes = graph_.input_shapes(i);
      const PlanRequest request{.in = shapes,
                                .samples = whole(i) ? plan_.options.batch : plan_.max_slice(),
                                .training = plan_.options.training,
                                .whole_batch = whole(i)};
      at(i).layer = graph_.node(i).layer->plan(request, *kernels_[static_cast<std::size_t>(i)]);
    }
  }

  bool emits_sums(int i) const {
    const LayerAllows& allows = signature(i).allows;
    return allows.emits_sums && !(whole(i) && allows.parts == Parts::columns);
  }

  /// A batch-wide node whose producer can add up its own output while it is hot needs no pass of its own for that.
  void assign_emitters() {
    for (int i = graph_.first_layer(); i < graph_.size(); ++i) {
      if (!cuts(i)) continue;
      const int producer = graph_.node(i).inputs.front();
      if (producer >= graph_.first_layer() && emits_sums(producer) && at(producer).sums_of < 0) {
        at(producer).sums_of = i;
        at(i).emitted_by_producer = true;
      }
    }
  }

  /// Adds a step to a segment and returns the first segment that can use what it made.
  int append(int segment, Step step) {
    const bool is_whole = step.kind != StepKind::loss && whole(step.node);
    (is_whole ? segment_at(segment).whole : segment_at(segment).steps).push_back(step);
    return is_whole ? segment + 1 : segment;
  }
  Segment& segment_at(int segment) {
    const auto s = static_cast<std::size_t>(segment);
    if (plan_.segments.size() <= s) plan_.segments.resize(s + 1);
    return plan_.segments[s];
  }

  void schedule_forward() {
    std::vector<int> level(plan_.nodes.size(), 0);
    for (int i = graph_.first_layer(); i < graph_.size(); ++i) {
      int segment = 0;
      for (const int j : graph_.node(i).inputs) segment = std::max(segment, level[static_cast<std::size_t>(j)]);
      if (cuts(i)) {
        if (!at(i).emitted_by_producer) append(segment, {StepKind::forward_sums, i});
        segment_at(segment).merge_forward.push_back(i);
        ++segment;
      }
      level[static_cast<std::size_t>(i)] = append(segment, {StepKind::forward, i});
    }
    for (const Output& o : graph_.outputs())
      last_forward_ = std::max(last_forward_, level[static_cast<std::size_t>(o.node)]);
  }

  void schedule_backward() {
    append(last_forward_, {StepKind::loss, graph_.output()});
    std::vector<int> level(plan_.nodes.size(), last_forward_);
    for (int i = graph_.size() - 1; i >= graph_.first_layer(); --i) {
      if (!needs(i)) continue;
      int segment = last_forward_;
      for (const int j : readers(i)) segment = std::max(segment, level[static_cast<std::size_t>(j)]);
      if (cuts(i)) {
        append(segment, {StepKind::backward_sums, i});
        segment_at(segment).merge_backward.push_back(i);
        ++segment;
      }
      level[static_cast<std::size_t>(i)] = append(segment, {StepKind::backward, i});
    }
  }

  /// Few samples at a time keep tensors in the caches; but weights are read once per piece, so a piece should not be
  /// smaller than those.
  void choose_pieces() {
    for (Segment& segment : plan_.segments) {
      std::size_t tensor = 1;
      std::size_t weights = 0;
      bool whole_slices = false;
      for (const Step& step : segment.steps) {
        const Signature& sig = signature(step.node);
        tensor = std::max(tensor, sig.out.size() * sizeof(float));
        for (const int j : graph_.node(step.node).inputs) {
          tensor = std::max(tensor, signature(j).out.size() * sizeof(float));
        }
        weights = std::max(weights, at(step.node).layer.prepared * sizeof(float));
        whole_slices =
            whole_slices || (step.kind == StepKind::backward && !sig.params.empty() && !sig.allows.adds_gradients);
      }
      const std::size_t piece = plan_.options.piece_bytes;
      const std::size_t fitting = piece == 0 ? 1 : std::max(piece, weights) / tensor;
      const auto slice = static_cast<std::size_t>(plan_.max_slice());
      const std::size_t most = whole_slices ? slice : std::clamp<std::size_t>(fitting, 1, slice);
      const std::size_t pieces = (slice + most - 1) / most;
      segment.samples = static_cast<int>((slice + pieces - 1) / pieces);
    }
  }

  void place_workspaces() {
    std::size_t scratch = 0;
    for (int i = graph_.first_layer(); i < graph_.size(); ++i) {
      at(i).prepared_offset = plan_.prepared_size;
      plan_.prepared_size += (at(i).layer.prepared + 15) / 16 * 16;
      scratch = std::max(scratch, at(i).layer.scratch * sizeof(float));
      at(i).sums_offset = plan_.sums_size;
      at(i).stats_offset = plan_.stats_size;
      if (cuts(i)) {
        plan_.sums_size += signature(i).needs.batch_sums;
        plan_.stats_size += (signature(i).needs.batch_stats + 15) / 16 * 16;
      }
    }
    plan_.worker_bytes = plan_.scratch_offset + align_up(scratch);
  }

  const Graph& graph_;
  std::vector<const kernels::KernelTable<float>*> kernels_;
  std::vector<std::vector<int>> readers_;
  std::vector<std::uint8_t> needs_gradient_;
  int last_forward_ = 0;
  Plan plan_;
};

}  // namespace

std::size_t Plan::bytes(int threads) const {
  // The limits of a graph keep each factor so small that no sum or product here leaves its type.
  const std::size_t rows = static_cast<std::size_t>(slices.count());
  const std::size_t gradients = options.training ? rows * gradient_row + gradient_shared : 0;
  return batch_bytes + static_cast<std::size_t>(threads) * worker_bytes +
         (prepared_size + stats_size + gradients) * sizeof(float) + 2 * (rows + 1) * sums_size * sizeof(double);
}

Plan make_plan(const Graph& graph, const PlanOptions& options, const kernels::KernelTable<float>& kernels) {
  return Planner(graph, options, kernels).run();
}

}  // namespace fpcpu
