// SPDX-License-Identifier: MIT
#include "fpcpu/dataset.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "data/image_files.hpp"
#include "data/image_write.hpp"
#include "data/statistics.hpp"
#include "data/tables/points_csv.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

using namespace fpcpu;
using test::contains;
using test::message_of;
using test::put;
using test::TemporaryFolder;

namespace {

Image flat(int width, int height, std::vector<std::uint8_t> colour) {
  Image image{width, height, static_cast<int>(colour.size()), {}};
  for (int i = 0; i < width * height; ++i) image.pixels.insert(image.pixels.end(), colour.begin(), colour.end());
  return image;
}

/// Two points; images of 10x20 and 40x30.
void make_folder(const TemporaryFolder& folder) {
  std::filesystem::create_directories(folder / "images" / "sub dir");
  write_image(folder / "images" / "a b.png", flat(10, 20, {10, 20, 30}));
  write_image(folder / "images" / "sub dir" / "gr\xC3\xBC\xC3\x9F.png", flat(40, 30, {100}));
  put(folder / "gt.csv", "filename,x1,y1,x2,y2\n\"a b.png\",4.5,9.5,9,0\nsub dir/gr\xC3\xBC\xC3\x9F.png,19.5,14.5,,\n");
}

}  // namespace

TEST_CASE("a folder is opened and read") {
  const TemporaryFolder folder;
  make_folder(folder);
  const DatasetPtr data = open_dataset(folder.path().string());
  REQUIRE(data->size() == 2);
  CHECK(data->points() == 2);
  CHECK(data->name(0) == "a b.png");
  CHECK(data->width(0) == 10);
  CHECK(data->height(0) == 20);
  CHECK(data->image(0).channels == 3);
  CHECK(data->image(1).channels == 1);
  CHECK(data->image(1).pixels.front() == 100);
  CHECK(data->landmarks(1).visible == std::vector<float>{1, 0});
  const std::vector<float> mean = mean_shape(*data);
  CHECK(mean[0] == doctest::Approx(0));
  CHECK(mean[1] == doctest::Approx(0));
  CHECK(mean[2] == doctest::Approx(0.45));
  CHECK(mean[3] == doctest::Approx(0.5 / 20 - 0.5));
}

TEST_CASE("what is wrong with an image is said with its line, before any training") {
  const TemporaryFolder folder;
  make_folder(folder);
  const std::string gt = (folder / "gt.csv").string();
  const auto open = [&] { (void)open_dataset(folder.path().string()); };
  std::filesystem::rename(folder / "images" / "a b.png", folder / "away.png");
  CHECK(message_of(ErrorCode::io, open) == gt + " line 2: " + (folder / "images" / "a b.png").string() +
                                               " does not exist. Correct it, or leave such rows out with --skip-bad.");
  put(folder / "images" / "a b.png", "no image");
  CHECK(contains(message_of(ErrorCode::format, open), gt + " line 2: "));
  CHECK(contains(message_of(ErrorCode::format, open), "a b.png: not a readable JPEG, PNG or BMP"));
  std::filesystem::remove(folder / "gt.csv");
  CHECK(message_of(ErrorCode::io, open).starts_with(gt + " does not exist. Expected gt.csv"));
}

TEST_CASE("all images that cannot be used are listed, twenty at most; skip_bad leaves them out and says so") {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "images");
  std::string table = "filename,x1,y1\n";
  for (int i = 0; i < 30; ++i) {
    const std::string name = std::to_string(i) + ".png";
    table += name + ",1,1\n";
    if (i % 10 == 0) {
      write_image(folder / "images" / name, flat(4, 4, {100}));
    } else {
      put(folder / "images" / name, "no image");
    }
  }
  // Its header is whole, its pixels are not.
  const std::string whole = test::read_bytes(folder / "images" / "20.png");
  put(folder / "images" / "20.png", whole.substr(0, whole.size() - 30));
  put(folder / "gt.csv", table);
  const std::string where = folder.path().string();
  const std::string message = message_of(ErrorCode::format, [&] { (void)open_dataset(where); });
  CHECK(message.starts_with("28 of 30 images cannot be used."));
  CHECK(std::count(message.begin(), message.end(), '\n') == 21);
  CHECK(contains(message, "gt.csv line 3: "));
  CHECK(message.ends_with("and 8 more"));

  DataReport report;
  const DatasetPtr data = open_dataset(where, {.skip_bad = true}, &report);
  REQUIRE(data->size() == 2);
  CHECK(data->name(1) == "10.png");
  CHECK(data->place(1) == where + "/gt.csv line 12");
  REQUIRE(report.skipped.size() == 28);
  CHECK(report.skipped[0].place == where + "/gt.csv line 3");
  CHECK(contains(report.skipped[0].reason, "1.png: not a readable"));
  CHECK(report.skipped[18].place == where + "/gt.csv line 22");
}

