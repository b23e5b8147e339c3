// SPDX-License-Identifier: MIT
// Cross-validation: every image judged once, out of fold; stopping and going on change nothing.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <numeric>
#include <sstream>

#include "fpcpu/dataset.hpp"
#include "fpcpu/predictor.hpp"
#include "fpcpu/search.hpp"
#include "search/mean_spread.hpp"
#include "support/files.hpp"
#include "support/into.hpp"
#include "support/messages.hpp"
#include "support/quick_training.hpp"
#include "support/stop_after.hpp"
#include "support/temporary_folder.hpp"

using namespace fpcpu;
using test::contains;
using test::into;
using test::message_of;

namespace {

const TrainOptions kTraining = test::quick({.data = "synth:31:3", .epochs = 2});

}  // namespace

TEST_CASE("mean and sample standard deviation") {
  CHECK(std::isnan(mean_spread({}).mean));
  const std::vector<double> one = {3};
  CHECK(mean_spread(one).mean == 3);
  CHECK(std::isnan(mean_spread(one).spread));
  const std::vector<double> four = {1, 3, 5, 7};
  CHECK(mean_spread(four).mean == 4);
  CHECK(mean_spread(four).spread == doctest::Approx(std::sqrt(20.0 / 3)));
}

TEST_CASE("each image is judged once, by the detector of its fold, which has not seen it") {
  const test::TemporaryFolder folder;
  const KFoldResult r = cross_validate(kTraining, 3, into(folder / "k"));
  REQUIRE(r.folds.size() == 3);
  CHECK(r.folds[0].images == 11);
  CHECK(r.folds[1].images == 10);
  CHECK(r.folds[2].images == 10);
  CHECK(r.mse100.mean == doctest::Approx((r.folds[0].mse100 + r.folds[1].mse100 + r.folds[2].mse100) / 3));
  CHECK(r.mse100.spread > 0);
  REQUIRE(r.worst.size() == 10);
  CHECK(r.worst[0].mse100 >= r.worst[9].mse100);

  std::istringstream lines(test::content(folder / "k/out_of_fold.csv"));
  std::string line;
  std::getline(lines, line);
  CHECK(line.starts_with("filename,fold,mse100,x1,y1,"));
  const DatasetPtr faces = open_dataset("synth:31:3");
  std::map<int, int> size;
  double sum = 0;
  for (std::size_t i = 0; i < faces->size(); ++i) {
    REQUIRE(std::getline(lines, line));
    CHECK(std::count(line.begin(), line.end(), ',') == 30);
    std::istringstream cells(line);
    std::string name;
    std::string cell;
    std::getline(cells, name, ',');
    CHECK(name == faces->name(i));
    std::getline(cells, cell, ',');
    const int fold = std::stoi(cell);
    ++size[fold];
    std::getline(cells, cell, ',');
    sum += std::stod(cell);
    // The points are those of the detector of this fold.
    if (i % 7 != 0) continue;
    Predictor detector((folder / ("k/fold" + std::to_string(fold) + "/model.safetensors")).string());
    std::getline(cells, cell, ',');
    CHECK(std::stod(cell) ==
          doctest::Approx(static_cast<double>(detector.detect(faces->image(i)).front())).epsilon(1e-3));
  }
  CHECK(!std::getline(lines, line));
  CHECK(size == std::map<int, int>{{1, 11}, {2, 10}, {3, 10}});
  // Nothing is rounded on its way into a file.
  CHECK(r.all_mse100 == doctest::Approx(sum / 31).epsilon(1e-12));
  // What a configuration promises holds: that of all repeats all, that of a fold is said not to repeat the fold.
  CHECK(test::content(folder / "k/config.toml")
            .starts_with("# Repeat this cross-validation bit for bit: fpcpu kfold --folds 3"));
  CHECK(test::content(folder / "k/fold2/config.toml")
            .starts_with("# The options of this run. Its faces were handed over"));
  // 31 images without a fold of 10, a tenth of the rest for validation.
  CHECK(contains(test::content(folder / "k/fold2/log.txt"), "19 training faces, 2 for validation"));
  CHECK(contains(test::content(folder / "k/summary.json"), "\"mse100_spread\":"));
}

TEST_CASE("stopped anywhere and resumed, the cross-validation ends with the same files; finished folds stay") {
  const test::TemporaryFolder folder;
  (void)cross_validate(kTraining, 3, into(folder / "whole"));
  // A fold has 2 x 2 steps.
  for (const int steps : {1, 6}) {
    CAPTURE(steps);
    const auto place = folder / ("stopped" + std::to_string(steps));
    SearchCallbacks stopping;
    stopping.train = test::stop_after(steps);
    const KFoldResult first = cross_validate(kTraining, 3, into(place), stopping);
    CHECK(first.interrupted);
    CHECK(!std::filesystem::exists(place / "out_of_fold.csv"));
    RunOptions resume;
    resume.resume = place.string();
    SearchCallbacks counting;
    std::string trained;
    counting.train.epoch = [&](const EpochResult& e) { trained += std::to_string(e.epoch); };
    const KFoldResult second = cross_validate({}, 0, resume, counting);
    CHECK(!second.interrupted);
    CHECK(trained.size() == (steps < 4 ? 6 : 4));
    for (const char* name : {"out_of_fold.csv", "summary.json"}) {
      CHECK(test::content(place / name) == test::content(folder / "whole" / name));
    }
    trained.clear();
    const auto written = std::filesystem::last_write_time(place / "fold1/report.html");
    (void)cross_validate({}, 0, resume, counting);
    CHECK(trained.empty());
    CHECK(std::filesystem::last_write_time(place / "fold1/report.html") == written);
  }
}

TEST_CASE("cross-validations that cannot be are refused before anything is written") {
  const test::TemporaryFolder folder;
  for (const int folds : {1, 32}) {
    message_of(ErrorCode::usage, [&] { (void)cross_validate(kTraining, folds, into(folder / "k")); });
  }
  TrainOptions options = kTraining;
  options.model = "smal";
  message_of(ErrorCode::usage, [&] { (void)cross_validate(options, 3, into(folder / "k")); });
  CHECK(!std::filesystem::exists(folder / "k"));
  RunOptions nowhere;
  nowhere.resume = (folder / "none").string();
  CHECK(contains(message_of(ErrorCode::io, [&] { (void)cross_validate({}, 0, nowhere); }), "kfold.toml"));

  // What is somebody else's is not touched.
  std::filesystem::create_directories(folder / "mine/fold1");
  std::ofstream(folder / "mine/fold1/notes.txt") << "keep me";
  CHECK(contains(message_of(ErrorCode::usage, [&] { (void)cross_validate(kTraining, 3, into(folder / "mine")); }),
                 "fold1"));
  CHECK(std::filesystem::exists(folder / "mine/fold1/notes.txt"));

  SearchCallbacks at_once;
  at_once.train.stop = [] { return true; };
  (void)cross_validate(kTraining, 3, into(folder / "k"), at_once);
  CHECK(contains(message_of(ErrorCode::usage, [&] { (void)cross_validate(kTraining, 3, into(folder / "k")); }),
                 "--resume"));
  std::ofstream(folder / "k/kfold.toml") << "folds = 3\nimages = 30\n";
  RunOptions resume;
  resume.resume = (folder / "k").string();
  CHECK(contains(message_of(ErrorCode::usage, [&] { (void)cross_validate({}, 0, resume); }), "31 images"));
}
