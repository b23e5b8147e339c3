#include "train/report_faces.hpp"

#include <algorithm>
#include <cmath>

#include "data/image_write.hpp"
#include "data/resample.hpp"
#include "train/html_text.hpp"

namespace fpcpu {

namespace {

constexpr int kLargestSide = 320;
constexpr double kErrorScale = 3;        // discs would be too small to compare at true scale
constexpr std::size_t kMostLabels = 30;  // more would overlap

std::string coordinate(double v) { return html::number(std::round(v * 100) / 100, 6); }

std::string jpeg_uri(const Image& image) {
  const int factor = std::max(image.width, image.height) / kLargestSide;
  const auto bytes = factor > 1 ? encode_image(shrink(image, factor, factor), ImageFormat::jpeg, 85)
                                : encode_image(image, ImageFormat::jpeg, 85);
  return "data:image/jpeg;base64," + html::base64(bytes);
}

}  // namespace

std::string draw_face(const ReportFace& face) {
  const double w = face.image.width;
  const double h = face.image.height;
  const double dot = 0.013 * std::max(w, h);
  std::string svg = "<figure><svg class=\"face\" role=\"img\" viewBox=\"-0.5 -0.5 " + coordinate(w) + " " +
                    coordinate(h) + "\"><image x=\"-0.5\" y=\"-0.5\" width=\"" + coordinate(w) + "\" height=\"" +
                    coordinate(h) + "\" preserveAspectRatio=\"none\" href=\"" + jpeg_uri(face.image) + "\"/>";
  const auto circle = [](const char* style, double x, double y, double r) {
    return std::string("<circle class=\"") + style + "\" cx=\"" + coordinate(x) + "\" cy=\"" + coordinate(y) +
           "\" r=\"" + coordinate(r) + "\"/>";
  };
  const std::size_t points = std::min(face.truth.visible.size(), face.found.size() / 2);
  for (std::size_t k = 0; k < points; ++k) {
    const double found_x = static_cast<double>(face.found[2 * k]);
    const double found_y = static_cast<double>(face.found[2 * k + 1]);
    if (face.truth.visible[k] > 0) {
      const double x = static_cast<double>(face.truth.xy[2 * k]);
      const double y = static_cast<double>(face.truth.xy[2 * k + 1]);
      svg += "<line x1=\"" + coordinate(x) + "\" y1=\"" + coordinate(y) + "\" x2=\"" + coordinate(found_x) +
             "\" y2=\"" + coordinate(found_y) + "\"/>" + circle("true", x, y, 1.9 * dot);
    }
    svg += circle("found", found_x, found_y, dot);
  }
  const std::string name = html::escape(face.name);
  return svg + "</svg><figcaption title=\"" + name + "\"><span>" + name + "</span> <b>" + html::number(face.mse100) +
         "</b></figcaption></figure>";
}

std::string draw_point_errors(std::span<const float> mean_shape, std::span<const double> point_mse100) {
  const std::size_t points = point_mse100.size();
  if (points == 0 || mean_shape.size() != 2 * points) return {};
  // In hundredths of the image: the unit of rmse100.
  double low_x = 1e9;
  double low_y = 1e9;
  double high_x = -1e9;
  double high_y = -1e9;
  double largest = 0;
  for (std::size_t k = 0; k < points; ++k) {
    const double radius = std::isfinite(point_mse100[k]) ? kErrorScale * std::sqrt(point_mse100[k]) : 0.0;
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
                    coordinate(high_y - low_y) + "\">";
  for (std::size_t k = 0; k < points; ++k) {
    const std::string x = coordinate(100 * static_cast<double>(mean_shape[2 * k]));
    const double y = 100 * static_cast<double>(mean_shape[2 * k + 1]);
    const double error = point_mse100[k];
    const double radius = std::isfinite(error) ? kErrorScale * std::sqrt(error) : 0.0;
    const char* style = error >= largest ? "disc worst" : "disc";
    svg += std::string("<circle class=\"") + style + "\" cx=\"" + x + "\" cy=\"" + coordinate(y) + "\" r=\"" +
           coordinate(radius) + "\"><title>point " + std::to_string(k + 1) + ": mse100 " + html::number(error) +
           "</title></circle><circle class=\"centre\" cx=\"" + x + "\" cy=\"" + coordinate(y) + "\" r=\"0.4\"/>";
    if (points <= kMostLabels) {
      svg += "<text text-anchor=\"middle\" x=\"" + x + "\" y=\"" + coordinate(y + 3.2) + "\">" +
             html::number(error, 2) + "</text>";
    }
  }
  return svg + "</svg>";
}

}  // namespace fpcpu
