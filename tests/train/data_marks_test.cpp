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

/// Another working directory, until the end of a scope.
class InFolder {
 public:
  explicit InFolder(const std::filesystem::path& folder) { std::filesystem::current_path(folder); }
  ~InFolder() { std::filesystem::current_path(before_); }
  InFolder(const InFolder&) = delete;
  InFolder& operator=(const InFolder&) = delete;

 private:
  std::filesystem::path before_ = std::filesystem::current_path();
};

/// Replaces the first `from` in a file.
void edit(const std::filesystem::path& file, const std::string& from, const std::string& to) {
  std::string text = read_file(file);
  REQUIRE(contains(text, from));
  text.replace(text.find(from), from.size(), to);
  std::ofstream(file, std::ios::binary) << text;
}

std::vector<DataMark> marks_of(const std::filesystem::path& folder) {
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
  std::vector<DataMark> now = marks_of(folder / "faces");
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
  const std::vector<DataMark> twice = now;
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

TEST_CASE("files of streams are compared by what they hold; a stream that was added or left out is no change of data") {
  const test::TemporaryFolder folder;
  write_synth_folder(folder / "faces", 4, 3, 24);
  const TrainingData data{open_dataset((folder / "faces").string()), nullptr};
  const auto faces = marks_of(folder / "faces");
  const auto with_streams = [&](const std::vector<StreamSpec>& specs) {
    std::vector<DataMark> marks = faces;
    const auto more = mark_streams(specs, {{"a.csv", (folder / "a.csv").string()}, {"run", (folder / "run").string()}});
    marks.insert(marks.end(), more.begin(), more.end());
    return marks;
  };
  const StreamSpec pose{"pose", "table:file=a.csv"};
  const StreamSpec wise{"wise", "teacher:model=run"};
  write_file_atomically(folder / "a.csv", "file,a\nx,1\n");
  std::filesystem::create_directory(folder / "run");
  write_file_atomically(folder / "run/model.safetensors", "weights");
  const auto before = with_streams({pose, {"maps", "maps:side=8"}, wise});
  REQUIRE(before.size() == 6);
  write_marks(folder / "data.csv", before);
  CHECK(read_marks(folder / "data.csv") == before);
  CHECK(describe_changes(faces, before, data).empty());
  CHECK(describe_changes(before, faces, data).empty());
  CHECK(describe_changes(before, with_streams({wise, pose}), data).empty());

  write_file_atomically(folder / "a.csv", "file,a\nx,2\n");
  CHECK(describe_changes(before, with_streams({pose, wise}), data) == "1 file of a stream changed: pose");
  write_file_atomically(folder / "run/model.safetensors", "weighty");
  CHECK(describe_changes(before, with_streams({pose, wise}), data) == "2 files of streams changed: pose, wise");
  // Whoever reads it says that it is gone.
  std::filesystem::remove(folder / "a.csv");
  CHECK(describe_changes(before, with_streams({pose}), data).empty());
}

TEST_CASE("a run with a table goes on from any working directory, and notices when the table was edited") {
  const test::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "home");
  std::filesystem::create_directory(folder / "away");
  write_file_atomically(folder / "net.toml",
                        "input = [32, 32, 3]\n[[layer]]\nname = \"body\"\nkind = \"conv2d\"\nout_channels = 4\n"
                        "stride = 4\n[[layer]]\nname = \"points\"\nkind = \"landmarks\"\n[[layer]]\nname = \"age\"\n"
                        "kind = \"dense\"\nunits = 1\ninputs = [\"body\"]\n[[output]]\nlayer = \"age\"\n"
                        "training_only = true\n[[stream]]\nname = \"age\"\nsource = \"table:file=age.csv\"\n"
                        "[[term]]\nloss = \"smooth-l1\"\n[[term]]\nloss = \"mse\"\noutputs = [\"age\"]\n"
                        "targets = [\"age\"]\n");
  TrainOptions options = test::quick({.data = "synth:40:3"});
  options.model = (folder / "net.toml").string();
  const DatasetPtr faces = open_dataset("synth:40:3");
  std::string table = "file,age\n";
  for (std::size_t i = 0; i < faces->size(); ++i) table += faces->name(i) + ',' + std::to_string(20 + i) + '\n';
  write_file_atomically(folder / "home/age.csv", table);
  const auto run = folder / "run";
  {
    const InFolder home(folder / "home");
    CHECK(train(options, into(run), test::stop_after(5)).interrupted);
  }
  const InFolder away(folder / "away");
  RunOptions resume;
  resume.resume = run.string();
  CHECK(train({}, resume, test::stop_after(1)).interrupted);
  edit(folder / "home/age.csv", ",20\n", ",21\n");
  CHECK(contains(message_of(ErrorCode::format, [&] { (void)train({}, resume); }), "1 file of a stream changed: age"));
  edit(folder / "home/age.csv", ",21\n", ",20\n");
  CHECK(train({}, resume, test::stop_after(1)).interrupted);

  // Gone where it was, and here now, as when a whole project has been moved.
  std::filesystem::rename(folder / "home/age.csv", folder / "old.csv");
  CHECK(contains(message_of(ErrorCode::io, [&] { (void)train({}, resume); }), "stream 'age'"));
  std::filesystem::rename(folder / "old.csv", folder / "away/age.csv");
  CHECK(train({}, resume).epochs == 3);
}
