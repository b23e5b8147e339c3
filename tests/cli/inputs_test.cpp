// SPDX-License-Identifier: MIT
// Any number of points, missing points, gray and rectangular inputs: from a folder of faces to the points of an image.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "cli/program.hpp"
#include "data/decode.hpp"
#include "data/image_write.hpp"
#include "data/synth.hpp"
#include "graph/zoo/zoo.hpp"
#include "support/messages.hpp"

using namespace fpcpu;
using test::contains;
using test::Outcome;
using test::run_program;
using test::TemporaryFolder;

namespace {

constexpr std::size_t kMirror[14] = {3, 2, 1, 0, 9, 8, 7, 6, 5, 4, 10, 13, 12, 11};

/// Points of a face as middles of two of the fourteen: single points first, then pairs; each with its mirror image, so
/// that any K from 1 to 105 can be mirrored.
std::vector<std::pair<std::size_t, std::size_t>> middles(std::size_t count) {
  using Pair = std::pair<std::size_t, std::size_t>;
  const auto sorted = [](std::size_t a, std::size_t b) { return Pair{std::min(a, b), std::max(a, b)}; };
  std::vector<Pair> single;  // their own mirror images
  std::vector<Pair> twins;
  for (std::size_t apart = 0; apart < 14; ++apart) {
    for (std::size_t a = 0; a + apart < 14; ++a) {
      const Pair pair{a, a + apart};
      const Pair image = sorted(kMirror[a], kMirror[a + apart]);
      if (image == pair) single.push_back(pair);
      if (pair < image) twins.insert(twins.end(), {pair, image});
    }
  }
  std::vector<Pair> chosen;
  if (count % 2 == 1) chosen.push_back(single.back());
  for (std::size_t i = 0; i < twins.size() && chosen.size() < count; ++i) chosen.push_back(twins[i]);
  if (count % 2 == 1) single.pop_back();
  while (chosen.size() < count) {
    chosen.push_back(single.back());
    single.pop_back();
  }
  return chosen;
}

/// Faces with K points each; every seventh point of every third face is missing.
void write_faces(const std::filesystem::path& folder, std::size_t count, std::size_t points) {
  std::filesystem::create_directories(folder / "images");
  const DatasetPtr faces = make_synth_dataset(count, 5, 48);
  std::ofstream csv(folder / "gt.csv");
  csv << "filename";
  for (std::size_t k = 1; k <= points; ++k) csv << ",x" << k << ",y" << k;
  csv << "\n";
  const auto pairs = middles(points);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = "face" + std::to_string(i) + ".png";
    write_image(folder / "images" / name, faces->image(i));
    csv << name;
    const std::vector<float>& xy = faces->landmarks(i).xy;
    for (std::size_t k = 0; k < points; ++k) {
      const auto [a, b] = pairs[k];
      if (i % 3 == 0 && k % 7 == 3) {
        csv << (i % 2 == 0 ? ",," : ",nan,nan");
      } else {
        csv << "," << (xy[2 * a] + xy[2 * b]) / 2 << "," << (xy[2 * a + 1] + xy[2 * b + 1]) / 2;
      }
    }
    csv << "\n";
  }
}

double error_of(const TemporaryFolder& folder, const std::string& arguments) {
  const Outcome o = run_program(folder, "eval " + arguments + " --json");
  REQUIRE_MESSAGE(o.code == 0, o.err);
  return nlohmann::json::parse(o.out)["mse100"];
}

}  // namespace

TEST_CASE("5, 14, 68 and 98 points with some missing: checked, trained, found, measured") {
  for (const std::size_t points : {5U, 14U, 68U, 98U}) {
    INFO(points << " points");
    const TemporaryFolder folder;
    write_faces(folder / "faces", 60, points);
    const std::string train = "train --data faces --input-size 32 --batch 6 ";
    const Outcome fast = run_program(folder, train + "--augment full --fast");
    CHECK_MESSAGE(fast.code == 0, fast.err);
    CHECK(contains(fast.out, std::to_string(points) + " points"));
    const Outcome run = run_program(
        folder,
        train + "--val-split 0 --augment none --aug-mirror 0.5 --epochs 25 --lr 0.001 --ema 0 --out run --quiet");
    REQUIRE_MESSAGE(run.code == 0, run.err);
    const Outcome found = run_program(folder, "detect run/model.safetensors faces/images --out found.csv --quiet");
    REQUIRE_MESSAGE(found.code == 0, found.err);
    const std::string csv = test::read_text(folder / "found.csv");
    CHECK(std::count(csv.begin(), csv.begin() + static_cast<std::ptrdiff_t>(csv.find('\n')), ',') == 2 * points);
    const double by_model = error_of(folder, "run/model.safetensors --data faces");
    CHECK(error_of(folder, "--pred found.csv --data faces") == doctest::Approx(by_model).epsilon(0.02));
    // The mean shape alone is off by about 37.
    CHECK(by_model < 15);
    const Outcome sheet = run_program(folder, "augment faces --out sheet.png --count 2 --quiet");
    CHECK_MESSAGE(sheet.code == 0, sheet.err);
  }
}

