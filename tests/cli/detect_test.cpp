// SPDX-License-Identifier: MIT
// Finding points and measuring them as a user does it: eval and detect.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/program.hpp"
#include "cli/trained_model.hpp"
#include "data/decode.hpp"
#include "data/image_files.hpp"
#include "data/image_write.hpp"
#include "data/synth.hpp"
#include "support/messages.hpp"

using namespace fpcpu;
using test::check_one_line;
using test::contains;
using test::kQuickTraining;
using test::Outcome;
using test::run_program;
using test::run_shell;
using test::TemporaryFolder;
using test::trained_model;

namespace {

const std::string kSampleFaces = std::string(FPCPU_SOURCE_DIR) + "/data";

}  // namespace

TEST_CASE("detect reads every kind of image, names the broken one, does the others, exits with 3") {
  const TemporaryFolder folder;
  const auto images = folder / "images";
  std::filesystem::create_directories(images);
  const DatasetPtr faces = make_synth_dataset(1, 3, 96);
  const Image face = faces->image(0);
  write_image(images / "colour.png", face);
  write_image(images / "photo.jpg", face, 95);
  Image gray{face.width, face.height, 1, {}};
  for (std::size_t i = 0; i < face.pixels.size(); i += 3) gray.pixels.push_back(face.pixels[i + 1]);
  write_image(images / "gray.png", gray);
  write_image(images / "row.png", Image{200, 1, 3, std::vector<std::uint8_t>(600, 128)});
  write_image(images / "column.png", Image{1, 200, 1, std::vector<std::uint8_t>(200, 128)});
  write_image(images / "tiny.png", make_synth_dataset(1, 3, 30)->image(0));
  Image large{4000, 4000, 3, std::vector<std::uint8_t>(std::size_t{4000} * 4000 * 3)};
  for (std::size_t y = 0; y < 4000; ++y) {
    for (std::size_t x = 0; x < 4000; ++x) {
      const std::size_t from = (y * 96 / 4000 * 96 + x * 96 / 4000) * 3;
      std::copy_n(face.pixels.begin() + static_cast<std::ptrdiff_t>(from), 3,
                  large.pixels.begin() + static_cast<std::ptrdiff_t>((y * 4000 + x) * 3));
    }
  }
  write_image(images / "large.jpg", large, 90);
  std::ofstream(images / "broken.jpg") << "\xff\xd8\xff\xe0 this is no picture";

  const Outcome o =
      run_program(folder, "detect '" + trained_model().string() + "' images --out found.json --draw drawn");
  CHECK(o.code == 3);
  CHECK(contains(o.err, "broken.jpg"));
  CHECK(std::count(o.err.begin(), o.err.end(), '\n') == 1);
  const auto found = nlohmann::json::parse(test::read_text(folder / "found.json"));
  REQUIRE(found.size() == 7);
  std::map<std::string, std::vector<double>> points;
  for (const auto& f : found) {
    CHECK(f["points"].size() == 28);
    CHECK(f["milliseconds"].get<double>() > 0);
    points[f["filename"]] = f["points"].get<std::vector<double>>();
    const std::filesystem::path name = f["filename"].get<std::string>();
    CHECK(std::filesystem::exists(folder / "drawn" / (name.stem().string() + ".png")));
  }
  CHECK(found[0]["filename"] == "colour.png");
  for (std::size_t k = 0; k < 28; ++k) {
    CHECK(points["photo.jpg"][k] == doctest::Approx(points["colour.png"][k]).epsilon(0.05));
    const double scaled = (points["colour.png"][k] + 0.5) * 4000 / 96 - 0.5;
    CHECK(std::abs(points["large.jpg"][k] - scaled) < 0.02 * 4000);
    CHECK(points["row.png"][k] > -100);
  }

  const Outcome csv =
      run_program(folder, "detect '" + trained_model().string() + "' images/colour.png images/gray.png");
  CHECK(csv.code == 0);
  CHECK(contains(csv.out, "filename,x1,y1"));
  CHECK(std::count(csv.out.begin(), csv.out.end(), '\n') == 3);
}

