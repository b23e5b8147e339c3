// SPDX-License-Identifier: MIT
#include "fpcpu/trainer.hpp"

#include <memory>
#include <string>
#include <utility>

#include "fpcpu/error.hpp"
#include "train/run_start.hpp"
#include "train/training_run.hpp"

namespace fpcpu {

TrainResult train(const TrainOptions& options, const RunOptions& run, const TrainCallbacks& callbacks) {
  return TrainingRun(begin_run(options, run), callbacks, nullptr).run();
}

TrainResult train(std::shared_ptr<const Dataset> data, const TrainOptions& options, const RunOptions& run,
                  const TrainCallbacks& callbacks) {
  return TrainingRun(begin_run(options, run), callbacks, std::move(data)).run();
}

std::string train_detector(const std::string& gt, const std::string& image_dir, bool fast) {
  TrainOptions options;
  options.data = {gt};
  options.images = image_dir;
  RunOptions run;
  run.fast = fast;
  const TrainResult result = train(options, run);
  if (result.diverged) throw Error(ErrorCode::numeric, result.finding);
  return result.model;
}

}  // namespace fpcpu