TEST_CASE("a gray rectangular input: trained, repeated from its configuration, resumed, found in colour and gray") {
  const TemporaryFolder folder;
  write_faces(folder / "faces", 40, 14);
  const std::string options = "train --data faces --channels 1 --input-size 32x48 --batch 6 --augment full --epochs 4 ";
  REQUIRE(run_program(folder, options + "--out a --quiet").code == 0);
  CHECK(contains(run_program(folder, "info a/model.safetensors").out, "input   48x32x1"));
  REQUIRE(run_program(folder, "train --config a/config.toml --out b --quiet").code == 0);
  CHECK(test::read_text(folder / "a/model.safetensors") == test::read_text(folder / "b/model.safetensors"));

  std::filesystem::create_directories(folder / "views");
  const Image face = decode_image(folder / "faces/images/face1.png", 3);
  write_image(folder / "views/colour.png", face);
  write_image(folder / "views/gray.png", decode_image(folder / "faces/images/face1.png", 1));
  const Outcome found = run_program(folder, "detect a/model.safetensors views --out found.json --draw drawn --quiet");
  REQUIRE_MESSAGE(found.code == 0, found.err);
  const auto points = nlohmann::json::parse(test::read_text(folder / "found.json"));
  for (std::size_t j = 0; j < 28; ++j) {
    const double colour = points[0]["points"][j];
    CHECK(std::abs(colour - points[1]["points"][j].get<double>()) < 0.5);
    CHECK(colour > -48);
    CHECK(colour < 96);
  }
  CHECK(std::isfinite(error_of(folder, "a/model.safetensors --data faces")));
}

TEST_CASE("every network trains on a gray rectangle; sizes that do not fit are refused by name") {
  const TemporaryFolder folder;
  write_faces(folder / "faces", 12, 5);
  for (const ZooEntry& entry : zoo()) {
    const std::string model(entry.name);
    const Outcome o =
        run_program(folder, std::string("train --fast --data faces --val-split 0.2 --batch 2 --channels 1 ") +
                                "--input-size 64x128 --model " + model);
    CHECK_MESSAGE(o.code == 0, model << ": " << o.err);
    CHECK(contains(o.out, "input 128x64x1"));
  }
  const Outcome large = run_program(folder, "train --data faces --model hourglass --input-size 64x100");
  CHECK(large.code == 2);
  CHECK(contains(large.err, "64x100 px"));
  CHECK(contains(run_program(folder, "train --data faces --input-size 96x").err, "--input-size 96x"));
  CHECK(contains(run_program(folder, "train --data faces --channels 2").err, "1 (gray) or 3 (colour)"));
}

TEST_CASE("the sheet of augmentations has a row for each that is on; seed and options decide it") {
  const TemporaryFolder folder;
  const auto make = [&](const std::string& options, const char* rows) {
    const Outcome o = run_program(folder, "augment synth:12:3 --out sheet.png --count 3 " + options);
    REQUIRE_MESSAGE(o.code == 0, o.err);
    CHECK_MESSAGE(contains(o.out, std::string(rows) + " rows of 3 faces"), o.out);
    return decode_image(folder / "sheet.png", 3);
  };
  const Image full = make("", "21");
  const Image again = make("--augment full --seed 1 --threads 1", "21");
  CHECK(full.pixels == again.pixels);
  CHECK(make("--seed 2", "21").pixels != full.pixels);
  CHECK(make("--aug-rotation 90", "21").pixels != full.pixels);
  // Unchanged faces, then each change alone, then all together three times.
  const Image one = make("--augment none --aug-jpeg-chance 1 --aug-jpeg-low 2 --aug-jpeg-high 4", "5");
  CHECK(one.width == full.width);
  CHECK(one.height < full.height / 3);
  CHECK(make("--augment none", "1").height < one.height / 3);
  CHECK(make("--input-size 60x90 --channels 1", "18").width < full.width);

  CHECK(run_program(folder, "augment synth:12").code == 2);
  CHECK(run_program(folder, "augment synth:12 --out sheet.gif").code == 2);
  CHECK(contains(run_program(folder, "augment synth:12 --out s.png --augment ful").err, "'full'"));
  CHECK(contains(run_program(folder, "augment synth:12 --out s.png --augment none --aug-blur-chance 1").err,
                 "--aug-blur"));
}
