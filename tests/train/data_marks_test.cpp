// SPDX-License-Identifier: MIT
// What a run remembers of its faces, and what it says when they are no longer the same.
#include "train/data_marks.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "core/file.hpp"
#include "data/synth.hpp"
#include "fpcpu/fpcpu.hpp"
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

/// Replaces the first `from` in a file.
void edit(const std::filesystem::path& file, const std::string& from, const std::string& to) {
  std::string text = read_file(file);
  REQUIRE(contains(text, from));
  text.replace(text.find(from), from.size(), to);
  std::ofstream(file, std::ios::binary) << text;
}

std::vector<FaceMark> marks_of(const std::filesystem::path& folder) {
  ThreadPool pool(3);
  std::size_t done = 0;
  auto marks = mark_data({open_dataset(folder.string()), nullptr}, pool, [&](std::size_t d, std::size_t) { done = d; });
  CHECK(done == marks.size());
  return marks;
}

}  // namespace

TEST_CASE("each change of a face is named, and nothing else") {
  const test::TemporaryFolder folder;
  write_synth_folder(folder / "faces", 300, 3, 24);  // more than are read at once
  const auto before = marks_of(folder / "faces");
  REQUIRE(before.size() == 300);
  write_marks(folder / "data.csv", before);
  CHECK(read_marks(folder / "data.csv") == before);
  const TrainingData data{open_dataset((folder / "faces").string()), nullptr};
  CHECK(describe_changes(before, marks_of(folder / "faces"), data).empty());

  std::ofstream(folder / "faces/images" / data.train->name(280), std::ios::app | std::ios::binary) << '!';
  std::vector<FaceMark> now = marks_of(folder / "faces");
  CHECK(describe_changes(before, now, data) == "1 image changed: " + data.train->name(280));
  now = before;
  ++now[5].labels;
  CHECK(describe_changes(before, now, data) == "1 row of labels changed: " + data.train->place(5));
  now = before;
  now.erase(now.begin() + 7);
  CHECK(describe_changes(before, now, data) == "1 face is gone: " + before[7].name);
  CHECK(describe_changes(now, before, data) == "1 face is new: " + before[7].name);
  now = before;
  std::swap(now[1], now[2]);
  CHECK(describe_changes(before, now, data) == "the faces stand in another order, first at " + before[2].name);
  // Two sets may use the same names.
  now = before;
  now.insert(now.end(), before.begin(), before.end());
  const std::vector<FaceMark> twice = now;
  ++now[301].image;
  CHECK(contains(describe_changes(twice, now, data), "1 image changed: " + before[1].name));
  message_of(ErrorCode::format, [&] {
    std::ofstream(folder / "data.csv", std::ios::app) << "train,a.jpg,many,0,0\n";
    (void)read_marks(folder / "data.csv");
  });
}

TEST_CASE("a run does not go on with other faces unless it is told to") {
  const test::TemporaryFolder folder;
  write_synth_folder(folder / "faces", 40, 3, 40);
  const TrainOptions options = test::quick({.data = (folder / "faces").string()});
  const auto run = folder / "run";
  CHECK(train(options, into(run), test::stop_after(5)).interrupted);
  RunOptions resume;
  resume.resume = run.string();
  CHECK(train({}, resume, test::stop_after(1)).interrupted);

  edit(folder / "faces/gt.csv", ".jpg,", ".jpg,0");
  CHECK_NOTHROW((void)train({}, resume, test::stop_after(1)));  // the same number
  edit(folder / "faces/gt.csv", ".jpg,0", ".jpg,1");
  const std::string text = message_of(ErrorCode::format, [&] { (void)train({}, resume); });
  CHECK(contains(text, "1 row of labels changed"));
  CHECK(contains(text, "gt.csv line 2"));
  CHECK(contains(text, "--changed-data"));
  resume.changed_data = true;
  std::string notice;
  TrainCallbacks callbacks;
  callbacks.notice = [&](const std::string& said) { notice += said; };
  CHECK(train({}, resume, callbacks).epochs == 3);
  CHECK(contains(notice, "going on with changed data: 1 row of labels changed"));
  CHECK(contains(read_file(run / "config.toml"), "its data changed after epoch 1"));
  resume.changed_data = false;
  CHECK_NOTHROW((void)train({}, resume));  // what it goes on with now is remembered
}
