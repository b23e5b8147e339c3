// SPDX-License-Identifier: MIT
#include "data/tables/formats/table_format.hpp"

namespace fpcpu {

// One line for each: NAME stands for the function of that name in formats/NAME.cpp.
#define FPCPU_TABLE_FORMATS(NAME) \
  NAME(csv)                       \
  NAME(imglab)                    \
  NAME(coco)                      \
  NAME(pts)

namespace formats {
#define FPCPU_DECLARE(NAME) TableFormat NAME();
FPCPU_TABLE_FORMATS(FPCPU_DECLARE)
#undef FPCPU_DECLARE
}  // namespace formats

std::span<const TableFormat> table_formats() {
#define FPCPU_ENTRY(NAME) formats::NAME(),
  static const std::vector<TableFormat> all = {FPCPU_TABLE_FORMATS(FPCPU_ENTRY)};
#undef FPCPU_ENTRY
  return all;
}

}  // namespace fpcpu
