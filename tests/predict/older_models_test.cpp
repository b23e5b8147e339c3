// SPDX-License-Identifier: MIT
// Models and runs of older versions (tests/golden/older_run): they load, give the same points and go on.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "data/tables/points_csv.hpp"
#include "fpcpu/predictor.hpp"
#include "fpcpu/trainer.hpp"
#include "io/checkpoint.hpp"
#include "support/temporary_folder.hpp"

using namespace fpcpu;

namespace {

const std::filesystem::path kRun = FPCPU_SOURCE_DIR "/tests/golden/older_run";

void check_points(const char* model, const char* table) {
  CAPTURE(model);
  DetectOptions options;
  options.isa = "eigen";
  Predictor predictor((kRun / model).string(), options);
  CHECK_FALSE(predictor.verified());  // it has no checksums yet
  const PointsTable expected = read_points_csv(kRun / table);
  REQUIRE(expected.names.size() == 3);
  std::vector<ImageFile> files;
  for (const std::string& name : expected.names) files.push_back({FPCPU_SOURCE_DIR "/data/images/" + name, name});
  const std::vector<Detection> found = predictor.detect_files(files);
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(found[i].name);
    REQUIRE_MESSAGE(found[i].error.empty(), found[i].error);
    REQUIRE(found[i].points.size() == expected.rows[i].xy.size());
    for (std::size_t j = 0; j < found[i].points.size(); ++j) {
      CHECK(std::abs(found[i].points[j] - expected.rows[i].xy[j]) < 0.006F);  // the table has two decimals
    }
  }
}

}  // namespace

TEST_CASE("models of older versions give the points that they gave") {
  check_points("model.safetensors", "points.csv");
  check_points("heatmaps.safetensors", "heatmaps.csv");
}

TEST_CASE("the head of an older model follows from its output") {
  CHECK(load_checkpoint(kRun / "model.safetensors").graph.head()->kind() == "coordinates");
  CHECK(load_checkpoint(kRun / "heatmaps.safetensors").graph.head()->kind() == "heatmaps");
}

TEST_CASE("a run of an older version goes on") {
  const test::TemporaryFolder folder;
  std::filesystem::copy(kRun, folder / "run", std::filesystem::copy_options::recursive);
  RunOptions run;
  run.resume = (folder / "run").string();
  run.changes = {{"data", FPCPU_SOURCE_DIR "/data"}, {"epochs", "6"}};
  const TrainResult result = train(TrainOptions(), run);
  CHECK(result.epochs == 6);
  CHECK_FALSE(result.diverged);
}
