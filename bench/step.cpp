#include <cmath>
#include <cstdio>

#include "fpcpu/error.hpp"
#include "graph/reference_executor.hpp"
#include "harness.hpp"
#include "network_case.hpp"
#include "train/learner.hpp"

namespace fpcpu::bench {

namespace {

constexpr double kTolerance = 1e-3;

/// The first step's loss must be the reference's: same weights, same dropout masks.
bool loss_is_right(const NetworkCase& c, const TrainOptions& options, double loss) {
  Params<float> params = c.params.clone();
  ReferenceExecutor<float> reference(c.graph, params, c.size);
  LossArgs<float> a;
  a.pred = reference.forward(c.x.data(), true, options.seed, 0);
  a.target = c.targets.data();
  a.visible = c.visible.data();
  a.n = c.size;
  a.points = static_cast<int>(c.graph.output_shape().size() / 2);
  a.unit_x = static_cast<float>(c.graph.input_shape().w);
  a.unit_y = static_cast<float>(c.graph.input_shape().h);
  a.inv_count = 1.0 / static_cast<double>(c.targets.size());
  const double expected = make_loss(options.loss)->run(a);
  if (std::abs(loss - expected) <= kTolerance * std::abs(expected)) return true;
  std::fprintf(stderr, "%s: loss %.9g, the reference says %.9g\n", c.model.c_str(), loss, expected);
  return false;
}

}  // namespace

int run_step(const BenchOptions& options) {
  NetworkCase c(options, 32);
  TrainOptions train;
  train.batch = c.size;
  train.lr = 1e-3;
  train.warmup = 0;
  train.optimizer = "adam";
  train.loss = "mse";
  train.weight_decay = 0;
  train.ema = 0;
  double memory = 0;
  Timing timing;
  double loss = 0;
  {
    Learner learner(c.graph, c.params.clone(), train, 1, c.table, c.pool);
    const Batch batch = c.batch();
    loss = learner.step(batch).loss;
    Sampling sampling;
    sampling.seconds = 6;
    timing = measure([&] { (void)learner.step(batch); }, sampling);
    memory = peak_rss_mb();
  }
  // After the measurement: the reference's memory must not count.
  if (!loss_is_right(c, train, loss)) return 1;
  const double images = c.size / timing.median;
  const double gflops = c.graph.training_flops() * images / 1e9;
  print(options, {{"model", quoted(c.model)},
                  {"mode", quoted("train")},
                  {"batch", std::to_string(c.size)},
                  {"threads", std::to_string(options.threads)},
                  {"isa", quoted(std::string(to_string(c.table.isa)))},
                  {"precision", quoted(options.precision)},
                  {"images_per_s", number(images, 2)},
                  {"ms_median", number(1e3 * timing.median, 3)},
                  {"ms_min", number(1e3 * timing.min, 3)},
                  {"ms_mad", number(1e3 * timing.mad, 3)},
                  {"gflops", number(gflops, 1)},
                  {"peak_fraction", number(gflops / peak_gflops(c.table.isa, c.pool), 3)},
                  {"peak_rss_mb", number(memory, 0)}});
  return 0;
}

}  // namespace fpcpu::bench
