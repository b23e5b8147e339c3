// SPDX-License-Identifier: MIT
// Names of points: from the table into the model and out of it again; sets are matched by them.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "cli/program.hpp"
#include "data/image_files.hpp"
#include "data/tables/points_csv.hpp"
#include "io/checkpoint.hpp"

using namespace fpcpu;
using test::check_one_line;
using test::contains;
using test::Outcome;
using test::read_text;
using test::run_program;
using test::TemporaryFolder;

namespace {

const std::vector<std::string> kNames = {"brow_l1", "brow_l2", "brow_r1", "brow_r2", "eye_l1",  "eye_l2",  "eye_l3",
                                         "eye_r1",  "eye_r2",  "eye_r3",  "nose",    "mouth_l", "mouth_m", "mouth_r"};

/// The table of `from`: its point k is that of order[k] there, and is called names[k], or by its number without names.
std::string table_of(const std::filesystem::path& from, const std::vector<int>& order,
                     const std::vector<std::string>& names = {}) {
  const PointsTable table = read_points_csv(from);
  std::string text = "filename";
  for (std::size_t k = 0; k < order.size(); ++k) {
    const std::string number = std::to_string(k + 1);
    text += names.empty() ? ",x" + number + ",y" + number : "," + names[k] + "_x," + names[k] + "_y";
  }
  for (std::size_t i = 0; i < table.names.size(); ++i) {
    text += "\n" + table.names[i];
    for (const int k : order) {
      const float* point = table.rows[i].xy.data() + 2 * k;
      text += "," + std::to_string(point[0]) + "," + std::to_string(point[1]);
    }
  }
  return text + "\n";
}

/// The table of `from` with names instead of numbers, its points in reverse if wanted.
std::string named(const std::filesystem::path& from, std::vector<std::string> names, bool reversed) {
  std::vector<int> order(names.size());
  std::iota(order.begin(), order.end(), 0);
  if (reversed) {
    std::reverse(names.begin(), names.end());
    std::reverse(order.begin(), order.end());
  }
  return table_of(from, order, names);
}

const std::string kQuick = " --input-size 32 --batch 4 --epochs 2 --seed 3 ";

}  // namespace

TEST_CASE("names of points: kept in the model, given by eval and detect, and what sets are matched by") {
  const TemporaryFolder folder;
  REQUIRE(run_program(folder, "synth faces --count 16 --size 40 --quiet").code == 0);
  REQUIRE(run_program(folder, "synth more --count 8 --size 40 --seed 5 --quiet").code == 0);
  const auto gt = folder / "faces/gt.csv";
  test::put(folder / "more/reversed.csv", named(folder / "more/gt.csv", kNames, true));
  test::put(folder / "faces/named.csv", named(gt, kNames, false));
  test::put(folder / "faces/reversed.csv", named(gt, kNames, true));
  std::vector<std::string> others = kNames;
  others[10] = "chin";
  test::put(folder / "faces/others.csv", named(gt, others, false));

  REQUIRE(run_program(folder, "train --data faces/named.csv --val more/reversed.csv --out a --quiet" + kQuick).code ==
          0);
  const Outcome plain = run_program(folder, "train --data faces --val more --out b --quiet" + kQuick);
  REQUIRE_MESSAGE(plain.code == 0, plain.err);
  // The names change nothing else, in whatever order the validation set has its points.
  CHECK(read_text(folder / "a/val_errors.csv") == read_text(folder / "b/val_errors.csv"));

  const std::string eval = "eval a/model.safetensors --json --data ";
  const auto json = nlohmann::json::parse(run_program(folder, eval + "faces/named.csv").out);
  CHECK(json["point_names"] == nlohmann::json(kNames));
  CHECK(nlohmann::json::parse(run_program(folder, eval + "faces/reversed.csv").out) == json);
  CHECK(contains(run_program(folder, "eval a/model.safetensors --data faces/named.csv").out, " nose="));
  check_one_line(run_program(folder, eval + "faces/others.csv"), 3, {"only there 'chin'", "only here 'nose'"});
  const Outcome numbered = run_program(folder, eval + "faces");
  CHECK(contains(numbered.err, "taken by number"));
  CHECK(nlohmann::json::parse(numbered.out)["per_point"] == json["per_point"]);

  REQUIRE(run_program(folder, "detect a/model.safetensors faces/images --out p.csv --names --quiet").code == 0);
  CHECK(read_text(folder / "p.csv").starts_with("filename,brow_l1_x,brow_l1_y,brow_l2_x,"));
  CHECK(run_program(folder, "detect a/model.safetensors faces/images --out p.csv --names --quiet").code == 0);
  for (const std::string table : {"named", "reversed"}) {
    const Outcome o = run_program(folder, "eval --pred p.csv --json --data faces/" + table + ".csv");
    REQUIRE_MESSAGE(o.code == 0, o.err);
    CHECK(nlohmann::json::parse(o.out)["mse100"].get<double>() ==
          doctest::Approx(json["mse100"].get<double>()).epsilon(0.01));
  }
  REQUIRE(run_program(folder, "detect a/model.safetensors faces/images --out p.json --quiet").code == 0);
  CHECK(nlohmann::json::parse(read_text(folder / "p.json"))[0]["point_names"] == nlohmann::json(kNames));
  check_one_line(run_program(folder, "detect b/model.safetensors faces/images --names"), 2, {"--names", "only counts"});
  CHECK(run_program(folder, "detect a/model.safetensors faces/images").out.starts_with("filename,x1,y1,"));

  // Matched by name, they are judged in one order too.
  for (const std::string& verb : {"train --fast --data faces/named.csv --data more/reversed.csv" + kQuick,
                                  std::string("inspect faces/named.csv more/reversed.csv")}) {
    const Outcome o = run_program(folder, verb);
    CHECK_MESSAGE(o.code == 0, (o.err + o.out));
  }
  check_one_line(run_program(folder, "train --data faces/named.csv --data faces/others.csv --fast" + kQuick), 3,
                 {"data set 2", "only there 'chin'", "only here 'nose'"});
  check_one_line(run_program(folder, "train --data faces/named.csv --val faces/others.csv --fast" + kQuick), 3,
                 {"--val faces/others.csv", "only there 'chin'"});
}

TEST_CASE("eval says when left and right of the truth are exchanged against the model's") {
  const TemporaryFolder folder;
  REQUIRE(run_program(folder, "synth faces --count 16 --size 40 --quiet").code == 0);
  REQUIRE(run_program(folder, "train --data faces --out a --quiet" + kQuick).code == 0);
  const std::vector<int> mirror = load_checkpoint(folder / "a/model.safetensors").preprocessing.mirror;
  test::put(folder / "faces/exchanged.csv", table_of(folder / "faces/gt.csv", mirror));
  const Outcome exchanged = run_program(folder, "eval a --data faces/exchanged.csv");
  CHECK(exchanged.code == 0);
  CHECK_MESSAGE(contains(exchanged.err, "left and right of the data seem to be exchanged"), exchanged.err);
  CHECK_FALSE(contains(run_program(folder, "eval a --data faces").err, "exchanged"));
}
