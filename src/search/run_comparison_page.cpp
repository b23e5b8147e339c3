// SPDX-License-Identifier: MIT
#include "core/duration.hpp"
#include "report/html_page.hpp"
#include "report/html_text.hpp"
#include "report/line_chart.hpp"
#include "search/run_comparison.hpp"

namespace fpcpu {

namespace {

/// A row of finished cells; all but the first stand right.
std::string row(const std::vector<std::string>& cells, const std::string& kind) {
  std::string html = "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    html += "<" + kind + (i > 0 ? " class=\"number\">" : ">") + cells[i] + "</" + kind + ">";
  }
  return html + "</tr>\n";
}

std::string scrolling_table(const std::string& rows) {
  return "<div class=\"card\"><div class=\"scroll\"><table class=\"wide\">" + rows + "</table></div></div>\n";
}

std::string swatch(std::size_t run, const std::string& name) {
  return "<i class=\"swatch " + html::numbered_style(run) + "\"></i>" + html::escape(name);
}

std::string final_table(const RunComparison& comparison) {
  std::string rows =
      row({"run", "mse100 (95 %)", "against the first (95 %)", "NME", "by", "best epoch", "epochs", "time", "images/s"},
          "th");
  for (std::size_t i = 0; i < comparison.runs.size(); ++i) {
    const ComparedRun& r = comparison.runs[i];
    rows += row({swatch(i, r.name), interval_text(r.mse100), interval_text(r.difference, true),
                 html::fixed(100 * r.nme, 2, " %"), html::escape(r.nme_by),
                 r.best_epoch > 0 ? std::to_string(r.best_epoch) : "-", std::to_string(r.epochs.size()),
                 duration(r.seconds), html::fixed(r.images_per_s, 0)},
                "td");
  }
  return scrolling_table(rows);
}

std::string option_table(const RunComparison& comparison) {
  if (comparison.differing.empty()) return {};
  std::vector<std::string> head = {"option"};
  for (std::size_t i = 0; i < comparison.runs.size(); ++i) head.push_back(swatch(i, comparison.runs[i].name));
  std::string rows = row(head, "th");
  for (const auto& [name, values] : comparison.differing) {
    std::vector<std::string> cells = {html::escape(name)};
    for (const std::string& value : values) cells.push_back(value.empty() ? "-" : html::escape(value));
    rows += row(cells, "td");
  }
  return scrolling_table(rows);
}

std::string chart(const RunComparison& comparison, const char* title, const char* x_label, double EpochRow::*y,
                  bool over_time, std::string_view caption) {
  LineChart chart{.title = title, .x_label = x_label, .series = {}, .whole_x = !over_time};
  for (std::size_t i = 0; i < comparison.runs.size(); ++i) {
    ChartSeries series{comparison.runs[i].name, html::numbered_style(i), {}};
    for (const EpochRow& r : comparison.runs[i].epochs) {
      series.points.emplace_back(over_time ? r.seconds : r.epoch, r.*y);
    }
    chart.series.push_back(std::move(series));
  }
  return chart_card(chart, caption);
}

}  // namespace

std::string make_comparison_page(const RunComparison& comparison) {
  const std::string title = std::to_string(comparison.runs.size()) + " runs side by side";
  std::string body = "<header><p class=\"over\">Comparison</p>\n<h1>" + title + "</h1></header>\n";
  body += html::section(
      "Result",
      "Error of the best epoch of each run on its validation images. The intervals hold 95 % of the means of resampled "
      "images (bootstrap); a difference whose interval does not contain 0 is more than chance in the choice of images. "
      "Differences are taken image by image, where two runs have the same validation images.",
      final_table(comparison));
  for (const ComparedRun& r : comparison.runs) {
    if (!r.other_faces) continue;
    body += html::remark(r.name + " was validated on other faces than " + comparison.runs.front().name +
                             ": their errors say nothing about each other.",
                         true);
  }
  body += html::section("Options that differ", "", option_table(comparison));
  const std::string curves =
      chart(comparison, "Validation error (mse100) by epoch", "epoch", &EpochRow::val_mse100, false,
            "On faces that are not trained on; lower is better.") +
      chart(comparison, "Validation error (mse100) by time", "seconds", &EpochRow::val_mse100, true,
            "The same against the time of the run: which one is better after so many seconds?") +
      chart(comparison, "Training faces (mse100)", "epoch", &EpochRow::fit_mse100, false,
            "Training faces, evaluated like the validation faces. Far below those: overfitting.") +
      chart(comparison, "Loss while training", "epoch", &EpochRow::train_loss, false,
            "Comparable between runs with the same loss and augmentation only.") +
      chart(comparison, "Learning rate", "epoch", &EpochRow::lr, false, "At the end of each epoch.");
  body += html::section("Curves", "", "<div class=\"charts\">\n" + curves + "</div>\n");
  return html::page("comparison", title, body);
}

}  // namespace fpcpu
