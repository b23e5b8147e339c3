#include "harness.hpp"
#include "network_case.hpp"
#include "train/learner.hpp"

namespace fpcpu::bench {

int run_step(const BenchOptions& options) {
  NetworkCase c(options, 32);
  TrainOptions train;
  train.batch = c.size;
  train.lr = 1e-3;
  train.warmup = 0;
  train.optimizer = "adam";
  train.loss = c.loss();
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
    sampling.seconds = options.seconds > 0 ? options.seconds : 6;
    sampling.clock = clock_for(options.threads);
    timing = measure([&] { (void)learner.step(batch); }, sampling);
    memory = peak_rss_mb();
  }
  // After the measurement: the reference's memory must not count.
  if (!loss_is_right(c, train.seed, *make_loss(train.loss), loss)) return 1;
  print(options, speed(c, "train", timing, c.graph.training_flops(), memory));
  return 0;
}

}  // namespace fpcpu::bench