TEST_CASE("16-bit, palette and alpha PNGs give the points of the plain image") {
  const TemporaryFolder folder;
  const Image face = make_synth_dataset(1, 3, 64)->image(0);
  std::map<std::string, test::PngSpec> specs;
  const auto spec = [&](const char* name, std::uint8_t depth, std::uint8_t colour) -> test::PngSpec& {
    test::PngSpec& s = specs[name];
    s.width = s.height = 64;
    s.depth = depth;
    s.colour = colour;
    s.rows.resize(64);
    return s;
  };
  test::PngSpec& plain = spec("plain.png", 8, 0);
  test::PngSpec& deep = spec("deep.png", 16, 0);
  test::PngSpec& palette = spec("palette.png", 8, 3);
  test::PngSpec& alpha = spec("alpha.png", 8, 6);
  for (int v = 0; v < 256; ++v) palette.palette.insert(palette.palette.end(), 3, static_cast<std::uint8_t>(v));
  for (std::size_t i = 0; i < 64 * 64; ++i) {
    const std::uint8_t v = face.pixels[i * static_cast<std::size_t>(face.channels)];
    const std::size_t row = i / 64;
    plain.rows[row].push_back(v);
    palette.rows[row].push_back(v);
    deep.rows[row].insert(deep.rows[row].end(), {v, 0});
    alpha.rows[row].insert(alpha.rows[row].end(), {v, v, v, static_cast<std::uint8_t>(i % 256)});
  }
  for (const auto& [name, s] : specs) test::put(folder / name, test::make_png(s));
  const Outcome o = run_program(folder, "detect '" + trained_model().string() + "' .");
  CHECK_MESSAGE(o.code == 0, o.err);
  std::istringstream lines(o.out);
  std::string line;
  std::getline(lines, line);
  std::vector<std::string> points;
  while (std::getline(lines, line)) points.push_back(line.substr(line.find(',')));
  REQUIRE(points.size() == 4);
  for (const std::string& p : points) CHECK(p == points.front());
}

TEST_CASE("models that are none are refused") {
  const TemporaryFolder folder;
  std::ofstream(folder / "bad.safetensors") << "nonsense";
  check_one_line(run_program(folder, "detect bad.safetensors '" + kSampleFaces + "/images'"), 3, {"bad.safetensors"});
  check_one_line(run_program(folder, "detect none.safetensors '" + kSampleFaces + "/images'"), 3, {"none.safetensors"});
  check_one_line(run_program(folder, "detect '" + trained_model().string() + "' nowhere.png"), 3, {"nowhere.png"});
}

TEST_CASE("eval of a model equals eval of what detect wrote, and names that disagree are named") {
  const TemporaryFolder folder;
  const std::string data = " --data '" + kSampleFaces + "' ";
  const auto by_model =
      nlohmann::json::parse(run_program(folder, "eval '" + trained_model().string() + "'" + data + "--json").out);
  REQUIRE(
      run_program(folder, "detect '" + trained_model().string() + "' '" + kSampleFaces + "/images' --out p.csv --quiet")
          .code == 0);
  const auto by_file = nlohmann::json::parse(run_program(folder, "eval --pred p.csv" + data + "--json").out);
  for (const char* key : {"images", "mse100", "rmse100", "nme", "auc08", "fr08", "median", "p95"}) {
    CHECK_MESSAGE(by_file[key].get<double>() == doctest::Approx(by_model[key].get<double>()).epsilon(1e-2), key);
  }
  CHECK(by_model["per_point"].size() == 14);
  CHECK(contains(run_program(folder, "eval --pred p.csv" + data).out, "mse100"));

  check_one_line(run_shell(folder, "sed -i '$d' p.csv; \"$FPCPU\" eval --pred p.csv" + data), 3, {"no row for"});
  check_one_line(run_shell(folder, "sed -i 's/^[^f,]*,/stranger.png,/;2!b' p.csv; \"$FPCPU\" eval --pred p.csv" + data),
                 3, {"p.csv"});
}

