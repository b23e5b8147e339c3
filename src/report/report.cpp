// SPDX-License-Identifier: MIT
#include "report/report.hpp"

#include <array>
#include <cstdio>
#include <numeric>
#include <string_view>

#include "report/error_charts.hpp"
#include "report/html_text.hpp"
#include "report/line_chart.hpp"
#include "report/report_faces.hpp"

namespace fpcpu {

namespace {

ChartSeries by_epoch(const ReportData& data, const char* label, const char* style, double EpochRow::*value) {
  ChartSeries series{label, style, {}};
  for (const EpochRow& row : data.epochs) series.points.emplace_back(row.epoch, row.*value);
  return series;
}

std::string epoch_card(const ReportData& data, const char* title, std::vector<ChartSeries> series,
                       std::string_view caption) {
  return chart_card({.title = title,
                     .x_label = "epoch",
                     .series = std::move(series),
                     .whole_x = true,
                     .mark_x = static_cast<double>(data.best_epoch),
                     .mark_label = data.best_epoch > 0 ? "best" : ""},
                    caption);
}

std::string grid(const char* style, const std::string& content) {
  return content.empty() ? "" : std::string("<div class=\"") + style + "\">\n" + content + "</div>\n";
}

std::string_view error_caption(const ReportData& data) {
  if (data.image_nme.empty()) {
    return "Mean squared error in percent of the image's side, on augmented images while the weights still change.";
  }
  return "Mean squared error in percent of the image's side. The solid curves are measured in the same way after each "
         "epoch, without augmentation and with the weights that are kept; where they part, the network overfits. The "
         "dashed one is measured on augmented images while the weights still change.";
}

std::string_view loss_caption(const ReportData& data) {
  if (data.terms.empty()) {
    return "What training minimises. On augmented images it is usually higher than on plain ones.";
  }
  return "While training: what it minimises, the weighted sum of the terms below. On new faces: the loss of the points "
         "alone, so that the two curves are not to be compared.";
}

/// A curve for each term: they differ in unit and size.
std::string term_cards(const ReportData& data) {
  std::string cards;
  for (std::size_t t = 0; t < data.terms.size(); ++t) {
    ChartSeries series{"while training", "train", {}};
    for (const EpochRow& row : data.epochs) {
      if (t < row.terms.size()) series.points.emplace_back(row.epoch, row.terms[t]);
    }
    const std::string title = "Loss: " + data.terms[t];
    cards += epoch_card(data, title.c_str(), {std::move(series)}, "A term of the loss, without its weight.");
  }
  return cards;
}

std::string curves(const ReportData& data) {
  return grid("charts",
              epoch_card(data, "Error (mse100)",
                         {by_epoch(data, "while training", "train", &EpochRow::train_mse100),
                          by_epoch(data, "training faces", "fit", &EpochRow::fit_mse100),
                          by_epoch(data, "new faces", "val", &EpochRow::val_mse100)},
                         error_caption(data)) +
                  epoch_card(data, "Loss",
                             {by_epoch(data, "while training", "train", &EpochRow::train_loss),
                              by_epoch(data, "new faces", "val", &EpochRow::val_loss)},
                             loss_caption(data)) +
                  term_cards(data) +
                  epoch_card(data, "Learning rate", {by_epoch(data, "learning rate", "val", &EpochRow::lr)},
                             "At the end of each epoch. Errors usually fall once more when it becomes small."));
}

std::string point_errors(const ReportData& data) {
  const int scale = point_error_scale(data.point_mse100.size());
  const std::string radius = scale == 1 ? "is" : "is " + std::to_string(scale) + " times";
  return html::card("Error of each point", {}, draw_point_errors(data.mean_shape, data.point_mse100, data.point_names),
                    "On the mean face of the training set. A disc's radius " + radius +
                        " the typical (root mean square) error of its point" +
                        (scale == 1 ? "" : ", the number its mse100") + "; the largest is orange.");
}

std::string errors(const ReportData& data) {
  return grid("charts",
              point_errors(data) + error_histogram_card(data.image_nme) + cumulative_error_card(data.image_nme));
}

std::string faces(const std::vector<ReportFace>& list, const char* style) {
  std::string html;
  for (const ReportFace& face : list) html += draw_face(face) + "\n";
  return grid(style, html);
}

std::string key() {
  return "<ul class=\"legend\"><li class=\"ring\"><i></i>true point</li><li class=\"dot\"><i></i>found "
         "point</li></ul>\n";
}

std::string with_key(const std::string& faces) { return faces.empty() ? faces : key() + faces; }

/// A bar in parts, and the same as a table.
std::string time_card(const std::vector<std::pair<std::string, double>>& seconds) {
  const double total =
      std::accumulate(seconds.begin(), seconds.end(), 0.0, [](double sum, const auto& s) { return sum + s.second; });
  if (total <= 0) return {};
  std::string bar;
  std::string rows;
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    const auto& [name, value] = seconds[i];
    const std::string style = html::numbered_style(i);
    std::array<char, 32> share{};
    std::snprintf(share.data(), share.size(), "%.1f", 100 * value / total);
    std::array<char, 32> figure{};
    std::snprintf(figure.data(), figure.size(), "%.1f s", value);
    bar += "<i class=\"" + style + "\" style=\"flex:" + share.data() + "\" title=\"" + html::escape(name) + "\"></i>";
    rows += "<tr><td><i class=\"swatch " + style + "\"></i>" + html::escape(name) + "</td><td class=\"number\">" +
            figure.data() + "</td><td class=\"number\">" + share.data() + " %</td></tr>\n";
  }
  return "<div class=\"card\"><div class=\"bar\" role=\"img\" aria-label=\"shares of the time\">" + bar +
         "</div>\n<table>" + rows + "</table></div>\n";
}

}  // namespace

std::string make_report(const ReportData& data) {
  std::string body = "<header><p class=\"over\">Training report</p>\n<h1>" + html::escape(data.title) + "</h1>\n";
  if (!data.lead.empty()) body += "<p class=\"lead\">" + html::escape(data.lead) + "</p>\n";
  body += "</header>\n" + html::tiles(data.summary);
  if (!data.remark.empty()) body += html::remark(data.remark, data.warning);
  body += html::section("Curves", "", curves(data));
  body += html::section("Errors on the validation images", "", errors(data));
  body += html::section("Worst validation images", "The number below each image is its mse100.",
                        with_key(faces(data.worst, "faces")));
  body += html::section("Best validation images", "", with_key(faces(data.best, "faces many")));
  body += html::section("Training images as the network saw them",
                        "From the first epoch, augmented and at the size of the network's input, with their points.",
                        faces(data.augmented, "faces many"));
  body += html::section("Where the time went", "Since this run was last started or resumed.", time_card(data.seconds));
  std::string tables;
  for (const auto& [caption, rows] : data.tables) tables += html::table(caption, rows);
  body += html::section("How it was made", "Bold: not the default.", grid("tables", tables));
  return html::page("report", data.title, body);
}

}  // namespace fpcpu
