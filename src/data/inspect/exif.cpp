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

/// Of the turned images, how many have points that lie turned against those of the other images.
std::size_t count_other_frame(const Dataset& data, const std::vector<FaceRef>& turned) {
  std::vector<std::size_t> upright;
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (data.orientation(i) == 1) upright.push_back(i);
  }
  if (upright.empty()) return 0;
  const ShapeModel model(data, upright);
  std::size_t count = 0;
  for (const FaceRef& f : turned) {
    const auto placement = model.place(data.landmarks(f.face));
    count += placement && std::abs(placement->roll()) > kTurned ? 1 : 0;
  }
  return count;
}

}  // namespace

std::vector<Finding> find_turned_images(JudgedSets sets) {
  std::vector<Finding> findings;
  for (std::size_t s = 0; s < sets.size(); ++s) {
    std::vector<FaceRef> turned = turned_images(sets, s);
    if (turned.empty()) continue;
    const Dataset& data = *sets[s].data;
    const bool applied = sets[s].turned;
    const std::size_t other = count_other_frame(data, turned);
    Finding f;
    f.id = "exif";
    f.severity = Severity::warning;
    f.text = places(sets, turned) + ": " + std::to_string(turned.size()) + " of " +
             counted(data.size(), "image", "images") + (turned.size() == 1 ? " is" : " are") +
             " marked by the camera as turned (EXIF) and taken " +
             (applied ? "upright, as viewers show them" : "as the pixels are stored");
    if (2 * other > turned.size()) {
      f.text +=
          std::string("; but their points lie turned against those of the other faces, as if they were given for ") +
          (applied ? "the pixels as stored: say --exif ignore" : "the upright pictures: leave --exif ignore out") +
          ", or --accept exif.";
    } else {
      f.text += applied ? "; --exif ignore takes the pixels as stored." : ".";
    }
    f.faces = std::move(turned);
    findings.push_back(std::move(f));
  }
  return findings;
}

}  // namespace fpcpu