TEST_CASE("detect says how far off each point is expected to be: in JSON, on request in CSV, and in colours") {
  const TemporaryFolder folder;
  REQUIRE(run_program(folder, "train --data synth:120 --input-size 32 --epochs 3 --seed 2 --out run --quiet").code ==
          0);
  write_synth_folder(folder / "faces", 4, 9, 40);
  REQUIRE(run_program(folder, "detect run faces --out p.json --quiet").code == 0);
  const auto first = nlohmann::json::parse(test::read_text(folder / "p.json"))[0];
  CHECK(first["confidence"].size() == 14);
  CHECK(first["confidence_unit"] == "expected error in % of inter-ocular");
  for (const auto& error : first["confidence"]) {
    CHECK(error.get<double>() > 0.1);
    CHECK(error.get<double>() < 1000);
  }

  for (int again = 0; again < 2; ++again) {  // a table with errors is its own as well: replaced
    REQUIRE(run_program(folder, "detect run faces/images --confidence --out p.csv --quiet").code == 0);
  }
  const std::string table = test::read_text(folder / "p.csv");
  CHECK(contains(table.substr(0, table.find('\n')), ",x14,y14,c1,c2,"));
  const auto judged = [&](const std::string& what) {
    return nlohmann::json::parse(run_program(folder, "eval " + what + " --data faces --json").out)["mse100"]
        .get<double>();
  };
  CHECK(judged("--pred p.csv") == doctest::Approx(judged("run")).epsilon(1e-3));
  // On faces like those it has learnt from, the forecast is about right.
  const auto forecast = nlohmann::json::parse(run_program(folder, "eval run --data synth:200:3 --json").out);
  const double expected = forecast["expected_error"].get<double>();
  const double actual = forecast["actual_error"].get<double>();
  CHECK(expected > 0.5 * actual);
  CHECK(expected < 2 * actual);
  CHECK(forecast["error_rank_correlation"].get<double>() > 0.1);
  CHECK(contains(run_program(folder, "eval run --data synth:20:3").out, "rank correlation"));
  check_one_line(run_program(folder, "detect run faces --confidence --out q.json"), 2, {"JSON has it always"});
  check_one_line(run_program(folder, "detect '" FPCPU_SOURCE_DIR
                                     "/tests/golden/older_run/model.safetensors' faces --confidence --quiet"),
                 2, {"has no idea of its errors"});
}

TEST_CASE("an input that is missing does not stop the others, and places for results are checked first") {
  const TemporaryFolder folder;
  write_synth_folder(folder / "faces", 3, 1, 40);
  const std::string detect = "detect '" + trained_model().string() + "' ";
  const Outcome some = run_program(folder, detect + "faces/images missing.png faces/images");
  check_one_line(some, 3, {"missing.png"});
  CHECK(std::count(some.out.begin(), some.out.end(), '\n') == 7);
  check_one_line(run_program(folder, detect + "faces/images --out nowhere/p.csv"), 5, {"nowhere"});
  check_one_line(run_program(folder, "synth faces --count 3"), 2, {"gt.csv"});
}

TEST_CASE("flip averaging in eval and detect, and where it makes no sense") {
  const TemporaryFolder folder;
  const std::string eval = "eval '" + trained_model().string() + "' --data '" + kSampleFaces + "' --json";
  const std::string plain = run_program(folder, eval).out;
  const Outcome none = run_program(folder, eval + " --tta none");
  const Outcome flip = run_program(folder, eval + " --tta flip");
  REQUIRE(flip.code == 0);
  CHECK(none.out == plain);
  CHECK(flip.out != plain);
  const std::string detect = "detect '" + trained_model().string() + "' '" + kSampleFaces + "/images' --quiet ";
  REQUIRE(run_program(folder, detect + "--tta flip --batch 3 --out flip.csv").code == 0);
  const auto by_file =
      nlohmann::json::parse(run_program(folder, "eval --pred flip.csv --data '" + kSampleFaces + "' --json").out);
  CHECK(by_file["mse100"].get<double>() ==
        doctest::Approx(nlohmann::json::parse(flip.out)["mse100"].get<double>()).epsilon(1e-2));
  check_one_line(run_program(folder, detect + "--tta flop"), 2, {"'flip'"});
  check_one_line(run_program(folder, "eval --pred flip.csv --data synth:2 --tta flip"), 2, {"--tta"});

  // A lopsided shape has no mirror table, and without mirroring none is needed.
  write_synth_folder(folder / "faces", 12, 1, 40);
  std::istringstream lines(test::read_text(folder / "faces/gt.csv"));
  std::ofstream csv(folder / "faces/gt.csv");
  std::string line;
  std::getline(lines, line);
  csv << "filename,x1,y1,x2,y2,x3,y3\n";
  while (std::getline(lines, line)) csv << line.substr(0, line.find(',')) << ",11,11,23,15,31,29\n";
  csv.close();
  const Outcome odd =
      run_program(folder, "train --data faces --augment none --epochs 1 --out odd --quiet " + kQuickTraining);
  REQUIRE_MESSAGE(odd.code == 0, odd.err);
  check_one_line(run_program(folder, "eval odd/model.safetensors --data faces --tta flip"), 2, {"--mirror"});
}
