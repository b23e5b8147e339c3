#include "train/report.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "train/html_text.hpp"
#include "train/line_chart.hpp"
#include "train/report_faces.hpp"

namespace fpcpu {

namespace {

constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark;--back:#fbfbfa;--card:#fff;--text:#1d1f21;--soft:#5d6570;--line:#d9dce0;--a:#c2571a;
--b:#1f6fb2;--true:#12a150;--found:#e5252a}
@media(prefers-color-scheme:dark){:root{--back:#15171a;--card:#1d2024;--text:#e7e9ec;--soft:#9aa3ad;--line:#363b42;
--a:#f08c4a;--b:#63b0f2;--true:#2fd673;--found:#ff5a55}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1560px;padding:clamp(12px,2vw,32px);background:var(--back);color:var(--text);
font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;margin:0 0 .8rem;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:2rem 0 .6rem}
p{color:var(--soft);max-width:46rem;margin:.2rem 0 .8rem}
.tiles,.charts,.faces,.tables{display:grid;gap:12px}
.tiles{grid-template-columns:repeat(auto-fit,minmax(150px,1fr))}
.charts{grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr))}
.faces{grid-template-columns:repeat(auto-fill,minmax(min(45%,170px),1fr))}
.tables{grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr));align-items:start}
.tiles div,.card,figure{background:var(--card);border:1px solid var(--line);border-radius:8px}
.tiles div{padding:10px 14px}
.tiles span{display:block;color:var(--soft);font-size:.85rem}
.tiles b{font-size:1.3rem;overflow-wrap:anywhere}
.card{padding:10px}
svg{display:block;width:100%;height:auto}
.chart{max-height:420px}
.chart text{font-size:12.5px;fill:var(--soft)}
.chart .title{font-size:14px;font-weight:600;fill:var(--text)}
.chart .legend{font-size:13px;font-weight:600}
.chart path{fill:none;stroke-width:2;stroke-linejoin:round}
.chart .a path{stroke:var(--a)}.chart .a circle,.chart .a text{fill:var(--a)}
.chart .b path{stroke:var(--b)}.chart .b circle,.chart .b text{fill:var(--b)}
.chart .grid{stroke:var(--line);stroke-width:.7}
.chart .axis{stroke:var(--soft)}
.chart .mark{stroke:var(--soft);stroke-dasharray:4 4}
.shape{max-height:520px}
.shape text{font-size:2.6px;fill:var(--text)}
.shape .disc{fill:var(--b);fill-opacity:.22;stroke:var(--b);stroke-width:.25}
.shape .worst{fill:var(--found);stroke:var(--found)}
.shape .centre{fill:var(--text)}
figure{margin:0;overflow:hidden}
figcaption{display:flex;gap:8px;justify-content:space-between;padding:4px 8px;font-size:.85rem}
figcaption span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;color:var(--soft)}
.face{max-height:420px}
.face circle,.face line{vector-effect:non-scaling-stroke}
.face line{stroke:#fff;stroke-width:1;opacity:.7}
.true{fill:none;stroke:var(--true);stroke-width:1.6}
.found{fill:var(--found)}
.key i{display:inline-block;width:.7em;height:.7em;border-radius:50%;margin:0 .3em 0 .6em}
.key .true{border:2px solid var(--true)}.key .found{background:var(--found)}
table{width:100%;border-collapse:collapse;font-size:.92rem}
caption{text-align:left;font-weight:600;padding-bottom:4px}
td{padding:3px 6px;border-top:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
td:first-child{color:var(--soft);width:45%}
)css";

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string table(std::string_view caption, const Pairs& rows) {
  if (rows.empty()) return {};
  std::string html = "<div class=\"card\"><table><caption>" + html::escape(caption) + "</caption>\n";
  for (const auto& [key, value] : rows) {
    html += "<tr><td>" + html::escape(key) + "</td><td>" + html::escape(value) + "</td></tr>\n";
  }
  return html + "</table></div>\n";
}

std::string tiles(const Pairs& figures) {
  if (figures.empty()) return {};
  std::string html = "<div class=\"tiles\">\n";
  for (const auto& [name, value] : figures) {
    html += "<div><span>" + html::escape(name) + "</span><b>" + html::escape(value) + "</b></div>\n";
  }
  return html + "</div>\n";
}

ChartSeries by_epoch(const ReportData& data, const char* label, const char* style, double EpochRow::*value) {
  ChartSeries series{label, style, {}};
  for (const EpochRow& row : data.epochs) series.points.emplace_back(row.epoch, row.*value);
  return series;
}

std::string epoch_chart(const ReportData& data, const char* title, std::vector<ChartSeries> series) {
  return draw_chart({.title = title,
                     .x_label = "epoch",
                     .series = std::move(series),
                     .whole_x = true,
                     .mark_x = static_cast<double>(data.best_epoch),
                     .mark_label = data.best_epoch > 0 ? "best" : ""});
}

/// Share of images with an error up to x, from 0 to just beyond the 95th percentile or the usual limit 0.08.
std::string cumulative_chart(std::vector<double> nme) {
  std::erase_if(nme, [](double v) { return !std::isfinite(v); });
  if (nme.empty()) return {};
  std::sort(nme.begin(), nme.end());
  constexpr double kLimit = 0.08;
  constexpr int kSamples = 160;
  const double end = std::max(1.1 * kLimit, 1.2 * nme[(nme.size() - 1) * 95 / 100]);
  ChartSeries series{"images", "b", {}};
  for (int i = 0; i <= kSamples; ++i) {
    const double x = end * i / kSamples;
    const auto below = std::upper_bound(nme.begin(), nme.end(), x) - nme.begin();
    series.points.emplace_back(x, 100.0 * static_cast<double>(below) / static_cast<double>(nme.size()));
  }
  return draw_chart({.title = "Cumulative error: % of images with NME up to x",
                     .x_label = "NME",
                     .series = {std::move(series)},
                     .from_zero = true,
                     .mark_x = kLimit,
                     .mark_label = "0.08"});
}

std::string charts(const ReportData& data) {
  std::string html;
  const auto add = [&html](const std::string& svg) {
    if (!svg.empty()) html += "<div class=\"card\">" + svg + "</div>\n";
  };
  add(epoch_chart(data, "mse100",
                  {by_epoch(data, "training", "a", &EpochRow::train_mse100),
                   by_epoch(data, "validation", "b", &EpochRow::val_mse100)}));
  add(epoch_chart(data, "Loss",
                  {by_epoch(data, "training", "a", &EpochRow::train_loss),
                   by_epoch(data, "validation", "b", &EpochRow::val_loss)}));
  add(epoch_chart(data, "Learning rate", {by_epoch(data, "lr", "b", &EpochRow::lr)}));
  add(cumulative_chart(data.image_nme));
  if (html.empty()) return {};
  return "<h2>Curves</h2>\n<div class=\"charts\">\n" + html + "</div>\n";
}

std::string faces(std::string_view title, const std::vector<ReportFace>& list) {
  if (list.empty()) return {};
  std::string html = "<h2>" + html::escape(title) +
                     "</h2>\n<p class=\"key\"><i class=\"true\"></i>true point"
                     "<i class=\"found\"></i>found point; below each image its mse100</p>\n<div class=\"faces\">\n";
  for (const ReportFace& face : list) html += draw_face(face) + "\n";
  return html + "</div>\n";
}

std::string point_errors(const ReportData& data) {
  const std::string svg = draw_point_errors(data.mean_shape, data.point_mse100);
  if (svg.empty()) return {};
  return "<h2>Error of each point</h2>\n<p>On the mean face of the training set. The number is the mse100 of the "
         "point; "
         "the disc shows its root at three times true scale, the largest in red.</p>\n<div class=\"card\">" +
         svg + "</div>\n";
}

}  // namespace

std::string make_report(const ReportData& data) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>" +
      html::escape(data.title) + "</title>\n<style>" + std::string(kStyle) + "</style></head><body>\n<h1>" +
      html::escape(data.title) + "</h1>\n";
  html += tiles(data.summary);
  html += charts(data);
  html += faces("Worst validation images", data.worst);
  html += faces("Best validation images", data.best);
  html += point_errors(data);
  const std::string tables = table("Configuration", data.config) + table("Machine", data.machine);
  if (!tables.empty()) html += "<h2>How it was made</h2>\n<div class=\"tables\">\n" + tables + "</div>\n";
  return html + "</body></html>\n";
}

}  // namespace fpcpu
