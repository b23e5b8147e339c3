// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/augment.hpp"
#include "fpcpu/dataset.hpp"
#include "fpcpu/model.hpp"

namespace fpcpu {

struct SheetOptions {
  Preprocessing preprocessing;  // input, points and mirror are used; colours are shown as they are
  AugmentOptions augment;
  int count = 8;  // faces in a row
  std::uint64_t seed = 1;
};

/// What a row of the sheet does to its faces.
struct SheetRow {
  std::string title;
  AugmentOptions augment;
};

/// The unchanged faces; each augmentation that is on, alone and on every face; all of them as in training, three times.
[[nodiscard]] std::vector<SheetRow> sheet_rows(const AugmentOptions& augment);

/// A picture of what training images look like: rows of the same faces, spread over the data set, with their points.
/// A point has the same colour in every tile, so points that swap in a mirror can be followed.
/// @throws what decoding an image throws
[[nodiscard]] Image augment_sheet(const Dataset& data, const SheetOptions& options);

}  // namespace fpcpu
