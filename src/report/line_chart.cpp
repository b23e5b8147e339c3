// SPDX-License-Identifier: MIT
#include "report/line_chart.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "report/html_page.hpp"
#include "report/html_text.hpp"

namespace fpcpu {

namespace {

// User units of the SVG; the page scales it to the width of its column.
constexpr double kWidth = 480;
constexpr double kHeight = 290;
constexpr double kLeft = 66;
constexpr double kRight = 14;
constexpr double kTop = 12;
constexpr double kBottom = 48;
constexpr std::size_t kMaxDots = 60;  // beyond it dots would hide the curve

// A file of its own has no page around it that would know the classes (html_page.cpp).
constexpr std::string_view kFileStyle =
    "svg{--back:#fff;--soft:#58616c;--line:#dfe3e8;--val:#1565b8;--train:#7b8794}"
    "@media(prefers-color-scheme:dark){svg{--back:#1b1e22;--soft:#a3acb7;--line:#31363d;--val:#69b1f5;--train:#8b96a3}}"
    "rect{fill:var(--back)}text{font:14px system-ui,sans-serif;fill:var(--soft)}"
    ".val{--c:var(--val)}.train{--c:var(--train)}.curve{fill:none;stroke:var(--c);stroke-width:2.4}"
    ".train .curve{stroke-width:1}circle{fill:var(--c)}.grid{stroke:var(--line)}.axis{stroke:var(--soft)}"
    ".mark{stroke:var(--soft);stroke-dasharray:3 4}";

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  void add(double v) {
    low = std::min(low, v);
    high = std::max(high, v);
  }
  [[nodiscard]] bool empty() const { return !(low <= high); }
};

struct Axes {
  Range x;
  Range y;
  bool log_x = false;
  bool log_y = false;

  [[nodiscard]] double px(double v) const { return kLeft + part(v, x, log_x) * (kWidth - kLeft - kRight); }
  [[nodiscard]] double py(double v) const { return kHeight - kBottom - part(v, y, log_y) * (kHeight - kTop - kBottom); }
  [[nodiscard]] static double part(double v, const Range& range, bool logarithmic) {
    return logarithmic ? std::log(v / range.low) / std::log(range.high / range.low)
                       : (v - range.low) / (range.high - range.low);
  }
};

bool drawable(const std::pair<double, double>& p) { return std::isfinite(p.first) && std::isfinite(p.second); }

std::string px(double v) { return html::number(std::round(v * 10) / 10, 4); }

Axes make_axes(const LineChart& chart) {
  Axes axes;
  for (const ChartSeries& s : chart.series) {
    for (const auto& p : s.points) {
      if (!drawable(p)) continue;
      axes.x.add(p.first);
      axes.y.add(p.second);
    }
  }
  if (axes.x.empty()) return axes;
  if (chart.from_zero) axes.y.add(0);
  axes.log_y = !chart.from_zero && axes.y.low > 0 && axes.y.high > 8 * axes.y.low;
  axes.log_x = chart.log_x && axes.x.low < axes.x.high;
  if (axes.x.high - axes.x.low <= 0) axes.x = {axes.x.low - 0.5, axes.x.high + 0.5};
  if (axes.log_y) {
    axes.y = {axes.y.low / 1.1, axes.y.high * 1.1};
  } else if (const double span = axes.y.high - axes.y.low; span > 0) {
    axes.y.high += 0.05 * span;
    if (!chart.from_zero) axes.y.low -= 0.05 * span;
  } else {
    const double room = std::max(0.1 * std::abs(axes.y.high), 1e-12);
    axes.y = {chart.from_zero ? 0.0 : axes.y.low - room, axes.y.high + room};
  }
  return axes;
}

std::string line(const char* style, double x1, double y1, double x2, double y2) {
  return std::string("<line class=\"") + style + "\" x1=\"" + px(x1) + "\" y1=\"" + px(y1) + "\" x2=\"" + px(x2) +
         "\" y2=\"" + px(y2) + "\"/>";
}

std::string text(double x, double y, const char* anchor, const std::string& content) {
  return "<text x=\"" + px(x) + "\" y=\"" + px(y) + "\" text-anchor=\"" + anchor + "\">" + html::escape(content) +
         "</text>";
}

std::string draw_grid(const Axes& axes, const LineChart& chart) {
  std::string svg;
  const double bottom = kHeight - kBottom;
  for (const double y : axes.log_y ? log_ticks(axes.y.low, axes.y.high) : linear_ticks(axes.y.low, axes.y.high, 6)) {
    svg += line("grid", kLeft, axes.py(y), kWidth - kRight, axes.py(y));
    svg += text(kLeft - 6, axes.py(y) + 4, "end", html::number(y));
  }
  for (const double x : axes.log_x ? log_ticks(axes.x.low, axes.x.high) : linear_ticks(axes.x.low, axes.x.high, 6)) {
    if (chart.whole_x && x != std::round(x)) continue;
    svg += line("axis", axes.px(x), bottom, axes.px(x), bottom + 4);
    svg += text(axes.px(x), bottom + 19, "middle", html::number(x));
  }
  svg += line("axis", kLeft, bottom, kWidth - kRight, bottom);
  svg += text((kLeft + kWidth - kRight) / 2, kHeight - 6, "middle", chart.x_label);
  return svg;
}

std::string draw_mark(const Axes& axes, const LineChart& chart) {
  if (chart.mark_label.empty() || chart.mark_x < axes.x.low || chart.mark_x > axes.x.high) return {};
  const double bottom = kHeight - kBottom;
  const double x = axes.px(chart.mark_x);
  const bool left = x > kWidth * 0.7;
  const double label_y = chart.mark_low ? bottom - 8 : kTop + 10;
  return line("mark", x, kTop, x, bottom) +
         text(x + (left ? -4 : 4), label_y, left ? "end" : "start", chart.mark_label);
}

std::string draw_series(const Axes& axes, const ChartSeries& series) {
  std::string path;
  std::string dots;
  bool pen_down = false;
  for (const auto& p : series.points) {
    if (!drawable(p)) {
      pen_down = false;
      continue;
    }
    const std::string x = px(axes.px(p.first));
    const std::string y = px(axes.py(p.second));
    path += (pen_down ? "L" : "M") + x + " " + y;
    pen_down = true;
    if (series.area || series.points.size() > kMaxDots) continue;
    dots += "<circle cx=\"" + x + "\" cy=\"" + y + "\" r=\"2.5\"><title>" +
            html::escape(series.label + " at " + html::number(p.first) + ": " + html::number(p.second, 4)) +
            "</title></circle>";
  }
  return "<g class=\"" + series.style + "\"><path class=\"" + (series.area ? "area" : "curve") + "\" d=\"" + path +
         "\"/>" + dots + "</g>";
}

}  // namespace