TEST_CASE("images broken in their pixels are all named when colours are measured") {
  const TemporaryFolder folder;
  make_folder(folder);
  for (const char* name : {"a b.png", "sub dir/gr\xC3\xBC\xC3\x9F.png"}) {
    const std::string whole = test::read_bytes(folder / "images" / name);
    put(folder / "images" / name, whole.substr(0, whole.size() - 20));
  }
  const DatasetPtr data = open_dataset(folder.path().string());
  const std::string message = message_of(ErrorCode::format, [&] { (void)channel_statistics(*data, {8, 8, 3}); });
  CHECK(contains(message, "2 of 2 images"));
  CHECK(contains(message, "line 2: "));
  CHECK(contains(message, "line 3: "));
}

TEST_CASE("points with the mark of missing ones as x and as y are not visible; a mark that is never met is said") {
  const TemporaryFolder folder;
  make_folder(folder);
  put(folder / "gt.csv", "filename,x1,y1,x2,y2\n\"a b.png\",-1,-1,-1,0\n");
  const std::string where = folder.path().string();
  CHECK(open_dataset(where)->landmarks(0).visible == std::vector<float>{1, 1});
  DataReport report;
  CHECK(open_dataset(where, {.missing = "-1"}, &report)->landmarks(0).visible == std::vector<float>{0, 1});
  CHECK(open_dataset(where, {.missing = "-1"})->landmarks(0).xy == std::vector<float>{0, 0, -1, 0});
  CHECK(report.notes.empty());
  (void)open_dataset(where, {.missing = "7"}, &report);
  REQUIRE(report.notes.size() == 1);
  CHECK(contains(report.notes[0], "--missing changes nothing"));
  for (const char* wrong : {"x", "nan", "1,2", "inf", "-1 "}) {
    CHECK(contains(message_of(ErrorCode::usage, [&] { (void)open_dataset(where, {.missing = wrong}); }), "--missing"));
  }
}

TEST_CASE("a random part of the data: by number or part, the same for one seed, in the order of the data") {
  const auto names = [](const std::string& part, std::uint64_t seed) {
    std::vector<std::string> all;
    const DatasetPtr data = open_datasets({"synth:30", "synth:20:2"}, {.subset = part, .seed = seed});
    for (std::size_t i = 0; i < data->size(); ++i) all.push_back(std::to_string(data->landmarks(i).xy[0]));
    return all;
  };
  CHECK(names("10", 1).size() == 10);
  CHECK(names("0.5", 1).size() == 25);
  CHECK(names("1.0", 1).size() == 50);
  CHECK(names("0.001", 1).size() == 1);
  CHECK(names("10", 1) == names("10", 1));
  CHECK(names("10", 1) != names("10", 2));
  const std::vector<std::string> all = names("", 1);
  std::size_t from = 0;
  for (const std::string& one : names("25", 3)) {
    while (from < all.size() && all[from] != one) ++from;
  }
  CHECK(from < all.size());
  for (const char* wrong : {"0", "-3", "1.5", "x", "51", "0.0", "3 "}) {
    CHECK(contains(message_of(ErrorCode::usage, [&] { (void)names(wrong, 1); }), "--subset"));
  }
}

