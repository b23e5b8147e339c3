// SPDX-License-Identifier: MIT
#include "train/evaluator.hpp"

#include <limits>

#include "core/coordinates.hpp"
#include "data/normaliser.hpp"
#include "graph/objective.hpp"

namespace fpcpu {

namespace {

LoaderOptions in_order(int batch, std::size_t cache_mb, int threads) {
  LoaderOptions options;
  options.batch = batch;
  options.shuffle = false;
  options.drop_last = false;
  options.cache_mb = cache_mb;
  options.threads = threads;
  return options;
}

}  // namespace

Evaluator::Evaluator(DatasetPtr data, const Preprocessing& preprocessing, int batch, std::size_t cache_mb,
                     ThreadPool& pool, bool flip, std::string_view nme)
    : data_(std::move(data)),
      preprocessing_(preprocessing),
      batch_(batch),
      nme_(Normaliser(nme, data_->points()).name()),
      pool_(pool),
      loader_(data_, preprocessing, in_order(batch, cache_mb, pool.threads())) {
  if (flip) flip_.emplace(preprocessing, batch);
}

Evaluation Evaluator::run(const Model& model, const kernels::KernelTable<float>& kernels, const LossPtr& loss,
                          const std::function<void(std::size_t)>& progress) {
  InferenceNetwork network(model.graph, model.params, batch_, kernels, pool_);
  std::optional<Objective> objective;
  if (loss) objective.emplace(model.graph, loss);
  Evaluation result;
  const auto width = static_cast<std::size_t>(2 * preprocessing_.points);
  result.predictions.reserve(data_->size() * width);
  result.doubts.resize(data_->size() * width / 2);
  double weighted = 0;
  std::size_t done = 0;
  loader_.start(0);
  while (const Batch* batch = loader_.next()) {
    const float* output = network.run(batch->x, batch->n);
    if (objective) {
      const ObjectiveBatch<float> compared{.n = batch->n, .targets = batch->targets, .visible = batch->visible};
      weighted += objective->mean(compared, output) * batch->n;
    }
    const float* points = network.points(output, batch->n, result.doubts.data() + done * width / 2);
    if (flip_) points = flip_->run(network, batch->x, points, batch->n);
    for (int i = 0; i < batch->n; ++i) {
      to_pixels({points + static_cast<std::size_t>(i) * width, width}, data_->width(done), data_->height(done),
                result.predictions);
      ++done;
    }
    if (progress) progress(done);
  }
  result.metrics = compute_metrics(*data_, result.predictions, nme_);
  result.loss = loss ? weighted / static_cast<double>(done) : std::numeric_limits<double>::quiet_NaN();
  return result;
}

}  // namespace fpcpu
