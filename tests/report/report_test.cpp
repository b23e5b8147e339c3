// SPDX-License-Identifier: MIT
#include "report/report.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include "report/error_charts.hpp"
#include "report/fit_finding.hpp"
#include "report/html_text.hpp"
#include "report/line_chart.hpp"
#include "support/messages.hpp"

namespace fpcpu {
namespace {

using test::contains;

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

ReportFace face(const std::string& name) {
  ReportFace f;
  f.name = name;
  f.image = {700, 500, 3, std::vector<std::uint8_t>(700 * 500 * 3, 90)};
  f.truth = {{10, 20, 30, 40}, {1, 0}};
  f.found = {11, 21, 31, 41};
  f.mse100 = 1.25;
  return f;
}

ReportData example() {
  ReportData data;
  data.title = "runs/<b>";
  data.lead = "small & trained";
  data.summary = {{"mse100", "3.4", "lower is <better>"}};
  data.remark = "training faces 1.00, new faces 3.00";
  data.warning = true;
  for (int epoch = 1; epoch <= 3; ++epoch) {
    data.epochs.push_back(
        {epoch, 10 * epoch, 0.001, 5.0 / epoch, 50.0 / epoch, std::nan(""), 40.0 / epoch, 0.1, 100, 1, 30.0 / epoch});
  }
  data.best_epoch = 3;
  data.image_nme = {0.03, 0.05, 0.2};
  data.point_mse100 = {2.0, 9.0};
  data.point_names = {"eye", "<mouth>"};
  data.mean_shape = {-0.2F, 0.0F, 0.2F, 0.1F};
  data.worst = {face("a&b.png")};
  data.best = {face("c.png")};
  data.augmented = {face("augmented.png")};
  data.augmented[0].found.clear();
  data.seconds = {{"forward", 1.0}, {"backward", 3.0}};
  data.tables = {{"Learning", {{"lr", "0.001", true}, {"batch", "32", false}}}, {"Machine", {{"processor", "x<y"}}}};
  return data;
}

TEST_CASE("the page is complete, self-contained and escaped") {
  const std::string page = make_report(example());
  CHECK(page.starts_with("<!DOCTYPE html>"));
  CHECK(page.ends_with("</html>\n"));
  for (const char* part : {"runs/&lt;b&gt;", "small &amp; trained", "lower is &lt;better&gt;", "a&amp;b.png", "x&lt;y",
                           "remark warning", "new faces 3.00", "<b>0.001</b>", "<td>32</td>", "75.0 %",
                           "point 1 (eye): mse100", "point 2 (&lt;mouth&gt;): mse100"}) {
    CHECK_MESSAGE(contains(page, part), part);
  }
  CHECK(count(page, "class=\"chart\"") == 5);
  CHECK(count(page, "data:image/jpeg;base64,/9j/") == 3);
  // Nothing is fetched and nothing runs.
  for (const char* never : {"http://", "https://", "<script", "@import", "url("}) CHECK_FALSE(contains(page, never));
  // One true point of the two is visible; both were found where they were looked for.
  CHECK(count(page, "<circle class=\"true\"") == 3);
  CHECK(count(page, "<circle class=\"found\"") == 4);
  CHECK(contains(page, "viewBox=\"-0.5 -0.5 700 500\""));
  CHECK(contains(page, "cx=\"11\" cy=\"21\""));
  CHECK(contains(page, "disc worst"));
  // Light, dark and print.
  CHECK(contains(page, "prefers-color-scheme:dark"));
  CHECK(contains(page, "@media print"));
  // Large images are reduced: three of 1 MB each would otherwise be far beyond this.
  CHECK(page.size() < 100'000);
}

TEST_CASE("a run without validation, and one of a single epoch, still have a page") {
  ReportData data = example();
  data.epochs.resize(1);
  data.image_nme.clear();
  data.worst.clear();
  data.best.clear();
  data.point_mse100.clear();
  const std::string page = make_report(data);
  CHECK(count(page, "class=\"chart\"") == 3);
  CHECK_FALSE(contains(page, "validation images"));
  CHECK_FALSE(contains(page, ">nan"));
  CHECK_FALSE(contains(page, ">inf"));
  CHECK(contains(make_report({}), "</html>"));
}

TEST_CASE("fourteen and 68 points are drawn as a face") {
  ReportData data = example();
  for (const std::size_t points : {14U, 68U}) {
    data.point_mse100.assign(points, 1.0);
    data.point_names.clear();
    data.mean_shape.assign(2 * points, 0.1F);
    CHECK(contains(make_report(data), "class=\"contour\""));
  }
  data.point_mse100.assign(15, 1.0);
  data.mean_shape.assign(30, 0.1F);
  CHECK_FALSE(contains(make_report(data), "class=\"contour\""));
}

TEST_CASE("the histogram counts every image once, the worst in its last bar") {
  const std::string card = error_histogram_card({0.01, 0.011, 0.012, 0.05, 0.051, 0.9, std::nan("")});
  const std::size_t path = card.find("class=\"area\"");
  REQUIRE(path != std::string::npos);
  CHECK(contains(card, "median"));
  // Three images share the highest bar, so the axis of counts goes to 3; the other axis has even numbers.
  CHECK(contains(card, ">3</text>"));
  CHECK(error_histogram_card({std::nan("")}).empty());
  CHECK(cumulative_error_card({}).empty());
  // All images are below the end of the curve but the one of 90 %.
  CHECK(contains(cumulative_error_card({0.01, 0.02}), "<path class=\"curve\""));
}

TEST_CASE("what training and new faces say about each other") {
  TrainOptions options;
  options.augment = "basic";
  const FitFinding parted = describe_fit(options, 1.2, 3.4);
  CHECK(parted.overfits);
  CHECK(contains(parted.text, "mse100 without augmentation: training 1.20, validation 3.40. Overfitting: more data"));
  CHECK(contains(parted.text, "--augment full"));
  options.augment = "full";
  CHECK_FALSE(contains(describe_fit(options, 1.2, 3.4).text, "--augment"));
  CHECK_FALSE(describe_fit(options, 3.0, 3.4).overfits);
  CHECK_FALSE(describe_fit(options, 0.1, 0.3).overfits);
  CHECK(describe_fit(options, std::nan(""), 3.4).text.empty());
}

TEST_CASE("a chart leaves gaps for what is not a number and needs something to show") {
  LineChart chart{.title = "t", .x_label = "x", .series = {{"s", "a", {{1, 1}, {2, std::nan("")}, {3, 2}, {4, 2}}}}};
  const std::string svg = draw_chart(chart);
  CHECK(count(svg, "<circle") == 3);
  const std::size_t path = svg.find(" d=\"");
  REQUIRE(path != std::string::npos);
  const std::string d = svg.substr(path, svg.find("\"/>", path) - path);
  CHECK(count(d, "M") == 2);
  CHECK(count(d, "L") == 1);
  CHECK_FALSE(contains(chart_card(chart, "c"), "log scale"));
  chart.series[0].points = {{1, 1}, {2, 100}};
  CHECK(contains(chart_card(chart, "c"), "log scale"));
  chart.series[0].points = {{1, std::numeric_limits<double>::infinity()}};
  CHECK(draw_chart(chart).empty());
}

TEST_CASE("ticks are round") {
  CHECK(linear_ticks(0, 10, 5) == std::vector<double>{0, 2, 4, 6, 8, 10});
  CHECK(linear_ticks(-1, 1, 4) == std::vector<double>{-1, -0.5, 0, 0.5, 1});
  CHECK(log_ticks(0.9, 6) == std::vector<double>{1, 2, 5});
  CHECK(log_ticks(1, 10000).size() == 5);
}

TEST_CASE("text of the page") {
  CHECK(html::escape("<a href=\"x\">'&'</a>") == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
  CHECK(html::number(3.4567) == "3.46");
  CHECK(html::number(12800) == "12800");
  CHECK(html::number(0.5) == "0.5");
  CHECK(html::number(std::nan("")) == "-");
  const auto base64 = [](std::string_view text) {
    return html::base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  };
  // RFC 4648, section 10.
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foobar") == "Zm9vYmFy");
}

}  // namespace
}  // namespace fpcpu
