// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "data/inspect/checks.hpp"
#include "data/inspect/extent.hpp"

namespace fpcpu {

namespace {

using Extents = std::vector<FaceExtent>;

constexpr double kSmallestSide = 8;  // px of images so small that anything lies within -1..1

double median_of(const Extents& faces, const std::function<double(const FaceExtent&)>& value) {
  std::vector<double> values;
  values.reserve(faces.size());
  for (const FaceExtent& f : faces) values.push_back(value(f));
  return median(std::move(values));
}

double spread_of(const Extents& faces, const std::function<double(const FaceExtent&)>& value) {
  std::vector<double> values;
  values.reserve(faces.size());
  for (const FaceExtent& f : faces) values.push_back(value(f));
  return robust_spread(values);
}

double lowest(const FaceExtent& f) { return std::min(f.low_x, f.low_y); }
double highest(const FaceExtent& f) { return std::max(f.high_x, f.high_y); }

std::vector<FaceRef> refs(const Extents& faces, std::size_t set) {
  std::vector<FaceRef> result;
  for (const FaceExtent& f : faces) result.push_back({set, f.face});
  return result;
}

Extents select(const Extents& faces, const std::function<bool(const FaceExtent&)>& wanted) {
  Extents result;
  std::copy_if(faces.begin(), faces.end(), std::back_inserter(result), wanted);
  return result;
}

std::string size_text(const FaceExtent& f) { return short_number(f.width) + "x" + short_number(f.height); }

/// "-0.1 to 0.87"
std::string range_text(const Extents& faces) {
  double low = lowest(faces.front());
  double high = highest(faces.front());
  for (const FaceExtent& f : faces) {
    low = std::min(low, lowest(f));
    high = std::max(high, highest(f));
  }
  return short_number(low) + " to " + short_number(high);
}

class FrameJudge {
 public:
  FrameJudge(JudgedSets sets, std::size_t set) : sets_(sets), set_(set), faces_(face_extents(*sets[set].data)) {}

  std::optional<Finding> run() const {
    if (faces_.empty()) return std::nullopt;
    if (auto f = parts_of_image()) return f;
    if (auto f = percent()) return f;
    if (auto f = one_fixed_size()) return f;
    if (auto f = larger_copy()) return f;
    if (auto f = outside()) return f;
    return smaller_copy();
  }

 private:
  Finding finding(const char* id, Severity severity, const Extents& faces, const std::string& text) const {
    Finding f;
    f.id = id;
    f.severity = severity;
    f.faces = refs(faces, set_);
    f.text = places(sets_, f.faces) + ": " + text;
    return f;
  }

  /// All points of a face within a pixel or two: 0..1 or -1..1 of the image.
  std::optional<Finding> parts_of_image() const {
    const bool single = sets_[set_].data->points() == 1;
    const Extents small = select(faces_, [&](const FaceExtent& f) {
      return std::min(f.width, f.height) >= kSmallestSide && lowest(f) >= -1.5 && highest(f) <= 1.5 &&
             (single || f.points > 1);
    });
    if (small.empty() || (single && 2 * small.size() < faces_.size())) return std::nullopt;
    const bool all = small.size() == faces_.size();
    return finding(
        "unit", Severity::refusal, small,
        (all ? "all coordinates lie" : "the coordinates of " + counted(small.size(), "face lie", "faces lie")) +
            " within " + range_text(small) + " in images of " + size_text(small.front()) +
            " px, as parts of the image; pixels are expected. Multiply x by the width and y by the height of "
            "each image, or --accept unit if these are pixels.");
  }

  /// How little the faces agree where they lie when x and y are taken in units of `x_unit` and `y_unit`. A common
  /// factor plays no part.
  double disagreement(const std::function<double(const FaceExtent&)>& x_unit,
                      const std::function<double(const FaceExtent&)>& y_unit) const {
    const auto logarithm = [](double v) { return std::log(std::max(v, 1e-3)); };
    return spread_of(faces_, [&](const FaceExtent& f) { return logarithm(f.centre_x() / x_unit(f)); }) +
           spread_of(faces_, [&](const FaceExtent& f) { return logarithm(f.centre_y() / y_unit(f)); });
  }

