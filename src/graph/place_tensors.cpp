// SPDX-License-Identifier: MIT
#include "graph/place_tensors.hpp"

#include <algorithm>
#include <compare>
#include <limits>
#include <numeric>

#include "graph/memory.hpp"

namespace fpcpu {

namespace {

/// When a step runs in the whole plan.
struct Moment {
  int segment = 0;
  int position = 0;
  auto operator<=>(const Moment&) const = default;
};

/// From the first step that touches a tensor to the last one.
struct Life {
  Moment first{std::numeric_limits<int>::max(), 0};
  Moment last{-1, 0};
  bool shared = false;  // touched by a step that sees the whole batch

  void touch(Moment now, bool by_whole = false) {
    shared = shared || by_whole;
    first = std::min(first, now);
    last = std::max(last, now);
  }
  [[nodiscard]] bool begun() const { return last.segment >= 0; }
  [[nodiscard]] bool in_one_segment() const { return first.segment == last.segment; }
};

/// Of the tensors in NodePlan.
struct NodeLives {
  Life y;
  Life again;
  Life dy;
  Life kept_y;
  Life kept_dy;
  Life saved;
};

class TensorPlacer {
 public:
  TensorPlacer(const Graph& graph, Plan& plan) : graph_(graph), plan_(plan), lives_(plan.nodes.size()) {}

  void run() {
    for (std::size_t s = 0; s < plan_.segments.size(); ++s) {
      const Segment& segment = plan_.segments[s];
      Moment now{static_cast<int>(s), 0};
      for (const Step& step : segment.steps) touch(step, now, false), ++now.position;
      for (const Step& step : segment.whole) touch(step, now, true), ++now.position;
    }
    // The caller reads outputs after the last segment.
    for (const Output& o : graph_.outputs()) life(o.node).y.touch({static_cast<int>(plan_.segments.size()), 0});
    place(updated_inputs());
  }

 private:
  NodePlan& at(int i) { return plan_.nodes[static_cast<std::size_t>(i)]; }
  NodeLives& life(int i) { return lives_[static_cast<std::size_t>(i)]; }
  const Signature& signature(int i) const { return graph_.node(i).signature; }

  void touch(const Step& step, Moment now, bool by_whole) {
    const int i = step.node;
    switch (step.kind) {
      case StepKind::forward_sums:
        touch_input(step, 0, now, by_whole);
        break;
      case StepKind::forward:
        life(i).y.touch(now, by_whole);
        touch_inputs(step, now, by_whole);
        if (plan_.options.training && signature(i).needs.saved_bytes > 0) life(i).saved.touch(now, by_whole);
        break;
      case StepKind::loss:
        for (const Output& o : graph_.outputs()) {
          life(o.node).y.touch(now, by_whole);
          life(o.node).dy.touch(now, by_whole);
        }
        break;
      case StepKind::recompute:
        life(i).again.touch(now);
        touch_inputs(step, now, by_whole);
        break;
      case StepKind::backward_sums:
      case StepKind::backward:
        touch_backward(step, now, by_whole);
        break;
      case StepKind::convert:
        (step.kept_dy ? life(i).dy : life(i).y).touch(now);
        (step.kept_dy ? life(i).kept_dy : life(i).kept_y).touch(now);
        break;
    }
  }

  void touch_backward(const Step& step, Moment now, bool by_whole) {
    const int i = step.node;
    const LayerNeeds& needs = signature(i).needs;
    (step.kept_dy ? life(i).kept_dy : life(i).dy).touch(now, by_whole);
    if (keeps_output(needs.keep)) life(i).y.touch(now, by_whole);
    if (needs.saved_bytes > 0) life(i).saved.touch(now, by_whole);
    if (keeps_input(needs.keep)) touch_inputs(step, now, by_whole);
    if (step.kind != StepKind::backward) return;
    const auto& inputs = graph_.node(i).inputs;
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      if (at(i).dx_needed[k] == 0) continue;
      Life& target = life(inputs[k]).dy;
      at(i).dx_beta[k] = target.begun() ? 1 : 0;
      target.touch(now, by_whole);
    }
  }

