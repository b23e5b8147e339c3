#include <algorithm>

#include "graph/passes/passes.hpp"
#include "graph/plan_executor.hpp"
#include "harness.hpp"
#include "network_case.hpp"

namespace fpcpu::bench {

int run_layers(const BenchOptions& options) {
  NetworkCase c(options, 32);
  const Graph fused = fuse_for_training(c.graph);
  PlanExecutor executor(fused, c.params, {.training = true, .batch = c.size}, c.table, c.pool);
  const LossPtr loss = make_loss(c.loss());
  const Batch batch = c.batch();
  TrainInput input;
  input.n = batch.n;
  input.x = batch.x;
  input.targets = batch.targets;
  input.visible = batch.visible;
  if (!loss_is_right(c, input.seed, *loss, executor.train(input, *loss))) return 1;
  const auto step = [&] { (void)executor.train(input, *loss); };
  Sampling sampling;
  sampling.seconds = 2;
  (void)measure(step, sampling);  // warm

  StepTimes times;
  executor.record(&times);
  const Timing total = measure(step, sampling);
  executor.record(nullptr);
  const double calls = static_cast<double>(total.samples + 1);
  const double peak = core_peak_gflops(c.table.isa);
  double sum = 0;
  for (const StepTime& t : times.steps) sum += t.seconds;
  for (const StepTime& t : times.steps) {
    const Node& node = fused.node(t.step.node);
    const double share = t.step.kind == StepKind::backward  ? (t.step.node == 1 ? 1.0 : 2.0)
                         : t.step.kind == StepKind::forward ? 1.0
                                                            : 0.0;
    const double gflop = node.signature.flops * share * c.size * 1e-9;
    print(options, {{"name", quoted(node.name)},
                    {"kind", quoted(std::string(node.layer->kind()))},
                    {"pass", quoted(to_string(t.step.kind))},
                    {"out", quoted(to_string(node.signature.out))},
                    {"ms", number(1e3 * t.seconds / calls, 3)},
                    {"percent", number(100 * t.seconds / sum, 1)},
                    {"gflops", number(gflop * calls / std::max(t.seconds, 1e-12), 1)},
                    {"peak_fraction", number(gflop * calls / std::max(t.seconds, 1e-12) / peak, 3)}});
  }
  return 0;
}

}  // namespace fpcpu::bench
