#include "predict/prediction_files.hpp"

#include <filesystem>
#include <map>

#include "core/file.hpp"
#include "data/points_csv.hpp"
#include "fpcpu/error.hpp"
#include "io/json_text.hpp"

namespace fpcpu {

namespace {

/// File names of the detections; with its folder where two files of different folders have one name.
std::vector<std::string> names_of(std::span<const Detection> detections) {
  std::map<std::string, int> count;
  for (const Detection& d : detections) ++count[std::filesystem::path(d.file).filename().string()];
  std::vector<std::string> names;
  for (const Detection& d : detections) {
    std::string name = std::filesystem::path(d.file).filename().string();
    names.push_back(count[name] == 1 ? std::move(name) : d.file);
  }
  return names;
}

}  // namespace

std::string detections_csv(std::span<const Detection> detections, int points) {
  const std::vector<std::string> all = names_of(detections);
  std::vector<std::string> names;
  std::vector<Landmarks> rows;
  for (std::size_t i = 0; i < detections.size(); ++i) {
    const Detection& d = detections[i];
    if (!d.error.empty()) continue;
    names.push_back(all[i]);
    rows.push_back({d.points, std::vector<float>(static_cast<std::size_t>(points), 1.0F)});
  }
  return points_csv(names, rows, points);
}

std::string detections_json(std::span<const Detection> detections, const std::string& model) {
  const std::vector<std::string> names = names_of(detections);
  std::vector<JsonObject> objects;
  for (std::size_t i = 0; i < detections.size(); ++i) {
    const Detection& d = detections[i];
    if (!d.error.empty()) continue;
    objects.push_back({{"filename", names[i]},
                       {"width", std::int64_t{d.width}},
                       {"height", std::int64_t{d.height}},
                       {"model", model},
                       {"milliseconds", d.milliseconds},
                       {"points", std::vector<double>(d.points.begin(), d.points.end())}});
  }
  return to_json(objects);
}

void write_detections(const std::string& file, std::span<const Detection> detections, int points,
                      const std::string& model) {
  if (file.ends_with(".csv")) {
    write_file_atomically(file, detections_csv(detections, points));
  } else if (file.ends_with(".json")) {
    write_file_atomically(file, detections_json(detections, model));
  } else {
    throw Error(ErrorCode::usage, "--out " + file + ": the name must end in .csv or .json.");
  }
}

}  // namespace fpcpu
