// SPDX-License-Identifier: MIT
#include "roofline_picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>

namespace fpcpu::bench {

namespace {

// px of the picture and of the plot inside it.
constexpr double kWidth = 960;
constexpr double kHeight = 600;
constexpr double kLeft = 76;
constexpr double kRight = 932;
constexpr double kTop = 84;
constexpr double kBottom = 508;
constexpr double kLetter = 6.4;  // width of a letter of the labels
constexpr std::size_t kMostLabels = 9;

constexpr const char* kStyle = R"(<style>
.page{fill:#ffffff}.ink{fill:#1b1f24}.dim{fill:#59636e}.grid{stroke:#e3e7eb}.roof{stroke:#1b1f24}.slope{stroke:#8b949e}
.rim{stroke:#ffffff}.leader{stroke:#8b949e}
.m0{fill:#0a66c2}.m1{fill:#d9480f}.m2{fill:#087f5b}.m3{fill:#8a3ffc}.m4{fill:#8a929b}
@media(prefers-color-scheme:dark){.page{fill:#0d1117}.ink{fill:#e6edf3}.dim{fill:#9aa4af}.grid{stroke:#232a33}
.roof{stroke:#e6edf3}.slope{stroke:#6e7781}.rim{stroke:#0d1117}.leader{stroke:#6e7781}
.m0{fill:#58a6ff}.m1{fill:#ff922b}.m2{fill:#38d9a9}.m3{fill:#b197fc}.m4{fill:#7d8590}}
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;font-size:12px}
.title{font-size:18px;font-weight:600}.note{font-size:13px}
</style>
)";

constexpr std::array<const char*, 5> kMarkNames = {"convolution, forward", "convolution, backward", "depthwise",
                                                   "dense", "norm, pool, other"};

template <class... Values>
std::string format(const char* pattern, Values... values) {
  std::array<char, 512> text{};
  std::snprintf(text.data(), text.size(), pattern, values...);
  return text.data();
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '&') {
      result += "&amp;";
    } else if (c == '<') {
      result += "&lt;";
    } else {
      result += c;
    }
  }
  return result;
}

struct Box {
  double left, top, right, bottom;
  [[nodiscard]] bool overlaps(const Box& o) const {
    return left < o.right && o.left < right && top < o.bottom && o.top < bottom;
  }
};

class Picture {
 public:
  explicit Picture(const Roofline& r) : r_(r) {
    double low = r.peak_gflops / 30;
    double high = r.peak_gflops;
    x_low_ = 0.3;
    x_high_ = 300;
    for (const RooflinePoint& p : r.points) {
      low = std::min(low, p.gflops * 0.7);
      x_low_ = std::min(x_low_, p.intensity * 0.7);
      x_high_ = std::max(x_high_, p.intensity * 1.6);
      high = std::max(high, p.gflops);  // Winograd's convolutions are above the roof
    }
    y_low_ = std::max(low, r.peak_gflops / 2000);
    y_high_ = high * 1.9;
  }

  std::string run() {
    text_ = format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %g %g\" width=\"%g\" height=\"%g\">\n",
                   kWidth, kHeight, kWidth, kHeight);
    text_ += kStyle;
    text_ += format("<rect class=\"page\" width=\"%g\" height=\"%g\" rx=\"8\"/>\n", kWidth, kHeight);
    write(kLeft, 34, "ink title", "start", r_.title);
    write(kLeft, 56, "dim note", "start", r_.subtitle);
    axes();
    roofs();
    points();
    legend();
    return text_ + "</svg>\n";
  }

 private:
  [[nodiscard]] double x(double intensity) const {
    return kLeft + (kRight - kLeft) * std::log(intensity / x_low_) / std::log(x_high_ / x_low_);
  }
  [[nodiscard]] double y(double gflops) const {
    const double up = std::log(std::max(gflops, y_low_) / y_low_) / std::log(y_high_ / y_low_);
    return kBottom - (kBottom - kTop) * up;
  }

  void write(double px, double py, const char* style, const char* anchor, const std::string& what) {
    text_ += format("<text x=\"%.1f\" y=\"%.1f\" class=\"%s\" text-anchor=\"%s\">", px, py, style, anchor) +
             escaped(what) + "</text>\n";
  }
  void line(double x1, double y1, double x2, double y2, const char* style, double width, const char* dashes = "") {
    text_ += format("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\" stroke-width=\"%g\" %s/>\n", x1,
                    y1, x2, y2, style, width, dashes);
  }

  void axes() {
    for (double decade = 1e-3; decade < 1e6; decade *= 10) {
      for (const double value : {decade, 3 * decade}) {
        const std::string name = format("%.4g", value);
        if (value >= x_low_ && value <= x_high_) {
          line(x(value), kTop, x(value), kBottom, "grid", 1);
          write(x(value), kBottom + 18, "dim", "middle", name);
        }
        if (value >= y_low_ && value <= y_high_) {
          line(kLeft, y(value), kRight, y(value), "grid", 1);
          write(kLeft - 8, y(value) + 4, "dim", "end", name);
        }
      }
    }
    write((kLeft + kRight) / 2, kBottom + 40, "ink note", "middle",
          "arithmetic intensity, FLOP per byte that must be moved");
    text_ += format("<text transform=\"translate(22 %.1f) rotate(-90)\" class=\"ink note\" text-anchor=\"middle\">",
                    (kTop + kBottom) / 2) +
             "GFLOP/s</text>\n";
  }

  void roofs() {
    const double roof = y(r_.peak_gflops);
    double first_corner = x_high_;
    for (const Slope& s : r_.slopes) {
      const double corner = r_.peak_gflops / s.gbytes;
      first_corner = std::min(first_corner, corner);
      const double start = std::max(x_low_, y_low_ / s.gbytes);
      line(x(start), y(start * s.gbytes), x(corner), roof, "slope", 1.5, "stroke-dasharray=\"6 4\"");
      const double slope = (roof - y(start * s.gbytes)) / (x(corner) - x(start));
      // Where the line enters the plot, furthest from the points. Two levels may be almost equally fast: the name of
      // the upper one is above its line, of the next below.
      const bool above = &s == r_.slopes.data() || &s == &r_.slopes.back();
      const double along = x(start) + 34;
      text_ += format("<text transform=\"translate(%.1f %.1f) rotate(%.1f)\" dy=\"%d\" class=\"dim\">", along,
                      y(start * s.gbytes) + slope * (along - x(start)), std::atan(slope) * 180 / std::numbers::pi,
                      above ? -6 : 14) +
               escaped(s.name) + format(" %.0f GB/s</text>\n", s.gbytes);
    }
    line(x(first_corner), roof, kRight, roof, "roof", 2);
    write(kRight, roof - 9, "ink", "end", format("multiply-add peak %.0f GFLOP/s", r_.peak_gflops));
    taken_.push_back({x(first_corner), kTop, kRight, roof + 3});
  }

  [[nodiscard]] static double radius(const RooflinePoint& p) { return 4 + 26 * std::sqrt(p.share) / 2; }

  void points() {
    std::vector<RooflinePoint> order = r_.points;
    std::sort(order.begin(), order.end(),
              [](const RooflinePoint& a, const RooflinePoint& b) { return a.share > b.share; });
    for (const RooflinePoint& p : order) {
      text_ += format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" class=\"m%d rim\" fill-opacity=\"0.85\"><title>",
                      x(p.intensity), y(p.gflops), radius(p), static_cast<int>(p.mark)) +
               escaped(p.node + " " + p.pass) +
               format(": %.1f GFLOP/s at %.1f FLOP/byte, %.1f %% of the time</title></circle>\n", p.gflops, p.intensity,
                      100 * p.share);
    }
    // Small circles may be covered by a label, large ones not.
    for (const RooflinePoint& p : order) {
      const double r = 0.8 * radius(p);
      taken_.push_back({x(p.intensity) - r, y(p.gflops) - r, x(p.intensity) + r, y(p.gflops) + r});
    }
    for (std::size_t i = 0; i < std::min(order.size(), kMostLabels); ++i) label(order[i]);
  }

  /// At the first free place around the point, further away with a leader; not at all if there is none.
  void label(const RooflinePoint& p) {
    const std::string name = p.node + " " + p.pass + format(" %.0f %%", 100 * p.share);
    const double width = kLetter * static_cast<double>(name.size());
    const double r = radius(p);
    const double cx = x(p.intensity);
    const double cy = y(p.gflops);
    for (double away = r + 5; away < 150; away += 13) {
      for (const double turn : {0.0, 180.0, 90.0, 45.0, 135.0, -90.0, -45.0, -135.0, 20.0, 160.0, -20.0, -160.0}) {
        const double radians = turn * std::numbers::pi / 180;
        const double ax = cx + away * std::cos(radians);
        const double ay = cy + away * std::sin(radians);
        const double left = std::abs(std::cos(radians)) < 0.1 ? ax - width / 2
                            : std::cos(radians) > 0           ? ax
                                                              : ax - width;
        const Box box{left - 2, ay - 8, left + width + 2, ay + 7};
        if (box.left < kLeft + 4 || box.right > kRight || box.top < kTop || box.bottom > kBottom - 2) continue;
        if (std::any_of(taken_.begin(), taken_.end(), [&](const Box& t) { return t.overlaps(box); })) continue;
        taken_.push_back(box);
        if (away > r + 6) {
          line(cx + r * std::cos(radians), cy + r * std::sin(radians), ax - 2 * std::cos(radians),
               ay - 2 * std::sin(radians), "leader", 0.8);
        }
        write(left, ay + 4, "ink", "start", name);
        return;
      }
    }
  }

  void legend() {
    double at = kLeft;
    for (std::size_t i = 0; i < kMarkNames.size(); ++i) {
      const auto is_this = [&](const RooflinePoint& p) { return static_cast<std::size_t>(p.mark) == i; };
      if (std::none_of(r_.points.begin(), r_.points.end(), is_this)) continue;
      text_ += format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"6\" class=\"m%zu\"/>\n", at + 6, kHeight - 26, i);
      const std::string name = kMarkNames[i];
      write(at + 18, kHeight - 22, "ink", "start", name);
      at += 46 + kLetter * static_cast<double>(name.size());
    }
    write(kRight, kHeight - 22, "dim", "end", "a step of the plan; area: share of the time");
  }

  const Roofline& r_;
  std::string text_;
  std::vector<Box> taken_;
  double x_low_, x_high_, y_low_, y_high_;
};

}  // namespace

std::string draw(const Roofline& roofline) { return Picture(roofline).run(); }

}  // namespace fpcpu::bench
