// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fpcpu {

/// A curve: points with a NaN are gaps.
struct ChartSeries {
  std::string label;
  std::string style;  // CSS class of its colour (html_page.cpp)
  std::vector<std::pair<double, double>> points;
  bool area = false;  // filled, without dots: each part between gaps is the outline of an area
};

struct LineChart {
  std::string title;
  std::string x_label;
  std::vector<ChartSeries> series;
  bool from_zero = false;  // the y axis begins at 0 and is linear; otherwise logarithmic if values span a factor 8
  bool whole_x = false;    // ticks of x at whole numbers only
  bool log_x = false;      // x is above 0 and its axis logarithmic
  double mark_x = 0;       // a vertical line with `mark_label`, when the label is not empty
  std::string mark_label = {};
  bool mark_low = false;  // the label stands at the bottom, for curves that run along the top
};

/// A chart as inline SVG without colours of its own: the page's style sheet knows the classes. Values show as tooltips.
/// Empty when no point is finite.
[[nodiscard]] std::string draw_chart(const LineChart& chart);
/// The same on a card with its title, a legend if there are several curves, and a caption.
[[nodiscard]] std::string chart_card(const LineChart& chart, std::string_view caption);

/// A chart as the content of a .svg file, with colours for light and dark; its curves have the styles val and train.
[[nodiscard]] std::string chart_file(const LineChart& chart);

/// Round positions for about `wanted` ticks that cover [low, high]: multiples of 1, 2 or 5 times a power of ten.
[[nodiscard]] std::vector<double> linear_ticks(double low, double high, int wanted);
/// 1, 2, 5 times powers of ten within [low, high], or the powers alone when these would be more than seven.
[[nodiscard]] std::vector<double> log_ticks(double low, double high);

}  // namespace fpcpu
