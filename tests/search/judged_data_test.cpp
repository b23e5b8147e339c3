// SPDX-License-Identifier: MIT
// Labelled faces are judged before anything is made of them.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "data/synth.hpp"
#include "data/tables/points_csv.hpp"
#include "fpcpu/search.hpp"
#include "support/into.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"
#include "train/setup.hpp"
#include "train/training_data.hpp"

using namespace fpcpu;
using test::contains;
using test::message_of;

namespace {

/// A folder of rendered faces whose table a test may change.
class Work {
 public:
  Work(std::size_t faces, std::uint64_t seed) { write_synth_folder(folder_ / "faces", faces, seed, 40); }

  [[nodiscard]] TrainOptions options() const {
    TrainOptions o;
    o.data = {(folder_ / "faces").string()};
    o.input_size = 32;
    o.epochs = 1;
    o.batch = 4;
    return o;
  }

  /// Rewrites the table by a rule for each coordinate.
  template <class Rule>
  void change(const Rule& rule) const {
    const std::filesystem::path file = folder_ / "faces/gt.csv";
    PointsTable table = read_points_csv(file);
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
      for (std::size_t j = 0; j < table.rows[i].xy.size(); ++j) rule(i, j, table.rows[i].xy[j]);
    }
    write_file_atomically(file, points_csv(table.names, table.rows, table.points, 4));
  }

  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return folder_ / name; }

  std::vector<std::string> notices;
  [[nodiscard]] TrainCallbacks callbacks() {
    TrainCallbacks c;
    c.notice = [this](const std::string& text) { notices.push_back(text); };
    return c;
  }

 private:
  test::TemporaryFolder folder_;
};

void to_parts(std::size_t, std::size_t, float& v) { v /= 40; }

}  // namespace

TEST_CASE("a refusal comes before the first step and before a folder is made, in every kind of training") {
  Work work(20, 3);
  work.change(to_parts);
  const TrainOptions options = work.options();
  CHECK(contains(message_of(ErrorCode::format, [&] { (void)train(options, test::into(work / "run", 1)); }),
                 "pixels are expected"));
  CHECK(!std::filesystem::exists(work / "run"));
  CHECK(
      contains(message_of(ErrorCode::format, [&] { (void)cross_validate(options, 2, test::into(work / "folds", 1)); }),
               "pixels are expected"));
  CHECK(!std::filesystem::exists(work / "folds"));
  CHECK(contains(message_of(ErrorCode::format, [&] { (void)find_lr(options, {.steps = 10}); }), "pixels are expected"));
  CHECK(
      contains(message_of(ErrorCode::format, [&] { (void)train(open_dataset(options.data[0]), options); }), "accept"));

  TrainOptions validation = options;
  validation.val = options.data.front();
  validation.data = {"synth:8"};
  CHECK(contains(message_of(ErrorCode::format, [&] { (void)train(validation, test::into(work / "run", 1)); }),
                 "pixels are expected"));
}

TEST_CASE("what is accepted goes on, and is said once") {
  Work work(20, 3);
  work.change(to_parts);
  TrainOptions options = work.options();
  options.accept = "unit";
  options.augment = "none";
  (void)train(options, test::into(work / "run", 1), work.callbacks());
  REQUIRE(work.notices.size() >= 1);
  CHECK(contains(work.notices.front(), "accepted: "));
  work.notices.clear();
  SearchCallbacks search;
  search.train = work.callbacks();
  (void)cross_validate(options, 3, test::into(work / "folds", 1), search);
  const auto said = std::count_if(work.notices.begin(), work.notices.end(),
                                  [](const std::string& text) { return contains(text, "accepted: "); });
  CHECK(said == 1);
  options.accept = "units";
  CHECK(contains(message_of(ErrorCode::usage, [&] { (void)train(options); }), "Did you mean 'unit'?"));
}

TEST_CASE("without a mirror table training goes on without mirroring, and says so") {
  Work work(20, 3);
  TrainOptions options = work.options();
  options.mirror = "0,1,2,3,4,5,6,7,8,9,10,11,12,13";
  (void)train(options, test::into(work / "by_hand", 1), work.callbacks());
  REQUIRE(work.notices.size() == 1);
  CHECK(contains(work.notices.front(), "--mirror is used, but does not fit"));

  // Points that no table of partners suits.
  work.notices.clear();
  work.change([](std::size_t i, std::size_t j, float& v) {
    v = static_cast<float>((7 * j * j + 3 * j) % 29) + 4 + 0.1F * static_cast<float>(i);
  });
  options.mirror.clear();
  (void)train(options, test::into(work / "none", 1), work.callbacks());
  REQUIRE(!work.notices.empty());
  CHECK_MESSAGE(contains(work.notices.front(), "images are not mirrored in training"), work.notices.front());
  // Repeated from its configuration nothing is left to say.
  const TrainOptions again = [&] {
    TrainOptions o = work.options();
    o.augment_ranges["mirror"] = 0;
    return o;
  }();
  work.notices.clear();
  (void)train(again, test::into(work / "again", 1), work.callbacks());
  CHECK(work.notices.empty());
}

TEST_CASE("the mirror table of a few batches comes from all faces") {
  Work work(60, 3);
  TrainOptions options = work.options();
  options.batch = 1;
  // The first faces, of which --fast takes its batches, are rolled; all together are not.
  const TrainingData fast = open_training_data(options, nullptr, true);
  REQUIRE(fast.train->size() < 10);
  REQUIRE(fast.whole->size() == 60);
  const std::vector<int> right = {3, 2, 1, 0, 9, 8, 7, 6, 5, 4, 10, 13, 12, 11};
  TrainingData odd = fast;
  std::vector<std::size_t> one = {0};
  for (std::size_t i = 0; i < 60; ++i) {
    one = {i};
    odd.train = subset(fast.whole, one);
    std::vector<std::string> notices;
    const Preprocessing p =
        measure_points(options, odd, {32, 32, 3}, [&](const std::string& s) { notices.push_back(s); });
    CHECK(p.mirror == right);
    CHECK(notices.empty());
  }
  CHECK(!options.augment_ranges.contains("mirror"));
}

TEST_CASE("the same picture on both sides of --val-split is named as such, on one side it is not") {
  const Work work(20, 3);
  const auto images = work / "faces/images";
  const PointsTable table = read_points_csv(work / "faces/gt.csv");
  TrainOptions options = work.options();
  options.val_split = 0.5;
  const TrainingData before = open_training_data(options, nullptr, false, false);
  const auto copy = [&](const std::string& from, const std::string& to) {
    std::filesystem::copy_file(images / from, images / to, std::filesystem::copy_options::overwrite_existing);
  };
  const auto text = [&] {
    const TrainingData data = open_training_data(options, nullptr, false, false);
    return data.findings.empty() ? std::string() : data.findings.front().text;
  };
  const std::string kept = before.val->name(0);
  const std::string saved = read_file(images / kept);
  copy(before.train->name(0), kept);
  CHECK(contains(text(), "1 in training and validation"));
  write_file_atomically(images / kept, saved);
  copy(before.train->name(0), before.train->name(1));
  CHECK(contains(text(), "1 picture is there twice"));
  CHECK(!contains(text(), "in training and validation"));
}
