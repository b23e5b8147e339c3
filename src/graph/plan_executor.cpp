// SPDX-License-Identifier: MIT
#include "graph/plan_executor.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <string>

#include "graph/node_kernels.hpp"

namespace fpcpu {

namespace {

/// Before any of it is asked for.
Plan plan_within_memory(const Graph& graph, const PlanOptions& options, const kernels::KernelTable<float>& kernels,
                        int threads) {
  Plan plan = make_plan(graph, options, kernels);
  check_memory(plan.bytes(threads));
  return plan;
}

}  // namespace

/// What all slices of one call share.
struct PlanExecutor::Run {
  Slices slices;
  bool training = false;
  TrainInput input;
  const Objective* objective = nullptr;
  ObjectiveBatch<float> compared;
  ObjectiveScales scales;
  double momentum = 0;  // of running statistics; 0 = the layers' own
};

/// The samples, and the columns or channels, that one call of a layer works on.
struct PlanExecutor::Piece {
  int slot;   // whose scratch is used
  int home;   // slot whose memory holds the slice's own tensors
  int slice;  // 0 for layers that see the whole batch
  int first;  // sample
  int n;
  int part = 0;
  int parts = 1;
  bool continues = false;  // a slice whose first samples have been through
};

PlanExecutor::PlanExecutor(const Graph& graph, Params<float>& params, const PlanOptions& options,
                           const kernels::KernelTable<float>& kernels, ThreadPool& pool)
    : graph_(graph),
      kernels_(node_kernels(graph, kernels)),
      pool_(pool),
      plan_(plan_within_memory(graph, options, kernels, pool.threads())),
      parts_(kernels.isa == Isa::eigen ? 1 : pool.threads()),
      node_params_(find_node_params(graph, params)),
      batch_(plan_.batch_bytes),
      prepared_(plan_.prepared_size),
      stats_(plan_.stats_size),
      sums_(plan_),
      slice_terms_(static_cast<std::size_t>(plan_.slices.count()) * kMaxTerms) {
  terms_.reserve(kMaxTerms);
  for (const Output& output : graph.outputs()) outputs_.push_back(output.node);
  for (int t = 0; t < pool.threads(); ++t) workers_.emplace_back(plan_.worker_bytes);
  for (int i = 0; i < graph.size(); ++i) {
    shapes_.push_back(graph.input_shapes(i));
    const auto& beta = plan_.nodes[static_cast<std::size_t>(i)].dx_beta;
    betas_.emplace_back(beta.begin(), beta.end());
  }
  statistics_uses_ = statistics_uses(graph, plan_);
  if (options.training) {
    gradients_ = GradientRows(graph, params, node_params_, plan_, *kernels_.front());
  } else {
    prepare();
  }
}

std::vector<PlanExecutor::StatisticsUse> PlanExecutor::statistics_uses(const Graph& graph, const Plan& plan) {
  std::vector<StatisticsUse> uses(plan.nodes.size());
  std::map<std::string, int> counts;
  const auto for_each = [&](const auto& body) {
    for (const Segment& segment : plan.segments) {
      for (const int i : segment.merge_forward) body(uses[static_cast<std::size_t>(i)], counts[graph.node(i).owner]);
    }
  };
  for_each([](StatisticsUse& use, int& count) { use.before = count++; });
  for_each([](StatisticsUse& use, int count) { use.all = count; });
  return uses;
}

void PlanExecutor::prepare() {
  pool_.parallel_for(graph_.size() - graph_.first_layer(), [&](int index, int) {
    // The last layers have the most weights: they must not be left for the end.
    const auto i = static_cast<std::size_t>(graph_.size() - 1 - index);
    PrepareArgs<float> a;
    a.kernels = kernels_[i];
    a.plan = &plan_.nodes[i].layer;
    a.in = shapes_[i];
    a.params = node_params_[i];
    a.training = plan_.options.training;
    a.prepared = prepared_.data() + plan_.nodes[i].prepared_offset;
    graph_.nodes()[i].layer->prepare(a);
  });
}

template <class T>
T* PlanExecutor::locate(const TensorPlan& tensor, int slot, int first_sample) const noexcept {
  switch (tensor.place) {
    case Place::batch:
      return batch_.at<T>(tensor.offset + tensor.bytes_per_sample * static_cast<std::size_t>(first_sample));
    case Place::worker:
      return workers_[static_cast<std::size_t>(slot)].at<T>(tensor.offset);
    default:
      return nullptr;
  }
}

const float* PlanExecutor::value(const Run& run, int node, int slot, int first_sample) const noexcept {
  const TensorPlan& y = plan_.nodes[static_cast<std::size_t>(node)].y;
  if (y.place == Place::input) {
    const float* x = node == 0 ? run.input.x : run.input.inputs[static_cast<std::size_t>(node - 1)];
    return x + graph_.node(node).signature.out.size() * static_cast<std::size_t>(first_sample);
  }
  return locate<float>(y, slot, first_sample);
}

StoredView PlanExecutor::input(const Run& run, const Step& step, std::size_t k, const Piece& piece) const noexcept {
  const int node = graph_.nodes()[static_cast<std::size_t>(step.node)].inputs[k];
  const NodePlan& plan = plan_.nodes[static_cast<std::size_t>(node)];
  const TensorPlan& tensor = form_read(step, k, plan.recomputed, plan);
  if (&tensor == &plan.y) return value(run, node, piece.home, piece.first);
  return {locate<std::byte>(tensor, piece.home, piece.first), tensor.storage};
}

void PlanExecutor::convert(const Step& step, const Piece& piece) const noexcept {
  const auto i = static_cast<std::size_t>(step.node);
  const NodePlan& plan = plan_.nodes[i];
  const TensorPlan& from = step.kept_dy ? plan.dy : plan.y;
  const TensorPlan& to = step.kept_dy ? plan.kept_dy : plan.kept_y;
  const std::size_t count = graph_.nodes()[i].signature.out.size() * static_cast<std::size_t>(piece.n);
  kernels_[i]->convert(locate<float>(from, piece.home, piece.first),
                       {locate<std::byte>(to, piece.home, piece.first), to.storage}, count);
}

LayerArgs<float> PlanExecutor::layer_args(const Run& run, const Step& step, const Piece& piece) const noexcept {
  const auto i = static_cast<std::size_t>(step.node);
  const NodePlan& plan = plan_.nodes[i];
  LayerArgs<float> a;
  a.kernels = kernels_[i];
  a.plan = &plan.layer;
  a.in = shapes_[i];
  a.n = piece.n;
  a.params = node_params_[i];
  a.prepared = prepared_.data() + plan.prepared_offset;
  a.stats = stats_.data() + plan.stats_offset;
  a.scratch = workers_[static_cast<std::size_t>(piece.slot)].at<float>(plan_.scratch_offset);
  a.seed = run.input.seed;
  a.step = run.input.step;
  a.node_key = graph_.nodes()[i].key;
  a.first_sample = piece.first;
  a.part = piece.part;
  a.parts = piece.parts;
  return a;
}

void PlanExecutor::forward(const Run& run, const Step& step, const Piece& piece) noexcept {
  const auto i = static_cast<std::size_t>(step.node);
  const Node& node = graph_.nodes()[i];
  const NodePlan& plan = plan_.nodes[i];
  const int first = piece.first;
  std::array<Tensor<float>, kMaxInputs> x{};
  for (std::size_t k = 0; k < node.inputs.size(); ++k) x[k] = input(run, step, k, piece);

  ForwardArgs<float> a{layer_args(run, step, piece)};
  a.training = run.training;
  a.x = {x.data(), node.inputs.size()};
  const bool again = step.kind == StepKind::recompute;
  a.y = locate<float>(again ? plan.again : plan.y, piece.home, first);
  a.saved = locate<std::byte>(plan.saved, piece.home, first);
  if (step.kind == StepKind::forward_sums) {
    a.sums = sums_.row(piece.slice, plan.sums_offset, true);
    node.layer->forward_sums(a);
  } else {
    if (plan.sums_of >= 0 && !again) {
      a.sums = sums_.row(piece.slice, plan_.nodes[static_cast<std::size_t>(plan.sums_of)].sums_offset, true);
    }
    node.layer->forward(a);
  }
}

void PlanExecutor::backward(const Run& run, const Step& step, const Piece& piece) noexcept {
  const auto i = static_cast<std::size_t>(step.node);
  const Node& node = graph_.nodes()[i];
  const NodePlan& plan = plan_.nodes[i];
  const int first = piece.first;
  std::array<Tensor<float>, kMaxInputs> x{};
  std::array<float*, kMaxInputs> dx{};
  for (std::size_t k = 0; k < node.inputs.size(); ++k) {
    if (keeps_input(node.signature.needs.keep)) x[k] = input(run, step, k, piece);
    if (plan.dx_needed[k] != 0) {
      dx[k] = locate<float>(plan_.nodes[static_cast<std::size_t>(node.inputs[k])].dy, piece.home, first);
    }
  }
  BackwardArgs<float> a{layer_args(run, step, piece)};
  a.x = {x.data(), node.inputs.size()};
  if (keeps_output(node.signature.needs.keep)) a.y = value(run, step.node, piece.home, first);
  const TensorPlan& dy = step.kept_dy ? plan.kept_dy : plan.dy;
  a.dy = StoredView(locate<std::byte>(dy, piece.home, first), dy.storage);
  a.dx = {dx.data(), node.inputs.size()};
  a.beta = betas_[i];
  a.dparams = gradients_.of(piece.slice, step.node);
  a.dparams_beta = piece.continues ? 1.0F : 0.0F;
  a.saved = locate<std::byte>(plan.saved, piece.home, first);
  a.sums = sums_.row(piece.slice, plan.sums_offset, false);
  a.total_sums = sums_.total(plan.sums_offset, false);
  a.batch = run.slices.batch();
  if (step.kind == StepKind::backward_sums) {
    node.layer->backward_sums(a);
  } else {
    node.layer->backward(a);
  }
}

void PlanExecutor::run_objective(const Run& run, const Piece& piece) noexcept {
  std::array<LossOutput<float>, kMaxOutputs> outputs{};
  for (std::size_t o = 0; o < outputs_.size(); ++o) {
    const auto node = static_cast<std::size_t>(outputs_[o]);
    const Shape& shape = graph_.nodes()[node].signature.out;
    float* gradient = locate<float>(plan_.nodes[node].dy, piece.home, piece.first);
    std::fill_n(gradient, static_cast<std::size_t>(piece.n) * shape.size(), 0.0F);
    outputs[o] = {value(run, outputs_[o], piece.home, piece.first), gradient, shape};
  }
  run.objective->run<float>(run.compared, run.scales, piece.first, piece.n, {outputs.data(), outputs_.size()},
                            {slice_terms_.data() + static_cast<std::size_t>(piece.slice) * kMaxTerms, kMaxTerms});
}

void PlanExecutor::run_step(const Run& run, const Step& step, const Piece& piece) noexcept {
  switch (step.kind) {
    case StepKind::forward_sums:
    case StepKind::forward:
    case StepKind::recompute:
      forward(run, step, piece);
      break;
    case StepKind::convert:
      convert(step, piece);
      break;
    case StepKind::loss:
      run_objective(run, piece);
      break;
    case StepKind::backward_sums:
    case StepKind::backward:
      backward(run, step, piece);
      break;
  }
}

void PlanExecutor::run_timed(const Run& run, const Step& step, std::size_t index, const Piece& piece) noexcept {
  if (times_ == nullptr) return run_step(run, step, piece);
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  run_step(run, step, piece);
  slot_seconds_[static_cast<std::size_t>(piece.slot)][index] +=
      std::chrono::duration<double>(Clock::now() - start).count();
}

void PlanExecutor::run_segment(const Run& run, const Segment& segment) {
  const std::size_t first =
      times_ == nullptr ? 0 : first_step_[static_cast<std::size_t>(&segment - plan_.segments.data())];
  if (!run.training && run.slices.batch() == 1 && parts_ > 1) {
    run_banded(run, segment, first);
  } else if (!segment.steps.empty()) {
    pool_.parallel_for(run.slices.count(), [&](int slice, int slot) {
      const int end = run.slices.end(slice);
      Piece piece{.slot = slot, .home = slot, .slice = slice, .first = run.slices.begin(slice), .n = 0};
      for (; piece.first < end; piece.first += segment.samples, piece.continues = true) {
        piece.n = std::min(segment.samples, end - piece.first);
        for (std::size_t i = 0; i < segment.steps.size(); ++i) run_timed(run, segment.steps[i], first + i, piece);
      }
    });
  }
  merge(run, segment.merge_forward, true);
  merge(run, segment.merge_backward, false);
  for (std::size_t i = 0; i < segment.whole.size(); ++i) {
    run_parts(run, segment.whole[i], first + segment.steps.size() + i, parts_);
  }
}

void PlanExecutor::run_parts(const Run& run, const Step& step, std::size_t index, int parts) {
  pool_.parallel_for(parts, [&](int part, int slot) {
    run_timed(run, step, index,
              {.slot = slot, .home = 0, .slice = 0, .first = 0, .n = run.slices.batch(), .part = part, .parts = parts});
  });
}

void PlanExecutor::run_banded(const Run& run, const Segment& segment, std::size_t first) {
  for (std::size_t i = 0; i < segment.steps.size(); ++i) {
    const bool cut = graph_.node(segment.steps[i].node).signature.allows.bands;
    run_parts(run, segment.steps[i], first + i, cut ? parts_ : 1);
  }
}

void PlanExecutor::record(StepTimes* times) {
  if (times_ != nullptr) {
    for (const auto& seconds : slot_seconds_) {
      for (std::size_t i = 0; i < seconds.size(); ++i) times_->steps[i].seconds += seconds[i];
    }
  }
  times_ = times;
  if (times == nullptr) return;
  times->steps.clear();
  first_step_.clear();
  for (const Segment& segment : plan_.segments) {
    first_step_.push_back(times->steps.size());
    for (const Step& step : segment.steps) times->steps.push_back({step, 0.0});
    for (const Step& step : segment.whole) times->steps.push_back({step, 0.0});
  }
  slot_seconds_.assign(static_cast<std::size_t>(pool_.threads()), std::vector<double>(times->steps.size(), 0.0));
}

void PlanExecutor::merge(const Run& run, const std::vector<int>& nodes, bool is_forward) noexcept {
  for (const int node : nodes) {
    const auto i = static_cast<std::size_t>(node);
    const NodePlan& plan = plan_.nodes[i];
    sums_.merge(plan.sums_offset, graph_.nodes()[i].signature.needs.batch_sums, run.slices.count(), is_forward);
    if (!is_forward) continue;
    MergeArgs<float> a;
    a.in = shapes_[i];
    a.batch = run.slices.batch();
    a.total_sums = sums_.total(plan.sums_offset, true);
    a.params = node_params_[i];
    a.stats = stats_.data() + plan.stats_offset;
    const StatisticsUse use = statistics_uses_[i];
    const bool shared = run.momentum > 0 && use.all > 1;
    a.momentum = shared ? 1 / ((1 / run.momentum - 1) * use.all + use.before + 1) : run.momentum;
    graph_.nodes()[i].layer->forward_merge(a);
  }
}

PlanExecutor::Run PlanExecutor::start_training(const TrainInput& input) {
  prepare();
  sums_.clear();
  Run run;
  run.slices = plan_.slices_of(input.n);
  run.training = true;
  run.input = input;
  return run;
}

double PlanExecutor::train(const TrainInput& input, const Objective& objective) {
  Run run = start_training(input);
  run.objective = &objective;
  run.compared = {input.n, input.targets, input.visible, input.streams, input.active};
  run.scales = objective.scales(run.compared);

  std::fill(slice_terms_.begin(), slice_terms_.end(), 0.0);
  rows_used_ = run.slices.count();
  for (const Segment& segment : plan_.segments) run_segment(run, segment);
  terms_.assign(objective.terms().size(), 0.0);
  kernels::eigen_table<double>().sum_rows(slice_terms_.data(), kMaxTerms, run.slices.count(), terms_.data(),
                                          terms_.size());
  double total = 0;
  for (std::size_t t = 0; t < terms_.size(); ++t) total += objective.terms()[t].weight * terms_[t];
  return total;
}

void PlanExecutor::measure(const TrainInput& input, double momentum) {
  Run run = start_training(input);
  run.momentum = momentum;
  // The loss needs the whole output, so all statistics are merged in the segments before its own.
  const auto has_loss = [](const Segment& segment) {
    return std::any_of(segment.steps.begin(), segment.steps.end(),
                       [](const Step& step) { return step.kind == StepKind::loss; });
  };
  for (const Segment& segment : plan_.segments) {
    if (has_loss(segment)) break;
    run_segment(run, segment);
  }
}

const float* PlanExecutor::infer(const float* x, int n) {
  Run run;
  const Slices planned = plan_.slices_of(n);
  // Smaller slices than planned keep all threads busy; Eigen's products depend on their size in the last bits.
  run.slices = parts_ == 1 ? planned : Slices(n, std::max(planned.count(), std::min(n, parts_)));
  run.input.x = x;
  for (const Segment& segment : plan_.segments) run_segment(run, segment);
  return output();
}

const float* PlanExecutor::output(int node) const noexcept {
  return locate<float>(plan_.nodes[static_cast<std::size_t>(node)].y, 0, 0);
}

}  // namespace fpcpu