TEST_CASE("concat and subset keep order and reach the right images") {
  const DatasetPtr a = open_dataset("synth:3:1");
  const DatasetPtr b = open_dataset("synth:4:2");
  const DatasetPtr both = concat_datasets({a, b});
  REQUIRE(both->size() == 7);
  CHECK(both->landmarks(3).xy == b->landmarks(0).xy);
  CHECK(both->image(6).pixels == b->image(3).pixels);
  const DatasetPtr some = subset(both, {5, 0, 5});
  REQUIRE(some->size() == 3);
  CHECK(some->landmarks(0).xy == b->landmarks(2).xy);
  CHECK(some->landmarks(1).xy == a->landmarks(0).xy);
  CHECK(some->width(2) == b->width(2));
  CHECK(contains(message_of(ErrorCode::usage, [&] { (void)subset(a, {3}); }), "sample 3"));

  const TemporaryFolder folder;
  make_folder(folder);
  const DatasetPtr other = open_dataset(folder.path().string());
  CHECK(contains(message_of(ErrorCode::format,
                            [&] {
                              (void)concat_datasets({a, other});
                            }),
                 "has 2 points per face, data set 1"));
}

TEST_CASE("sets are brought into one order by the names of their points") {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "images");
  write_image(folder / "images" / "a.png", flat(10, 10, {100}));
  const auto set = [&](const std::string& name, const std::string& header) {
    return open_dataset(put(folder / name, "filename," + header + "\na.png,1,2,3,4\n").string());
  };
  const DatasetPtr named = set("n.csv", "left_eye_x,left_eye_y,nose_x,nose_y");
  const DatasetPtr turned = set("t.csv", "Nose.x,Nose.y,Left-Eye.x,Left-Eye.y");
  const DatasetPtr counted = set("c.csv", "x1,y1,x2,y2");
  const DatasetPtr numbered = set("p.csv", "p0_x,p0_y,p1_x,p1_y");
  const DatasetPtr also = set("k.csv", "kp_1_x,kp_1_y,kp_2_x,kp_2_y");
  const DatasetPtr other = set("o.csv", "left_eye_x,left_eye_y,chin_x,chin_y");
  DataReport report;
  const DatasetPtr both = concat_datasets({named, turned}, &report);
  CHECK(both->point_names() == std::vector<std::string>{"left_eye", "nose"});
  CHECK(both->landmarks(1).xy == std::vector<float>{3, 4, 1, 2});
  CHECK(both->place(1) == turned->place(0));
  CHECK(report.notes.empty());
  CHECK(concat_datasets({counted, turned}, &report)->point_names() == std::vector<std::string>{"Nose", "Left-Eye"});
  REQUIRE(report.notes.size() == 1);
  CHECK(contains(report.notes[0], "taken by number"));
  CHECK(concat_datasets({numbered, also}, &report)->landmarks(1).xy == std::vector<float>{1, 2, 3, 4});
  CHECK(report.notes.size() == 2);
  const std::string refused = message_of(ErrorCode::format, [&] { (void)concat_datasets({named, other}); });
  CHECK(contains(refused, "data set 2"));
  CHECK(contains(refused, "o.csv line 2"));
  CHECK(contains(refused, "only there 'chin', only here 'nose'."));
  CHECK_THROWS_AS((void)concat_datasets({named, numbered}), Error);
}

TEST_CASE("names of built-in sets") {
  CHECK(open_dataset("synth:5")->size() == 5);
  CHECK(open_dataset("synth:5")->landmarks(4).xy == open_dataset("synth:9:1")->landmarks(4).xy);
  for (const char* wrong : {"synth:", "synth:0", "synth:x", "synth:5:", "synth:5:x", "synth:5,3", "synth:-2"}) {
    CHECK(contains(message_of(ErrorCode::usage, [&] { (void)open_dataset(wrong); }), "synth:N"));
  }
}

TEST_CASE("channel statistics") {
  const TemporaryFolder folder;
  make_folder(folder);
  const ChannelStatistics s = channel_statistics(*open_dataset(folder.path().string()), {8, 8, 3});
  CHECK(s.mean[0] == doctest::Approx(55));
  CHECK(s.mean[2] == doctest::Approx(65));
  CHECK(s.deviation[0] == doctest::Approx(45));
  CHECK(channel_statistics(*open_dataset(folder.path().string()), {8, 8, 1}).mean.size() == 1);
}
