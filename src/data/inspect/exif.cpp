// SPDX-License-Identifier: MIT
#include <cmath>
#include <numbers>

#include "data/inspect/checks.hpp"
#include "data/inspect/shape_model.hpp"

namespace fpcpu {

namespace {

/// A face that is turned by more than this against the others is not held so.
constexpr double kTurned = 60 * std::numbers::pi / 180;

std::vector<FaceRef> turned_images(JudgedSets sets, std::size_t set) {
  std::vector<FaceRef> turned;
  for (std::size_t i = 0; i < sets[set].data->size(); ++i) {
    if (sets[set].data->orientation(i) != 1) turned.push_back({set, i});
  }
  return turned;
}

/// A mirrored face fits the others by this factor worse than its mirror image.
constexpr double kMirrored = 2;

/// 2, 4, 5 and 7 are mirrored as well.
bool is_mirrored(int orientation) {
  return orientation == 2 || orientation == 4 || orientation == 5 || orientation == 7;
}

Landmarks mirrored(Landmarks face) {
  for (std::size_t k = 0; k < face.visible.size(); ++k) face.xy[2 * k] = -face.xy[2 * k];
  return face;
}

/// Which way up the points of the turned images are, as the faces of the other images tell.
enum class Points { unknown, upright, turned };

bool lie_turned(const ShapeModel& model, const Landmarks& face, int orientation) {
  const auto placement = model.place(face);
  if (!placement) return false;
  if (!is_mirrored(orientation)) return std::abs(placement->roll()) > kTurned;
  const auto other = model.place(mirrored(face));
  return other && placement->misfit > kMirrored * other->misfit;
}

Points points_of(const Dataset& data, const std::vector<FaceRef>& turned) {
  std::vector<std::size_t> upright;
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (data.orientation(i) == 1) upright.push_back(i);
  }
  if (upright.empty()) return Points::unknown;
  const ShapeModel model(data, upright);
  if (model.known() < 3) return Points::unknown;
  std::size_t count = 0;
  for (const FaceRef& f : turned) {
    count += lie_turned(model, data.landmarks(f.face), data.orientation(f.face)) ? 1 : 0;
  }
  return 2 * count > turned.size() ? Points::turned : Points::upright;
}

}  // namespace

std::vector<Finding> find_turned_images(JudgedSets sets) {
  std::vector<Finding> findings;
  for (std::size_t s = 0; s < sets.size(); ++s) {
    std::vector<FaceRef> turned = turned_images(sets, s);
    if (turned.empty()) continue;
    const Dataset& data = *sets[s].data;
    const bool applied = sets[s].turned;
    const Points points = points_of(data, turned);
    Finding f;
    f.id = "exif";
    f.severity = Severity::warning;
    f.text = places(sets, turned) + ": " + std::to_string(turned.size()) + " of " +
             counted(data.size(), "image", "images") + (turned.size() == 1 ? " is" : " are") +
             " marked by the camera as turned (EXIF) and taken " +
             (applied ? "upright, as viewers show them" : "as the pixels are stored");
    if (applied && points == Points::turned) {
      f.text +=
          "; but their points lie turned against those of the other faces, as if they were given for the pixels as "
          "stored: say --exif ignore, or --accept exif.";
    } else if (!applied && points == Points::upright) {
      f.text +=
          "; but their points are as upright as those of the other faces, as if they were given for the upright "
          "pictures: leave --exif ignore out, or --accept exif.";
    } else {
      f.text += applied ? "; --exif ignore takes the pixels as stored." : ".";
    }
    f.faces = std::move(turned);
    findings.push_back(std::move(f));
  }
  return findings;
}

}  // namespace fpcpu
