// SPDX-License-Identifier: MIT
#include "report/report_faces.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "data/image_write.hpp"
#include "data/resample.hpp"
#include "report/html_text.hpp"

namespace fpcpu {

namespace {

constexpr int kLargestSide = 320;
constexpr std::size_t kMostLabels = 30;  // more would overlap

std::string coordinate(double v) { return html::number(std::round(v * 100) / 100, 6); }

std::string jpeg_uri(const Image& image) {
  const int factor = std::max(image.width, image.height) / kLargestSide;
  const auto bytes = factor > 1 ? encode_image(shrink(image, factor, factor), ImageFormat::jpeg, 85)
                                : encode_image(image, ImageFormat::jpeg, 85);
  return "data:image/jpeg;base64," + html::base64(bytes);
}

/// Lines that make the points look like a face, where it is known which points they join.
std::string draw_contours(std::span<const float> shape) {
  using Part = std::pair<std::size_t, std::size_t>;  // first and last point of a line
  static constexpr std::array<Part, 5> kParts14 = {{{0, 1}, {2, 3}, {4, 6}, {7, 9}, {11, 13}}};
  static constexpr std::array<Part, 9> kParts68 = {
      {{0, 16}, {17, 21}, {22, 26}, {27, 30}, {31, 35}, {36, 41}, {42, 47}, {48, 59}, {60, 67}}};
  std::span<const Part> parts;
  if (shape.size() == 28) parts = kParts14;
  if (shape.size() == 136) parts = kParts68;
  std::string path;
  for (const auto& [first, last] : parts) {
    for (std::size_t k = first; k <= last; ++k) {
      path += k == first ? 'M' : 'L';
      path += coordinate(100 * static_cast<double>(shape[2 * k])) + ' ';
      path += coordinate(100 * static_cast<double>(shape[2 * k + 1]));
    }
  }
  return path.empty() ? "" : "<path class=\"contour\" d=\"" + path + "\"/>";
}

struct Box {
  double left, top, right, bottom;
};

/// The image and the points beside it, by its own size at most.
Box visible_part(const ReportFace& face) {
  const double w = face.image.width;
  const double h = face.image.height;
  Box box = {-0.5, -0.5, w - 0.5, h - 0.5};
  const double margin = 0.03 * std::max(w, h);
  for (std::size_t k = 0; k < face.truth.visible.size(); ++k) {
    if (face.truth.visible[k] == 0) continue;
    const double x = std::clamp(static_cast<double>(face.truth.xy[2 * k]), -w, 2 * w);
    const double y = std::clamp(static_cast<double>(face.truth.xy[2 * k + 1]), -h, 2 * h);
    if (x < box.left) box.left = x - margin;
    if (y < box.top) box.top = y - margin;
    if (x > box.right) box.right = x + margin;
    if (y > box.bottom) box.bottom = y + margin;
  }
  return box;
}

}  // namespace

std::string draw_face(const ReportFace& face) {
  const double w = face.image.width;
  const double h = face.image.height;
  const Box box = visible_part(face);
  const double dot =
      (face.truth.visible.size() > kMostLabels ? 0.008 : 0.013) * std::max(box.right - box.left, box.bottom - box.top);
  std::string svg = "<figure class=\"face\"><svg role=\"img\" aria-label=\"" + html::escape(face.name) +
                    "\" viewBox=\"" + coordinate(box.left) + " " + coordinate(box.top) + " " +
                    coordinate(box.right - box.left) + " " + coordinate(box.bottom - box.top) +
                    "\"><image x=\"-0.5\" y=\"-0.5\" width=\"" + coordinate(w) + "\" height=\"" + coordinate(h) +
                    "\" preserveAspectRatio=\"none\" href=\"" + jpeg_uri(face.image) + "\"/>";
  const auto circle = [](const char* style, double x, double y, double r) {
    return std::string("<circle class=\"") + style + "\" cx=\"" + coordinate(x) + "\" cy=\"" + coordinate(y) +
           "\" r=\"" + coordinate(r) + "\"/>";
  };
  for (std::size_t k = 0; k < face.truth.visible.size(); ++k) {
    if (face.truth.visible[k] == 0) continue;
    const double x = static_cast<double>(face.truth.xy[2 * k]);
    const double y = static_cast<double>(face.truth.xy[2 * k + 1]);
    if (2 * k + 1 < face.found.size()) {
      svg += "<line x1=\"" + coordinate(x) + "\" y1=\"" + coordinate(y) + "\" x2=\"" +
             coordinate(static_cast<double>(face.found[2 * k])) + "\" y2=\"" +
             coordinate(static_cast<double>(face.found[2 * k + 1])) + "\"/>";
    }
    svg += circle("halo", x, y, 1.9 * dot) + circle("true", x, y, 1.9 * dot);
  }
  for (const int marked : face.marked) {
    const auto k = static_cast<std::size_t>(marked);
    svg += circle("found", static_cast<double>(face.truth.xy[2 * k]), static_cast<double>(face.truth.xy[2 * k + 1]),
                  1.9 * dot);
  }
  for (std::size_t k = 0; 2 * k + 1 < face.found.size(); ++k) {
    svg += circle("found", static_cast<double>(face.found[2 * k]), static_cast<double>(face.found[2 * k + 1]), dot);
  }
  const std::string name = html::escape(face.name);
  return svg + "</svg><figcaption title=\"" + name + "\"><span>" + name + "</span>" +
         (face.found.empty() ? "" : " <b>" + html::number(face.mse100) + "</b>") + "</figcaption></figure>";
}

// Few discs would be too small to compare at true scale, many would hide each other beyond it.
int point_error_scale(std::size_t points) { return points > kMostLabels ? 1 : 3; }

std::string draw_point_errors(std::span<const float> mean_shape, std::span<const double> point_mse100,
                              std::span<const std::string> names) {
  const std::size_t points = point_mse100.size();
  if (points == 0 || mean_shape.size() != 2 * points) return {};
  // In hundredths of the image: the unit of rmse100.
  const double scale = point_error_scale(points);
  double low_x = 1e9;
  double low_y = 1e9;
  double high_x = -1e9;
  double high_y = -1e9;
  double largest = 0;
  for (std::size_t k = 0; k < points; ++k) {
    const double radius = std::isfinite(point_mse100[k]) ? scale * std::sqrt(point_mse100[k]) : 0.0;
    const double x = 100 * static_cast<double>(mean_shape[2 * k]);
    const double y = 100 * static_cast<double>(mean_shape[2 * k + 1]);
    low_x = std::min(low_x, x - radius - 4);
    low_y = std::min(low_y, y - radius - 4);
    high_x = std::max(high_x, x + radius + 4);
    high_y = std::max(high_y, y + radius + 4);
    if (std::isfinite(point_mse100[k])) largest = std::max(largest, point_mse100[k]);
  }
  std::string svg = "<svg class=\"shape\" role=\"img\" aria-label=\"error of each point\" viewBox=\"" +
                    coordinate(low_x) + " " + coordinate(low_y) + " " + coordinate(high_x - low_x) + " " +
                    coordinate(high_y - low_y) + "\">" + draw_contours(mean_shape);
  for (std::size_t k = 0; k < points; ++k) {
    const std::string x = coordinate(100 * static_cast<double>(mean_shape[2 * k]));
    const double y = 100 * static_cast<double>(mean_shape[2 * k + 1]);
    const double error = point_mse100[k];
    const double radius = std::isfinite(error) ? scale * std::sqrt(error) : 0.0;
    const char* style = error >= largest ? "disc worst" : "disc";
    svg += std::string("<circle class=\"") + style + "\" cx=\"" + x + "\" cy=\"" + coordinate(y) + "\" r=\"" +
           coordinate(radius) + "\"><title>point " + std::to_string(k + 1) +
           (names.empty() ? "" : " (" + html::escape(names[k]) + ")") + ": mse100 " + html::number(error) +
           "</title></circle><circle class=\"centre\" cx=\"" + x + "\" cy=\"" + coordinate(y) + "\" r=\"0.4\"/>";
    if (points <= kMostLabels) {
      svg += "<text text-anchor=\"middle\" x=\"" + x + "\" y=\"" + coordinate(y + 3.2) + "\">" +
             html::number(error, 2) + "</text>";
    }
  }
  return svg + "</svg>";
}

}  // namespace fpcpu
