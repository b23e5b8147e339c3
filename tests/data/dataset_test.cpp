#include "fpcpu/dataset.hpp"

#include <doctest/doctest.h>

#include "data/image_files.hpp"
#include "data/image_write.hpp"
#include "data/points_csv.hpp"
#include "data/statistics.hpp"
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
  CHECK(message_of(ErrorCode::io, open) ==
        gt + " line 2: " + (folder / "images" / "a b.png").string() + " does not exist.");
  put(folder / "images" / "a b.png", "no image");
  CHECK(contains(message_of(ErrorCode::format, open), gt + " line 2: "));
  CHECK(contains(message_of(ErrorCode::format, open), "a b.png: not a readable JPEG, PNG or BMP"));
  std::filesystem::remove(folder / "gt.csv");
  CHECK(message_of(ErrorCode::io, open) == gt + " does not exist.");
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
  CHECK(contains(message_of(ErrorCode::format, [&] { (void)concat_datasets({a, other}); }), "data set 2 has 2 points"));
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
