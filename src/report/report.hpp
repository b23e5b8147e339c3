// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "fpcpu/dataset.hpp"
#include "io/metrics_csv.hpp"
#include "report/html_page.hpp"

namespace fpcpu {

/// One image with what is true and what was found.
struct ReportFace {
  std::string name;
  Image image;
  Landmarks truth;
  std::vector<int> marked;   // points to look at, from 0
  std::vector<float> found;  // x1,y1,... in pixels of the image; empty: nothing was looked for
  double mse100 = 0;
};

/// All that the report shows. Empty parts are left out of the page.
struct ReportData {
  std::string title;                // e.g. the run folder's name
  std::string lead;                 // one sentence: what was trained on what
  std::vector<html::Tile> summary;  // the few figures on top
  std::string remark;               // on training against new faces
  bool warning = false;             // the remark is one
  std::vector<EpochRow> epochs;
  std::vector<std::string> terms;        // names of EpochRow::terms
  int best_epoch = 0;                    // marked in the curves; 0 = none
  std::vector<double> image_nme;         // one per validation image
  std::vector<double> point_mse100;      // K
  std::vector<std::string> point_names;  // K, or empty
  std::vector<float> mean_shape;         // 2K, fractions of the image relative to its middle
  std::vector<ReportFace> best;
  std::vector<ReportFace> worst;
  std::vector<ReportFace> augmented;
  std::vector<std::pair<std::string, double>> seconds;  // what the time went to
  std::vector<std::pair<std::string, std::vector<html::TableRow>>> tables;
};

/// One self-contained HTML page: curves as inline SVG, faces as inline JPEG (html_page.hpp). All text is escaped.
[[nodiscard]] std::string make_report(const ReportData& data);

}  // namespace fpcpu
