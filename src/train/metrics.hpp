// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fpcpu/dataset.hpp"

namespace fpcpu {

/// Errors of one image. All points that are not visible are left out; an image without visible points has NaN.
struct ImageError {
  double mse100 = 0;  ///< mean over coordinates of (100 dx / width)^2, (100 dy / height)^2
  double nme = 0;     ///< mean distance of points / normaliser; NaN where that is not known (normaliser.hpp)
};

/// Error of a set of predictions, see interface: metrics.
struct Metrics {
  std::size_t images = 0;
  double mse100 = 0;           ///< mean over images
  double rmse100 = 0;          ///< its root
  std::string nme_by;          ///< name of the normaliser
  double nme = 0;              ///< mean over images
  double auc08 = 0;            ///< mean of max(0, 1 - nme / 0.08): the area under the cumulative error curve up to 0.08
  double fr08 = 0;             ///< share of images with nme > 0.08
  double median = 0;           ///< of the images' nme
  double p95 = 0;              ///< 95th percentile of the images' nme
  std::size_t nme_images = 0;  ///< images that have an NME
  std::vector<double> per_point;  ///< mse100 of each point
  std::vector<ImageError> per_image;
};

/// Compares predictions (images x 2K, in pixels of the original images) with the truth of `data`, in its order.
/// @param nme  the normaliser (normaliser.hpp). @throws Error{usage} if the data does not have it.
[[nodiscard]] Metrics compute_metrics(const Dataset& data, std::span<const float> predictions,
                                      std::string_view nme = "auto");

}  // namespace fpcpu
