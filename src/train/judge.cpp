// SPDX-License-Identifier: MIT
#include "train/judge.hpp"

#include <utility>

#include "train/clock.hpp"

namespace fpcpu {

Judge::Judge(const TrainingData& data, const Preprocessing& preprocessing, int batch, std::size_t cache_mb,
             const kernels::KernelTable<float>& kernels, LossPtr loss, ThreadPool& pool, const std::string& nme,
             std::function<void(const PhaseProgress&)> phase)
    : kernels_(kernels), loss_(std::move(loss)), phase_(std::move(phase)) {
  if (!data.val) return;
  val_ = std::make_unique<Evaluator>(data.val, preprocessing, batch, cache_mb / kValidationShare, pool, false, nme);
  fit_ = std::make_unique<Evaluator>(fit_faces(data), preprocessing, batch, cache_mb / kFitShare, pool, false, nme);
}

std::size_t Judge::cache_left(const TrainingData& data, std::size_t cache_mb) {
  return data.val ? cache_mb - cache_mb / kValidationShare - cache_mb / kFitShare : cache_mb;
}

Judgement Judge::epoch(const Model& model) {
  Judgement result;
  if (!has_faces()) return result;
  result.val = run(*val_, model, "evaluating validation faces");
  result.fit_mse100 = run(*fit_, model, "evaluating training faces").metrics.mse100;
  return result;
}

Evaluation Judge::on_new_faces(const Model& model, const char* what) { return run(*val_, model, what); }

Evaluation Judge::run(Evaluator& evaluator, const Model& model, const char* what) {
  const Clock clock;
  const std::size_t total = evaluator.data().size();
  const auto progress = [&](std::size_t done) {
    if (phase_) phase_({what, done, total});
  };
  progress(0);
  Evaluation e = evaluator.run(model, kernels_, loss_, progress);
  seconds_ += clock.seconds();
  return e;
}

}  // namespace fpcpu