  void touch_inputs(const Step& step, Moment now, bool by_whole) {
    for (std::size_t k = 0; k < graph_.node(step.node).inputs.size(); ++k) touch_input(step, k, now, by_whole);
  }

  void touch_input(const Step& step, std::size_t k, Moment now, bool by_whole) {
    const int input = graph_.node(step.node).inputs[k];
    form_read(step, k, at(input).recomputed, life(input)).touch(now, by_whole);
  }

  /// For each node the one whose output's memory its own output gets: that of an input it may write over
  /// (LayerAllows::updates_input) and reads last, else its own. Lifetimes are widened accordingly.
  std::vector<int> updated_inputs() {
    std::vector<int> homes(lives_.size());
    std::iota(homes.begin(), homes.end(), 0);
    for (int i = graph_.first_layer(); i < graph_.size() && !plan_.options.training; ++i) {
      const int input = signature(i).allows.updates_input;
      if (input < 0) continue;
      const auto& inputs = graph_.node(i).inputs;
      const int j = inputs[static_cast<std::size_t>(input)];
      const Life& own = life(i).y;
      const Life& other = life(j).y;
      const bool one_segment = own.in_one_segment() && other.first.segment == own.first.segment;
      if (j < graph_.first_layer() || std::count(inputs.begin(), inputs.end(), j) > 1 || !one_segment ||
          other.last != own.first || own.shared || other.shared)
        continue;
      const int home = homes[static_cast<std::size_t>(j)];
      homes[static_cast<std::size_t>(i)] = home;
      life(home).y.touch(own.last);
    }
    return homes;
  }

  void place(const std::vector<int>& homes) {
    for (int i = 0; i < graph_.first_layer(); ++i) {
      at(i).y.place = Place::input;
      at(i).y.bytes_per_sample = signature(i).out.size() * sizeof(float);
    }
    for (int i = graph_.first_layer(); i < graph_.size(); ++i) {
      const NodeLives& lives = life(i);
      NodePlan& node = at(i);
      const std::size_t size = signature(i).out.size();
      if (homes[static_cast<std::size_t>(i)] == i) place(lives.y, node.y, size * sizeof(float));
      place(lives.again, node.again, size * sizeof(float));
      place(lives.kept_y, node.kept_y, size * size_of(node.kept_y.storage.type));
      place(lives.kept_dy, node.kept_dy, size * size_of(node.kept_dy.storage.type));
      place(lives.dy, node.dy, size * sizeof(float));
      place(lives.saved, node.saved, signature(i).needs.saved_bytes);
    }
    plan_.batch_bytes = batch_.solve();
    plan_.scratch_offset = worker_.solve();
    for (int i = graph_.first_layer(); i < graph_.size(); ++i) at(i).y = at(homes[static_cast<std::size_t>(i)]).y;
  }

  void place(const Life& life, TensorPlan& tensor, std::size_t bytes) {
    if (!life.begun()) return;
    tensor.bytes_per_sample = bytes;
    if (life.in_one_segment() && !life.shared) {
      // Lifetimes of different segments never overlap, so one time line holds them all.
      tensor.place = Place::worker;
      tensor.first = life.first.segment * 4096 + life.first.position;
      tensor.last = life.last.segment * 4096 + life.last.position;
      const int samples = plan_.segments[static_cast<std::size_t>(life.first.segment)].samples;
      worker_.add(&tensor.offset, bytes * static_cast<std::size_t>(samples), tensor.first, tensor.last);
    } else {
      tensor.place = Place::batch;
      tensor.first = life.first.segment;
      tensor.last = life.last.segment;
      batch_.add(&tensor.offset, bytes * static_cast<std::size_t>(plan_.options.batch), tensor.first, tensor.last);
    }
  }

  const Graph& graph_;
  Plan& plan_;
  std::vector<NodeLives> lives_;
  MemoryPlanner batch_;
  MemoryPlanner worker_;
};

}  // namespace

void place_tensors(const Graph& graph, Plan& plan) { TensorPlacer(graph, plan).run(); }

}  // namespace fpcpu
