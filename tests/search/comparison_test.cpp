// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>

#include "core/file.hpp"
#include "options/config.hpp"
#include "search/run_comparison.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace fpcpu {
namespace {

using test::contains;

/// A run folder with the given errors of its validation images.
void write_run(const std::filesystem::path& folder, const TrainOptions& options, const std::string& errors) {
  std::filesystem::create_directories(folder);
  write_file_atomically(folder / "config.toml", config_text(options));
  MetricsCsv metrics(folder / "metrics.csv");
  metrics.append({1, 10, 0.1, 5, 50, 6, 40, 0.2, 100, 3, 30});
  metrics.append({2, 20, 0.1, 4, 40, 5, 20, 0.1, 300, 6, 10});
  metrics.append({3, 30, 0.1, 3, 30, 5, 25, 0.15, 200, 9, 5});
  write_file_atomically(folder / "val_errors.csv", "filename,mse100,nme\n" + errors);
}

TEST_CASE("the interval of a mean has the width that the law of large numbers gives it") {
  std::vector<double> values;
  for (int i = 0; i < 400; ++i)
    values.push_back(i % 2 == 0 ? 1.0 : 3.0);  // mean 2, deviation 1, error of the mean 0.05
  const Interval i = bootstrap_mean(values);
  CHECK(i.value == doctest::Approx(2.0));
  CHECK(i.low == doctest::Approx(2 - 1.96 * 0.05).epsilon(0.01));
  CHECK(i.high == doctest::Approx(2 + 1.96 * 0.05).epsilon(0.01));
  CHECK(bootstrap_mean(values).low == i.low);
  CHECK(std::isnan(bootstrap_mean({}).value));
  CHECK(interval_text({1.5, 1.25, 2}) == "1.50 (1.25 to 2.00)");
  CHECK(interval_text({0.5, -0.25, 2}, true) == "+0.50 (-0.25 to +2.00)");
}

TEST_CASE("runs are compared by their best epoch, image by image where the images are the same") {
  const test::TemporaryFolder folder;
  TrainOptions options;
  write_run(folder / "a", options, "x.png,10,0.1\n\"y, z.png\",30,0.2\n");
  options.model = "base";
  options.lr = 0.5;
  write_run(folder / "b", options, "x.png,11,0.1\n\"y, z.png\",31,0.2\n");
  write_run(folder / "<c>", options, "other.png,11,0.1\nhidden.png,,\n");
  const RunComparison c = compare_runs({(folder / "a").string(), (folder / "b").string(), (folder / "<c>").string()});
  REQUIRE(c.runs.size() == 3);
  CHECK(c.runs[0].mse100.value == 20.0);
  CHECK(c.runs[0].best_epoch == 2);
  CHECK(c.runs[0].nme == 0.1);
  CHECK(c.runs[0].seconds == 9.0);
  CHECK(c.runs[0].images_per_s == 200.0);
  CHECK(std::isnan(c.runs[0].difference.value));
  // Each image is worse by 1: no chance in that, although the errors differ widely.
  CHECK(c.runs[1].difference.value == 1.0);
  CHECK(c.runs[1].difference.low == 1.0);
  CHECK(c.runs[1].difference.high == 1.0);
  CHECK(c.runs[0].mse100.low < 19);
  CHECK(std::isnan(c.runs[2].difference.value));
  CHECK(c.runs[2].mse100.value == 11.0);
  REQUIRE(c.differing.size() == 2);
  CHECK(c.differing[0].first == "model");
  CHECK(c.differing[0].second == std::vector<std::string>{"small", "base", "base"});

  const std::string page = make_comparison_page(c);
  CHECK(contains(page, "+1.00 (+1.00 to +1.00)"));
  CHECK(contains(page, "&lt;c&gt;"));
  CHECK(contains(page, "by time"));
  CHECK(contains(page, "<td class=\"number\">base</td>"));
  for (const char* never : {"http://", "https://", "<script", "<c>"}) CHECK_FALSE(contains(page, never));
}

TEST_CASE("a folder that is no run, and damaged errors, are named") {
  const test::TemporaryFolder folder;
  const auto compare = [&](const char* name) { static_cast<void>(compare_runs({(folder / name).string()})); };
  CHECK(contains(test::message_of(ErrorCode::io, [&] { compare("nothing"); }), "config.toml"));
  write_run(folder / "a", {}, "x.png,ten,0.1\n");
  CHECK(contains(test::message_of(ErrorCode::format, [&] { compare("a"); }), "val_errors.csv line 2"));
  write_run(folder / "b", {}, "x.png,10\n");
  CHECK(contains(test::message_of(ErrorCode::format, [&] { compare("b"); }), "val_errors.csv line 2"));
}

}  // namespace
}  // namespace fpcpu
