// SPDX-License-Identifier: MIT
#include "timed_steps.hpp"

#include <algorithm>
#include <limits>

#include "graph/passes/passes.hpp"
#include "graph/plan_executor.hpp"

namespace fpcpu::bench {

std::vector<TimedStep> time_steps(NetworkCase& c, double seconds) {
  const Graph fused = fuse_for_training(c.graph);
  PlanExecutor executor(fused, c.params, {.training = true, .batch = c.size}, c.table, c.pool);
  const LossPtr loss = make_loss(c.loss());
  const Objective objective(c.graph, loss);
  const Batch batch = c.batch();
  TrainInput input;
  input.n = batch.n;
  input.x = batch.x;
  input.targets = batch.targets;
  input.visible = batch.visible;
  if (!loss_is_right(c, input.seed, loss, executor.train(input, objective))) return {};
  const auto train = [&] { (void)executor.train(input, objective); };
  (void)measure(train, {.seconds = seconds / 2});  // warm

  // Batch by batch: the fastest forgives the moments in which another program had the core, a sum does not.
  std::vector<double> fastest;
  StepTimes times;
  (void)measure(
      [&] {
        executor.record(&times);
        train();
        executor.record(nullptr);
        fastest.resize(times.steps.size(), std::numeric_limits<double>::infinity());
        for (std::size_t i = 0; i < fastest.size(); ++i) fastest[i] = std::min(fastest[i], times.steps[i].seconds);
      },
      {.seconds = seconds});

  std::vector<TimedStep> result;
  for (std::size_t i = 0; i < fastest.size(); ++i) {
    const Step& step = times.steps[i].step;
    const Node& node = fused.node(step.node);
    result.push_back({step.kind, node.name, std::string(node.layer->kind()), node.signature.out, fastest[i],
                      cost_of(fused, executor.plan(), step)});
  }
  return result;
}

}  // namespace fpcpu::bench
