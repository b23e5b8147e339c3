#include "predict/prediction_files.hpp"

#include "core/file.hpp"
#include "data/points_csv.hpp"
#include "fpcpu/error.hpp"
#include "io/json_text.hpp"

namespace fpcpu {

std::string detections_csv(std::span<const Detection> detections, int points) {
  std::vector<std::string> names;
  std::vector<Landmarks> rows;
  for (const Detection& d : detections) {
    if (!d.error.empty()) continue;
    names.push_back(d.name);
    rows.push_back({d.points, std::vector<float>(static_cast<std::size_t>(points), 1.0F)});
  }
  return points_csv(names, rows, points);
}

std::string detections_json(std::span<const Detection> detections, const std::string& model) {
  std::vector<JsonObject> objects;
  for (const Detection& d : detections) {
    if (!d.error.empty()) continue;
    objects.push_back({{"filename", d.name},
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
