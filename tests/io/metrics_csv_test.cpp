// SPDX-License-Identifier: MIT
#include "io/metrics_csv.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>

#include "core/file.hpp"
#include "fpcpu/error.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace fpcpu {
namespace {

using test::contains;
using test::message_of;

EpochRow row(int epoch) {
  return {epoch, 100 * epoch, 0.1 / epoch, 1.0 / 3, 2.5, std::nan(""), 1e-17, 0.05, 1234.5, 6.0 * epoch, 0.75};
}

TEST_CASE("rows come back exactly; resuming drops what came after the checkpoint") {
  const test::TemporaryFolder folder;
  const auto file = folder / "metrics.csv";
  {
    MetricsCsv csv(file);
    for (int epoch = 1; epoch <= 4; ++epoch) csv.append(row(epoch));
  }
  std::ofstream(file, std::ios::app) << "5,500,0.0";  // killed in the middle of a line
  const auto rows = read_metrics_csv(file);
  REQUIRE(rows.size() == 4);
  CHECK(rows[2].epoch == 3);
  CHECK(rows[2].step == 300);
  CHECK(rows[2].lr == row(3).lr);
  CHECK(rows[2].train_loss == 1.0 / 3);
  CHECK(std::isnan(rows[2].val_loss));
  CHECK(rows[2].val_mse100 == 1e-17);
  CHECK(rows[2].seconds == 18.0);
  CHECK(rows[2].fit_mse100 == 0.75);

  MetricsCsv resumed(file, 2);
  CHECK(resumed.rows().size() == 2);
  resumed.append(row(3));
  CHECK(read_metrics_csv(file).size() == 3);
  const std::string text = read_file(file);
  CHECK(text.starts_with(
      "epoch,step,lr,train_loss,train_mse100,val_loss,val_mse100,val_nme,images_per_s,seconds,fit_mse100\n1,100,0.1,"));
  CHECK(contains(text, "2.5,,1e-17,"));

  MetricsCsv fresh(file);
  CHECK(read_metrics_csv(file).empty());
}

TEST_CASE("terms of the objective are columns of their own") {
  const test::TemporaryFolder folder;
  const auto file = folder / "metrics.csv";
  EpochRow first = row(1);
  first.terms = {0.5, std::nan("")};
  MetricsCsv(file, 0, {"points", "pose"}).append(first);
  CHECK(contains(read_file(file), ",fit_mse100,loss_points,loss_pose\n"));
  const auto rows = read_metrics_csv(file);
  REQUIRE(rows.size() == 1);
  REQUIRE(rows[0].terms.size() == 2);
  CHECK(rows[0].terms[0] == 0.5);
  CHECK(std::isnan(rows[0].terms[1]));
  // A run that goes on with other terms keeps its rows.
  CHECK(MetricsCsv(file, 1, {"points", "pose", "maps"}).rows()[0].terms.size() == 3);
}

TEST_CASE("a damaged file is named with its line") {
  const test::TemporaryFolder folder;
  const auto file = folder / "metrics.csv";
  MetricsCsv csv(file);
  csv.append(row(1));
  std::ofstream(file, std::ios::app) << "2,x,0,0,0,0,0,0,0,0,0\n";
  CHECK(contains(message_of(ErrorCode::format, [&] { static_cast<void>(read_metrics_csv(file)); }), "line 3"));
  write_file_atomically(file, "time,loss\n");
  CHECK(contains(message_of(ErrorCode::format, [&] { static_cast<void>(read_metrics_csv(file)); }), "line 1"));
}

}  // namespace
}  // namespace fpcpu
