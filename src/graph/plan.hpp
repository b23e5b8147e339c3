// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/data_type.hpp"
#include "core/slices.hpp"
#include "graph/graph.hpp"

namespace fpcpu {

enum class StepKind : std::uint8_t { forward_sums, forward, loss, recompute, backward_sums, backward, convert };

[[nodiscard]] constexpr const char* to_string(StepKind kind) noexcept {
  switch (kind) {
    case StepKind::forward_sums:
      return "forward sums";
    case StepKind::forward:
      return "forward";
    case StepKind::loss:
      return "loss";
    case StepKind::recompute:
      return "recompute";
    case StepKind::backward_sums:
      return "backward sums";
    case StepKind::backward:
      return "backward";
    case StepKind::convert:
      return "convert";
  }
  return "";
}

/// One call of one layer on one slice, or the conversion of what layers made into the form that is kept.
struct Step {
  StepKind kind = StepKind::forward;
  int node = 0;
  bool kept_x = false;   // reads its first input from NodePlan::kept_y
  bool kept_dy = false;  // reads the gradient of its output from NodePlan::kept_dy; a conversion: makes it, not kept_y
};

/// True of what comes behind the loss.
[[nodiscard]] constexpr bool is_backward(const Step& step) noexcept {
  switch (step.kind) {
    case StepKind::recompute:
    case StepKind::backward_sums:
    case StepKind::backward:
      return true;
    case StepKind::convert:
      return step.kept_dy;
    default:
      return false;
  }
}

/// The form of its input k that a step reads, of the forms `y`, `again` and `kept_y` of the node that makes it: what it
/// needs of them is the caller's business (NodePlan has where they are, the planner when they live).
/// @param recomputed  NodePlan::recomputed of that node
template <class Forms>
[[nodiscard]] constexpr auto& form_read(const Step& step, std::size_t k, bool recomputed, Forms& forms) noexcept {
  if (k == 0 && step.kept_x) return forms.kept_y;
  const bool backward = step.kind == StepKind::backward_sums || step.kind == StepKind::backward;
  return backward && recomputed ? forms.again : forms.y;
}

/// Steps that a slice runs one after the other without waiting for other slices. After all slices are through, the
/// batch-wide sums of the listed nodes are merged (BatchSums), and layers that see the whole batch run, each cut by
/// its columns or channels. A segment without steps merges what such layers before it have summed.
struct Segment {
  std::vector<Step> steps;
  int samples = 1;  // of a slice that go through the steps together, so that what one step writes the next finds near
  std::vector<int> merge_forward;
  std::vector<int> merge_backward;
  std::vector<Step> whole;
};

/// Where a tensor lives. `worker` tensors never outlive a segment and exist once per thread and slice in flight.
enum class Place : std::uint8_t { absent, input, batch, worker };

struct TensorPlan {
  Place place = Place::absent;
  Storage storage;
  std::size_t offset = 0;  // bytes, in the arena of its place
  std::size_t bytes_per_sample = 0;
  int first = 0;  // lifetime: segments for `batch`, positions of steps for `worker`
  int last = 0;
};

struct NodePlan {
  LayerPlan layer;    // handed to every call of the node's layer
  TensorPlan y;       // output
  TensorPlan again;   // output made a second time, for backward, in place of keeping it; else absent
  TensorPlan dy;      // gradient of the output
  TensorPlan kept_y;  // y and dy stored in another way, for segments after the one that makes them; else absent
  TensorPlan kept_dy;
  TensorPlan saved;  // argmax and the like, in bytes
  int sums_of = -1;  // the batch-wide node whose forward sums this node's forward emits
  bool emitted_by_producer = false;
  bool recomputed = false;              // `again` is what backward reads
  std::vector<std::uint8_t> dx_needed;  // per input
  std::vector<std::uint8_t> dx_beta;    // per input: 1 = add to what an earlier step wrote
  std::size_t sums_offset = 0;          // doubles, in a slice's row of sums
  std::size_t stats_offset = 0;         // scalars
  std::size_t prepared_offset = 0;      // scalars
};

struct PlanOptions {
  bool training = false;
  int batch = 32;
  /// Most slices of a batch. Training: also the number of gradient rows of the layers that run in slices, lowered so
  /// that the rows stay within row_bytes.
  int max_slices = 8;
  std::size_t row_bytes = std::size_t{256} << 20U;
  /// Inference: samples per slice (a dense layer reads its weights once per slice).
  int inference_slice = 4;
  /// Samples go through a segment together while its largest tensor stays within so many bytes: a part of a
  /// second-level cache, or their weights if those are larger, which are read once for all of them; 0: one sample.
  /// The order of sums depends on it.
  std::size_t piece_bytes = std::size_t{512} << 10U;
};

/// An ordered list of steps over pre-planned memory; made once, run many times.
struct Plan {
  PlanOptions options;
  Slices slices;  // of a full batch
  int slice_count = 1;
  std::vector<Segment> segments;
  std::vector<NodePlan> nodes;
  std::size_t batch_bytes = 0;
  std::size_t worker_bytes = 0;
  std::size_t scratch_offset = 0;   // bytes, behind the worker's tensors
  std::size_t sums_size = 0;        // doubles per slice, forward and backward alike
  std::size_t stats_size = 0;       // scalars
  std::size_t prepared_size = 0;    // scalars
  std::size_t gradient_row = 0;     // scalars: the gradient of the layers that run in slices, once per slice
  std::size_t gradient_shared = 0;  // scalars: of the layers that see the whole batch

  /// What running it takes with so many threads, in bytes: tensors, scratch, packed weights, sums and gradients.
  [[nodiscard]] std::size_t bytes(int threads) const;

  /// Most samples a slice of any batch up to the full one can have.
  [[nodiscard]] int max_slice() const {
    return options.training ? slices.max_size() : std::min(options.batch, options.inference_slice);
  }
  [[nodiscard]] Slices slices_of(int n) const {
    return options.training ? Slices(n, slice_count)
                            : Slices(n, (n + options.inference_slice - 1) / options.inference_slice);
  }
};

/// Turns a graph into a plan: levels of the graph separated by batch-wide sums become segments, tensors get memory by
/// lifetime, gradients are assigned by their first writer and added to by later ones.
/// @throws Error{shape} if a node is read by nobody.
[[nodiscard]] Plan make_plan(const Graph& graph, const PlanOptions& options,
                             const kernels::KernelTable<float>& kernels);

/// The plan as a table for people.
[[nodiscard]] std::string describe_plan(const Graph& graph, const Plan& plan, const ParamLayout& layout);

}  // namespace fpcpu