std::vector<double> linear_ticks(double low, double high, int wanted) {
  const double raw = (high - low) / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw) {
      step = factor * power;
      break;
    }
  }
  std::vector<double> ticks;
  for (double i = std::ceil(low / step); i * step <= high + 1e-9 * step; ++i) ticks.push_back(i * step);
  return ticks;
}

std::vector<double> log_ticks(double low, double high) {
  std::vector<double> fine;
  std::vector<double> powers;
  for (double power = std::pow(10.0, std::floor(std::log10(low))); power <= high; power *= 10) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double tick = factor * power;
      if (tick < low || tick > high) continue;
      fine.push_back(tick);
      if (factor == 1.0) powers.push_back(tick);
    }
  }
  return fine.size() > 7 ? powers : fine;
}

std::string draw_chart(const LineChart& chart) {
  const Axes axes = make_axes(chart);
  if (axes.x.empty()) return {};
  std::string svg = "<svg class=\"chart\" role=\"img\" viewBox=\"0 0 " + px(kWidth) + " " + px(kHeight) +
                    "\" aria-label=\"" + html::escape(chart.title) + "\">" + draw_grid(axes, chart);
  for (const ChartSeries& s : chart.series) {
    if (std::any_of(s.points.begin(), s.points.end(), drawable)) svg += draw_series(axes, s);
  }
  svg += draw_mark(axes, chart);
  return svg + "</svg>";
}

std::string chart_card(const LineChart& chart, std::string_view caption) {
  std::vector<html::Key> legend;
  for (const ChartSeries& s : chart.series) {
    if (std::any_of(s.points.begin(), s.points.end(), drawable)) legend.push_back({s.style, s.label});
  }
  if (chart.series.size() < 2) legend.clear();
  const bool log_y = make_axes(chart).log_y;
  return html::card(chart.title + (log_y ? " (log scale)" : ""), legend, draw_chart(chart), caption);
}

std::string chart_file(const LineChart& chart) {
  std::string svg = draw_chart(chart);
  if (svg.empty()) return svg;
  svg.insert(svg.find('>') + 1, "<style>" + std::string(kFileStyle) + "</style><rect width=\"100%\" height=\"100%\"/>");
  svg.insert(std::string_view("<svg").size(), " xmlns=\"http://www.w3.org/2000/svg\"");
  return svg + "\n";
}

}  // namespace fpcpu