  /// True if the sizes of the images differ and the faces agree clearly better without them.
  bool agree_in_one_size() const {
    if (faces_.size() < 8) return false;
    const double sizes = spread_of(faces_, [](const FaceExtent& f) { return std::log(f.width); });
    if (sizes < 0.15) return false;
    const auto one = [](const FaceExtent&) { return 1.0; };
    const double alone = disagreement(one, one);
    const double in_images =
        disagreement([](const FaceExtent& f) { return f.width; }, [](const FaceExtent& f) { return f.height; });
    return alone < 0.6 * in_images;
  }

  double share_across() const {
    return median_of(faces_, [](const FaceExtent& f) { return f.centre_x() / f.width; });
  }
  double share_down() const {
    return median_of(faces_, [](const FaceExtent& f) { return f.centre_y() / f.height; });
  }

  /// True if the faces are as large as those of pictures of faces are, measured by their distance from the corner.
  /// Points of a part of the face are not: they may well lie in a corner.
  bool are_wide_for_their_place() const {
    return median_of(faces_, [](const FaceExtent& f) { return (f.high_x - f.low_x) / f.centre_x(); }) > 0.5 &&
           median_of(faces_, [](const FaceExtent& f) { return (f.high_y - f.low_y) / f.centre_y(); }) > 0.5;
  }

  std::optional<Finding> percent() const {
    const double middle_x = median_of(faces_, [](const FaceExtent& f) { return f.centre_x(); });
    const double middle_y = median_of(faces_, [](const FaceExtent& f) { return f.centre_y(); });
    std::size_t beyond = 0;
    for (const FaceExtent& f : faces_) beyond += lowest(f) < -5 || highest(f) > 105 ? 1 : 0;
    if (50 * beyond > faces_.size() || std::abs(middle_x - 50) > 15 || std::abs(middle_y - 50) > 15)
      return std::nullopt;
    const double width = median_of(faces_, [](const FaceExtent& f) { return f.width; });
    const double height = median_of(faces_, [](const FaceExtent& f) { return f.height; });
    const bool in_a_corner =
        faces_.size() >= 3 && std::min(width, height) >= 125 && share_across() < 0.42 && share_down() < 0.42;
    if (!in_a_corner && !agree_in_one_size()) return std::nullopt;
    return finding(
        "unit", Severity::refusal, faces_,
        "the coordinates lie within " + range_text(faces_) + " in images of about " + short_number(width) + "x" +
            short_number(height) +
            " px, as percent of the image; pixels are expected. Multiply x by the width and y by the height of "
            "each image and divide by 100, or --accept unit if these are pixels.");
  }

  std::optional<Finding> one_fixed_size() const {
    if (!agree_in_one_size()) return std::nullopt;
    const double size = 2 * median_of(faces_, [](const FaceExtent& f) { return f.centre_x(); });
    return finding("frame", Severity::refusal, faces_,
                   "the faces lie at one place in pixels (middle about " + short_number(0.5 * size) + "," +
                       short_number(median_of(faces_, [](const FaceExtent& f) { return f.centre_y(); })) +
                       "), although the images differ in size (first " + size_text(faces_.front()) +
                       "): the points seem to be those of copies of one size, perhaps " +
                       short_number(std::round(size)) +
                       " px wide. Scale them to their images, or --accept frame if they are right.");
  }

  std::optional<Finding> outside() const {
    const Extents off = select(faces_, [](const FaceExtent& f) { return 2 * f.outside > f.points; });
    if (off.empty()) return std::nullopt;
    const bool many = 5 * off.size() >= faces_.size();
    std::string text = "most points of " + counted(off.size(), "face lie", "faces lie") + " outside of the image";
    const FaceExtent& first = off.front();
    text += " (first: x " + short_number(first.low_x) + " to " + short_number(first.high_x) + ", y " +
            short_number(first.low_y) + " to " + short_number(first.high_y) + " in " + size_text(first) + " px)";
    return finding("frame", many ? Severity::refusal : Severity::warning, off,
                   text + explain(off) + " Correct the points, or --accept frame if they are meant.");
  }

