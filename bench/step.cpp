// SPDX-License-Identifier: MIT
#include "bench_faces.hpp"
#include "data/loader.hpp"
#include "harness.hpp"
#include "network_case.hpp"
#include "train/learner.hpp"
#include "train/task.hpp"

namespace fpcpu::bench {

namespace {

constexpr std::size_t kEpochBatches = 4;

/// Share of the time that steps wait for a loader with full augmentation, all of its images cached.
double stall_share(NetworkCase& c, Learner& learner, double seconds) {
  const BenchFaces faces(c.graph.input_shape(), kEpochBatches * static_cast<std::size_t>(c.size));
  LoaderOptions loading;
  loading.batch = c.size;
  loading.augment = augment_preset("full");
  loading.threads = c.pool.threads();
  Loader loader(faces.data, faces.preprocessing, loading);
  double start = 0;
  double stalled = 0;
  for (int epoch = 0; epoch < 2 || seconds_now() - start < seconds; ++epoch) {
    if (epoch == 1) {
      start = seconds_now();
      stalled = loader.stall_seconds();
    }
    loader.start(epoch);
    while (const Batch* batch = loader.next()) (void)learner.step(*batch);
  }
  return (loader.stall_seconds() - stalled) / (seconds_now() - start);
}

}  // namespace

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
  double stall = 0;
  {
    Learner learner(make_plain_task(c.graph, train), c.params.clone(), train, 1, c.table, c.pool);
    const Batch batch = c.batch();
    loss = learner.step(batch).loss;
    Sampling sampling;
    sampling.seconds = options.seconds > 0 ? options.seconds : 6;
    sampling.clock = clock_for(options.threads);
    timing = measure([&] { (void)learner.step(batch); }, sampling);
    memory = peak_rss_mb();
    stall = stall_share(c, learner, sampling.seconds / 2);
  }
  // After the measurement: the reference's memory must not count.
  if (!loss_is_right(c, train.seed, make_loss(train.loss), loss)) return 1;
  Result result = speed(c, "train", timing, c.graph.training_flops(), memory);
  result.emplace_back("loader_stall", number(stall, 4));
  print(options, result);
  return 0;
}

}  // namespace fpcpu::bench
