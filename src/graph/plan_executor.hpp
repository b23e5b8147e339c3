// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/arena.hpp"
#include "core/thread_pool.hpp"
#include "graph/batch_sums.hpp"
#include "graph/gradient_rows.hpp"
#include "graph/node_params.hpp"
#include "graph/objective.hpp"
#include "graph/params.hpp"
#include "graph/plan.hpp"

namespace fpcpu {

/// One minibatch of a training step.
struct TrainInput {
  int n = 0;
  const float* x = nullptr;                    // n,H,W,C
  std::span<const float* const> inputs = {};   // n of each further input of the network
  const float* targets = nullptr;              // n,2K
  const float* visible = nullptr;              // n,K
  std::span<const float* const> streams = {};  // n of each of Objective::streams()
  std::uint32_t active = UINT32_MAX;           // bit t: term t of the objective counts
  std::uint64_t seed = 0;                      // with `step`: keys dropout
  std::uint64_t step = 0;
};

/// Thread seconds spent in each step of a plan.
struct StepTime {
  Step step;
  double seconds = 0;
};
struct StepTimes {
  std::vector<StepTime> steps;  // in the order of the plan
};

/// Runs a plan: slices of the batch on the threads of the pool, SIMD kernels, memory made once in the constructor.
/// The graph, the parameters and the pool must outlive it. Results do not depend on the number of threads.
class PlanExecutor {
 public:
  /// @throws Error{shape|resource}
  PlanExecutor(const Graph& graph, Params<float>& params, const PlanOptions& options,
               const kernels::KernelTable<float>& kernels, ThreadPool& pool);

  /// Training plans: forward, objective, backward. Returns the weighted sum of the terms' means over the batch;
  /// gradient() has its gradient. Reads the parameters anew and updates running statistics.
  double train(const TrainInput& input, const Objective& objective);
  /// Of the last step: each term's mean without its weight, 0 where it did not count.
  [[nodiscard]] std::span<const double> terms() const noexcept { return terms_; }

  /// Training plans: only what train() does before the loss, for the running statistics. They move towards those of
  /// this batch by `momentum` in place of the layers' own: 1/t at the t-th of several batches gives the plain mean,
  /// also over the nodes that share them.
  void measure(const TrainInput& input, double momentum);

  /// Gradient of the last step for the trainable values [begin, end), which lie within one parameter: the sum over the
  /// slices and the nodes that share the parameter (GradientRows::sum). Ranges may be asked for by several threads.
  void gradient(std::size_t begin, std::size_t end, float* out) const noexcept {
    gradients_.sum(begin, end, rows_used_, out);
  }
  /// All of it, in the order of the trainable block; padding is left alone.
  void gradient(float* out) const noexcept { gradients_.sum(rows_used_, out); }

  /// Inference plans: the output for n <= batch samples, valid until the next call.
  const float* infer(const float* x, int n);
  /// The main output of the last step, or another node's that is an output.
  [[nodiscard]] const float* output() const noexcept { return output(graph_.output()); }
  [[nodiscard]] const float* output(int node) const noexcept;

  /// Must be called after the parameters of an inference plan changed.
  void prepare();

  /// From now on the time of every step is added to `times`, which must outlive this or the next call; null stops.
  void record(StepTimes* times);

  [[nodiscard]] const Plan& plan() const noexcept { return plan_; }

 private:
  struct Run;
  struct Piece;
  /// Nodes that share running statistics move them one after the other.
  struct StatisticsUse {
    int before = 0;  // nodes that do so in a step before this one
    int all = 1;
  };
  static std::vector<StatisticsUse> statistics_uses(const Graph& graph, const Plan& plan);
  Run start_training(const TrainInput& input);
  void run_segment(const Run& run, const Segment& segment);
  void run_parts(const Run& run, const Step& step, std::size_t index, int parts);
  void run_banded(const Run& run, const Segment& segment, std::size_t first);
  void run_timed(const Run& run, const Step& step, std::size_t index, const Piece& piece) noexcept;
  void run_step(const Run& run, const Step& step, const Piece& piece) noexcept;
  /// All but the inputs.
  LayerArgs<float> layer_args(const Run& run, const Step& step, const Piece& piece) const noexcept;
  void forward(const Run& run, const Step& step, const Piece& piece) noexcept;
  void backward(const Run& run, const Step& step, const Piece& piece) noexcept;
  void run_objective(const Run& run, const Piece& piece) noexcept;
  void merge(const Run& run, const std::vector<int>& nodes, bool is_forward) noexcept;
  template <class T>
  T* locate(const TensorPlan& tensor, int slot, int first_sample) const noexcept;
  const float* value(const Run& run, int node, int slot, int first_sample) const noexcept;
  /// Input k of a step's node: as it was kept, made again, or made.
  StoredView input(const Run& run, const Step& step, std::size_t k, const Piece& piece) const noexcept;
  void convert(const Step& step, const Piece& piece) const noexcept;

  const Graph& graph_;
  std::vector<int> outputs_;                                 // nodes, in the order of Graph::outputs()
  std::vector<const kernels::KernelTable<float>*> kernels_;  // of each node
  ThreadPool& pool_;
  Plan plan_;
  /// Parts of a layer that threads share; Eigen's products depend on the part in the last bits, so there it is one.
  int parts_;
  std::vector<NodeParams<float>> node_params_;
  std::vector<std::vector<Shape>> shapes_;
  std::vector<std::vector<float>> betas_;
  std::vector<StatisticsUse> statistics_uses_;
  std::vector<Arena> workers_;
  Arena batch_;
  AlignedBuffer<float> prepared_;
  AlignedBuffer<float> stats_;
  BatchSums sums_;
  GradientRows gradients_;
  AlignedBuffer<double> slice_terms_;  // [slice][kMaxTerms]
  std::vector<double> terms_;
  int rows_used_ = 0;
  StepTimes* times_ = nullptr;
  std::vector<std::size_t> first_step_;            // of each segment, in StepTimes::steps
  std::vector<std::vector<double>> slot_seconds_;  // [slot][step] while recording
};

}  // namespace fpcpu
