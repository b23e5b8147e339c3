// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "fpcpu/trainer.hpp"
#include "graph/graph.hpp"
#include "io/metrics_csv.hpp"
#include "report/report.hpp"
#include "train/evaluator.hpp"

namespace fpcpu {

/// Wall seconds since a run was started or resumed, by what they went to.
struct RunTimes {
  double all = 0;
  double load = 0;  // waiting for images
  double forward = 0, backward = 0, update = 0;
  double measure = 0;  // batch norm of the averaged weights
  double evaluate = 0;
  double save = 0;
};

/// What a run hands over for its page. Pointers may be null where there is no validation.
struct RunReport {
  std::string title;
  const TrainOptions* options = nullptr;
  std::vector<EpochRow> rows;
  std::vector<std::string> terms = {};  // names of EpochRow::terms
  int best_epoch = 0;
  std::string isa;
  std::string precision;  // that was computed in
  int threads = 0;
  const Preprocessing* preprocessing = nullptr;
  const Evaluation* evaluation = nullptr;  // of the best model on the validation faces
  const Dataset* val = nullptr;
  std::size_t train_images = 0;
  double fit_mse100 = 0;  // of the best epoch, NaN without validation
  RunTimes times;
  bool interrupted = false;
  bool out_of_time = false;  // cut by --time
  std::string verdict;       // what is wrong with the result; may be empty
  const Graph* graph = nullptr;
  std::vector<ReportFace> augmented;
};

/// report.html of a run: picks the faces to show and fills the page (report.hpp).
[[nodiscard]] std::string make_run_report(RunReport run);

}  // namespace fpcpu
