#pragma once

#include <string>
#include <vector>

#include "fpcpu/trainer.hpp"
#include "io/metrics_csv.hpp"
#include "train/evaluator.hpp"

namespace fpcpu {

/// What a run hands over for its page. Pointers may be null where there is no validation.
struct RunReport {
  std::string title;
  const TrainOptions* options = nullptr;
  std::vector<EpochRow> rows;
  int best_epoch = 0;
  std::string isa;
  std::string precision;  // that was computed in
  int threads = 0;
  const Preprocessing* preprocessing = nullptr;
  const Evaluation* evaluation = nullptr;  // of the best model on the validation faces
  const Dataset* val = nullptr;
};

/// report.html of a run: picks the faces to show and fills the page (report.hpp).
[[nodiscard]] std::string make_run_report(const RunReport& run);

}  // namespace fpcpu
