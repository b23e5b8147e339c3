// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "core/file.hpp"
#include "core/new_folder.hpp"
#include "core/number_text.hpp"
#include "data/normaliser.hpp"
#include "data/tables/csv_reader.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/search.hpp"
#include "io/checkpoint.hpp"
#include "io/json_text.hpp"
#include "io/toml.hpp"
#include "options/config.hpp"
#include "search/complete_run.hpp"
#include "search/mean_spread.hpp"
#include "train/evaluator.hpp"
#include "train/places.hpp"
#include "train/run_folder.hpp"
#include "train/setup.hpp"
#include "train/stop.hpp"
#include "train/training_data.hpp"

namespace fpcpu {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kWorst = 10;

/// What a cross-validation is, beside the options of its trainings; kept in kfold.toml.
struct Plan {
  int folds = 0;
  std::size_t images = 0;
  saved_state::Texts places;  // of the faces, to go on from any working directory
};

std::string plan_text(const Plan& plan) {
  std::string text =
      "# Go on with this cross-validation: fpcpu kfold --resume FOLDER\nfolds = " + std::to_string(plan.folds) +
      "\nimages = " + std::to_string(plan.images) + "\n";
  for (const auto& [name, place] : plan.places) {
    text += name + " = " + to_toml(AttributeValue(place)) + "\n";
  }
  return text;
}

Plan read_plan(const fs::path& folder) {
  if (!fs::exists(folder / "kfold.toml")) {
    throw Error(ErrorCode::io, path_text(folder) + " has no kfold.toml, so there is no cross-validation to resume.");
  }
  Plan plan;
  for (const TomlEntry& e : read_toml(folder / "kfold.toml")) {
    const auto* value = std::get_if<std::int64_t>(&e.value);
    if (value != nullptr && e.key == "folds") plan.folds = static_cast<int>(*value);
    if (value != nullptr && e.key == "images") plan.images = static_cast<std::size_t>(*value);
    if (const auto* place = std::get_if<std::string>(&e.value)) plan.places[e.key] = *place;
  }
  return plan;
}

void check(const Plan& plan) {
  if (plan.folds >= 2 && static_cast<std::size_t>(plan.folds) <= plan.images) return;
  throw Error(ErrorCode::usage, "--folds " + std::to_string(plan.folds) + " of " + std::to_string(plan.images) +
                                    " images: expected from 2 to the number of images.");
}

class CrossValidation {
 public:
  CrossValidation(TrainOptions options, int folds, RunOptions run, const SearchCallbacks& callbacks)
      : options_(std::move(options)), run_(std::move(run)), callbacks_(callbacks) {
    if (run_.resume.empty()) {
      check_options(options_);
      choose_folder();
      open_data(options_);
      plan_ = {folds, data_->size(), {}};
      places_of(options_).save(plan_.places);
      check(plan_);
      (void)build_network(options_, data_->points());
      (void)Normaliser(options_.nme, data_->points());
      create_folder();
    } else {
      folder_ = text_path(run_.resume);
      plan_ = read_plan(folder_);
      options_ = {};
      read_config(folder_ / "config.toml", options_);
      find_model_file(options_, folder_);
      const Places places = places_of(options_, plan_.places);
      options_.val = places.val;
      options_.images = places.images;
      open_data(with_places(options_, places));
      check(plan_);
      if (data_->size() != plan_.images) {
        throw Error(ErrorCode::usage, "the data has " + std::to_string(data_->size()) +
                                          " images, the cross-validation to resume had " +
                                          std::to_string(plan_.images) + ".");
      }
    }
    const std::vector<std::size_t> order = random_order(data_->size(), Rng(options_.seed, RandomUse::folds));
    fold_of_.resize(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) fold_of_[order[i]] = i % static_cast<std::size_t>(plan_.folds);
    predictions_.resize(order.size() * static_cast<std::size_t>(2 * data_->points()));
  }

  KFoldResult run() {
    TrainCallbacks train = callbacks_.train;
    train.notice = once(callbacks_.train.notice);
    KFoldResult result;
    result.folder = path_text(folder_);
    for (std::size_t fold = 0; fold < static_cast<std::size_t>(plan_.folds); ++fold) {
      const std::string label = "fold " + std::to_string(fold + 1) + "/" + std::to_string(plan_.folds);
      if (callbacks_.begin) callbacks_.begin(label, fold, static_cast<std::size_t>(plan_.folds));
      const fs::path folder = folder_ / ("fold" + std::to_string(fold + 1));
      RunOptions run;
      run.threads = run_.threads;
      run.isa = run_.isa;
      run.judged = true;
      try {
        stop_point(train);
        if (!complete_run(folder, subset(data_, samples(fold, false)), options_, run, train, OnNumericFailure::raise)) {
          throw Interrupted{};
        }
        result.folds.push_back(judge(folder, fold));
      } catch (const Interrupted&) {
        result.interrupted = true;
        return result;
      }
      if (callbacks_.end) callbacks_.end(label, result.folds.back().mse100);
    }
    summarize(result);
    return result;
  }

 private:
  void open_data(const TrainOptions& options) { data_ = open_judged(options, callbacks_.train.notice, &report_); }

  void choose_folder() {
    folder_ = run_.out.empty() ? free_run_folder("kfold") : text_path(run_.out);
    if (fs::exists(folder_ / "kfold.toml")) {
      throw Error(ErrorCode::usage, path_text(folder_) +
                                        " already holds a cross-validation. Go on with it by --resume " +
                                        path_text(folder_) + ", or choose another --out.");
    }
    check_new_folder(folder_);
  }