  /// What would bring the points of these faces into their images.
  static std::string explain(const Extents& off) {
    const auto fitting = [&](const std::function<bool(const FaceExtent&)>& fits) {
      return 10 * select(off, fits).size() >= 9 * off.size();
    };
    if (fitting(
            [](const FaceExtent& f) { return lowest(f) > -2 && f.high_x < f.height + 1 && f.high_y < f.width + 1; })) {
      return "; with x and y exchanged they lie inside.";
    }
    const double factor = median_of(off, [](const FaceExtent& f) {
      return 0.5 * (f.centre_x() / (0.5 * f.width) + f.centre_y() / (0.5 * f.height));
    });
    if (factor > 1.1 && fitting([&](const FaceExtent& f) {
          return lowest(f) > -0.1 * f.width * factor && f.high_x < 1.1 * f.width * factor &&
                 f.high_y < 1.1 * f.height * factor;
        })) {
      return "; they fit a copy about " + short_number(std::round(10 * factor) / 10) + " times as large.";
    }
    return "; they are those of another picture: an uncropped or larger one?";
  }

  /// Faces that lie as far to the right as down, and now and then beyond that border, never beyond the other. Of a copy
  /// more than twice as large most points lie outside, which says it all.
  std::optional<Finding> larger_copy() const {
    if (faces_.size() < 4) return std::nullopt;
    const double x = share_across();
    const double y = share_down();
    // Brows to mouth lie somewhat above the middle of a picture.
    if (x < 0.66 || y < 0.6 || std::max(x, y) > 0.9 || !are_wide_for_their_place()) return std::nullopt;
    const Extents beyond =
        select(faces_, [](const FaceExtent& f) { return f.high_x > f.width + 1 || f.high_y > f.height + 1; });
    const Extents before = select(faces_, [](const FaceExtent& f) { return lowest(f) < -2; });
    if (4 * beyond.size() < faces_.size() || 50 * before.size() > faces_.size()) return std::nullopt;
    return finding("frame", Severity::refusal, faces_,
                   "the faces lie in the lower right part of their images, and " + std::to_string(beyond.size()) +
                       " reach beyond it (first: x up to " + short_number(beyond.front().high_x) + ", y up to " +
                       short_number(beyond.front().high_y) + " in " + size_text(beyond.front()) +
                       " px): the points seem to be those of copies about " +
                       short_number(std::round(10 * (x + y)) / 10) +
                       " times as large. Scale them to their images, or --accept frame if they are right.");
  }

  /// All faces in the upper left corner and as far from the top as from the left, as their shares of the image go.
  std::optional<Finding> smaller_copy() const {
    if (faces_.size() < 4) return std::nullopt;
    const double x = share_across();
    const double y = share_down();
    if (x > 0.36 || y > 0.36 || x <= 0 || y <= 0 || x > 1.33 * y || y > 1.33 * x || !are_wide_for_their_place()) {
      return std::nullopt;
    }
    std::size_t beyond = 0;
    for (const FaceExtent& f : faces_) beyond += f.high_x > 0.62 * f.width || f.high_y > 0.62 * f.height ? 1 : 0;
    if (50 * beyond > faces_.size()) return std::nullopt;
    return finding("frame", Severity::refusal, faces_,
                   "all faces lie in the upper left part of their images (first: x up to " +
                       short_number(faces_.front().high_x) + ", y up to " + short_number(faces_.front().high_y) +
                       " in " + size_text(faces_.front()) + " px): the points seem to be those of copies about " +
                       short_number(std::round(10 / (x + y)) / 10) +
                       " times smaller. Scale them to their images, or --accept frame if they are right.");
  }

  JudgedSets sets_;
  std::size_t set_;
  Extents faces_;
};

}  // namespace

std::vector<Finding> find_wrong_frames(JudgedSets sets) {
  std::vector<Finding> findings;
  for (std::size_t s = 0; s < sets.size(); ++s) {
    if (auto f = FrameJudge(sets, s).run()) findings.push_back(std::move(*f));
  }
  return findings;
}

}  // namespace fpcpu
