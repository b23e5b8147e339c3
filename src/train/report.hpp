#pragma once

#include <string>
#include <utility>
#include <vector>

#include "fpcpu/dataset.hpp"
#include "io/metrics_csv.hpp"

namespace fpcpu {

/// One validation image with what is true and what was found.
struct ReportFace {
  std::string name;
  Image image;
  Landmarks truth;
  std::vector<float> found;  // x1,y1,... in pixels of the image
  double mse100 = 0;
};

/// All that the report shows. Empty parts are left out of the page.
struct ReportData {
  std::string title;                                         // e.g. the run folder's name
  std::vector<std::pair<std::string, std::string>> summary;  // the few figures on top: "mse100" -> "3.4"
  std::vector<EpochRow> epochs;
  int best_epoch = 0;                // marked in the curves; 0 = none
  std::vector<double> image_nme;     // one per validation image, for the cumulative curve
  std::vector<double> point_mse100;  // K
  std::vector<float> mean_shape;     // 2K, fractions of the image relative to its middle
  std::vector<ReportFace> best;
  std::vector<ReportFace> worst;
  std::vector<std::pair<std::string, std::string>> config;   // key -> value
  std::vector<std::pair<std::string, std::string>> machine;  // processor, instruction set, threads, version, ...
};

/// One self-contained HTML page: curves as inline SVG, faces as inline PNG, no script, nothing from the network; light
/// or dark as the reader's system is, from 400 px width. All text is escaped.
[[nodiscard]] std::string make_report(const ReportData& data);

}  // namespace fpcpu