  void create_folder() {
    make_folder(folder_);
    keep_model_file(options_, folder_);
    keep_skipped(report_, folder_);
    const std::vector<std::string> comment = {"Repeat this cross-validation bit for bit: fpcpu kfold --folds " +
                                              std::to_string(plan_.folds) + " --config FILE"};
    write_file_atomically(folder_ / "config.toml", config_text(options_, comment));
    write_file_atomically(folder_ / "kfold.toml", plan_text(plan_));
  }

  /// The images of a fold, or all others.
  [[nodiscard]] std::vector<std::size_t> samples(std::size_t fold, bool inside) const {
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < fold_of_.size(); ++i) {
      if ((fold_of_[i] == fold) == inside) indices.push_back(i);
    }
    return indices;
  }

  FoldResult judge(const fs::path& folder, std::size_t fold) {
    const std::vector<std::size_t> indices = samples(fold, true);
    const Checkpoint model = load_checkpoint(folder / "model.safetensors");
    ThreadPool pool(run_.threads);
    const auto& kernels = kernels::choose_table(run_.isa.c_str(), parse_precision(options_.precision));
    Evaluator evaluator(subset(data_, indices), model.preprocessing, options_.batch, 0, pool, false, options_.nme);
    const Evaluation e = evaluator.run(model, kernels, nullptr, [this](std::size_t) { stop_point(callbacks_.train); });
    const std::size_t width = e.predictions.size() / indices.size();
    for (std::size_t i = 0; i < indices.size(); ++i) {
      std::copy_n(e.predictions.begin() + static_cast<std::ptrdiff_t>(i * width), width,
                  predictions_.begin() + static_cast<std::ptrdiff_t>(indices[i] * width));
    }
    return {indices.size(), e.metrics.mse100, e.metrics.nme};
  }

  void summarize(KFoldResult& result) {
    const Metrics all = compute_metrics(*data_, predictions_, options_.nme);
    std::vector<double> images;
    std::vector<double> mse100;
    std::vector<double> nme;
    for (const FoldResult& f : result.folds) {
      images.push_back(static_cast<double>(f.images));
      mse100.push_back(f.mse100);
      nme.push_back(f.nme);
    }
    result.mse100 = mean_spread(mse100);
    result.nme = mean_spread(nme);
    result.all_mse100 = all.mse100;
    result.all_nme = all.nme;
    result.nme_by = all.nme_by;
    for (std::size_t i = 0; i < data_->size(); ++i) {
      if (std::isnan(all.per_image[i].mse100)) continue;
      result.worst.push_back({data_->name(i), static_cast<int>(fold_of_[i]) + 1, all.per_image[i].mse100});
    }
    std::stable_sort(result.worst.begin(), result.worst.end(),
                     [](const OutOfFoldImage& a, const OutOfFoldImage& b) { return a.mse100 > b.mse100; });
    result.worst.resize(std::min(result.worst.size(), kWorst));
    write_file_atomically(folder_ / "out_of_fold.csv", out_of_fold_csv(all));
    const JsonObject summary = {{"folds", std::int64_t{plan_.folds}},
                                {"images", static_cast<std::int64_t>(plan_.images)},
                                {"mse100_mean", result.mse100.mean},
                                {"mse100_spread", result.mse100.spread},
                                {"nme_mean", result.nme.mean},
                                {"nme_spread", result.nme.spread},
                                {"mse100", all.mse100},
                                {"nme", all.nme},
                                {"nme_by", all.nme_by},
                                {"auc08", all.auc08},
                                {"fr08", all.fr08},
                                {"median", all.median},
                                {"p95", all.p95},
                                {"per_point", all.per_point},
                                {"fold_images", images},
                                {"fold_mse100", mse100},
                                {"fold_nme", nme}};
    write_file_atomically(folder_ / "summary.json", to_json(summary) + "\n");
  }

  [[nodiscard]] std::string out_of_fold_csv(const Metrics& all) const {
    const auto width = static_cast<std::size_t>(2 * data_->points());
    std::string text = "filename,fold,mse100";
    for (std::size_t k = 1; k <= width / 2; ++k) text += ",x" + std::to_string(k) + ",y" + std::to_string(k);
    for (std::size_t i = 0; i < data_->size(); ++i) {
      text += '\n' + csv_cell(data_->name(i)) + ',' + std::to_string(fold_of_[i] + 1) + ',' +
              exact_cell(all.per_image[i].mse100);
      for (std::size_t j = i * width; j < (i + 1) * width; ++j) {
        text += ',' + exact_cell(predictions_[j]);
      }
    }
    return text + '\n';
  }

  TrainOptions options_;
  RunOptions run_;
  const SearchCallbacks& callbacks_;
  DatasetPtr data_;
  DataReport report_;
  Plan plan_;
  fs::path folder_;
  std::vector<std::size_t> fold_of_;  // from 0, of each image
  std::vector<float> predictions_;    // out of fold: images x 2K, px of the images
};

}  // namespace

KFoldResult cross_validate(const TrainOptions& options, int folds, const RunOptions& run,
                           const SearchCallbacks& callbacks) {
  if (!run.resume.empty() && !run.out.empty()) {
    throw Error(ErrorCode::usage, "--resume goes on in the folder of the cross-validation; leave --out out.");
  }
  return CrossValidation(options, folds, run, callbacks).run();
}

}  // namespace fpcpu
