// SPDX-License-Identifier: MIT
#include <cstdio>

#include "cli/command.hpp"
#include "cli/interrupt.hpp"
#include "cli/search_display.hpp"
#include "cli/train_arguments.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/search.hpp"
#include "report/html_text.hpp"

namespace fpcpu::cli {

namespace {

constexpr const char* kKfoldExamples = R"(
Each of K detectors is trained without one part of the data and judged on it, so every image is judged by a
detector that has not seen it.

Examples:
  fpcpu kfold --data faces --folds 5 --epochs 30 --out runs/folds
  fpcpu kfold --resume runs/folds                   # go on after Ctrl-C
)";

void print_result(const KFoldResult& r) {
  std::printf("NME by %s\nfold  images    mse100     NME %%\n", r.nme_by.c_str());
  for (std::size_t i = 0; i < r.folds.size(); ++i) {
    const FoldResult& f = r.folds[i];
    std::printf("%4zu  %6zu  %8.3f  %8s\n", i + 1, f.images, f.mse100, html::fixed(100 * f.nme, 2).c_str());
  }
  std::printf("over the folds   mse100 %s, NME %s %%\n", mean_and_spread(r.mse100).c_str(),
              mean_and_spread(r.nme, 100).c_str());
  std::printf("over all images  mse100 %.3f, NME %s %%\nworst images\n", r.all_mse100,
              html::fixed(100 * r.all_nme, 3).c_str());
  for (const OutOfFoldImage& w : r.worst) std::printf("  %9.2f  fold %d  %s\n", w.mse100, w.fold, w.name.c_str());
  std::printf("results %s (out_of_fold.csv, summary.json)\n", r.folder.c_str());
}

}  // namespace

int run_kfold(const std::vector<std::string_view>& arguments) {
  Arguments a("kfold", "kfold [options]",
              "Cross-validation: every image is judged by a model that was not trained on it.", kKfoldExamples);
  a.option("folds", "K", "parts of the data, each left out of one training (5)", "kfold");
  a.option("out", "DIR", "folder for all; default runs/kfold, runs/kfold2, ...", "run");
  add_resume_option(a, "go on with a stopped cross-validation");
  add_train_options(a);
  if (!a.parse(arguments)) return kDone;
  if (a.has("resume") && a.has("folds")) {
    throw Error(ErrorCode::usage, "--resume takes its folds from the folder; leave --folds out.");
  }
  const TrainOptions options = read_train_options(a);
  SearchDisplay display(a.quiet());
  catch_interrupt();
  const KFoldResult result = cross_validate(options, static_cast<int>(a.integer("folds", 5, 2, 1'000'000)),
                                            read_run_options(a), display.callbacks());
  display.clear();
  if (result.interrupted) {
    if (!a.quiet()) std::printf("interrupted; go on with: fpcpu kfold --resume %s\n", result.folder.c_str());
    return kInterrupted;
  }
  if (!a.quiet()) print_result(result);
  return kDone;
}

}  // namespace fpcpu::cli
