// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "data/loader.hpp"
#include "report/report.hpp"

namespace fpcpu {

/// Up to `count` training images as the network sees them in the first epoch of a run with `options`: augmented, at the
/// size of its input, with their points.
/// @throws Error naming the image that cannot be read.
[[nodiscard]] std::vector<ReportFace> augmented_faces(const DatasetPtr& data, const Preprocessing& preprocessing,
                                                      LoaderOptions options, int count);

}  // namespace fpcpu
