// SPDX-License-Identifier: MIT
#include "streams/registry.hpp"

namespace fpcpu {

// One line for each: NAME stands for the function of that name in sources/NAME.cpp.
#define FPCPU_STREAM_SOURCES(NAME) \
  NAME(table)                      \
  NAME(maps)                       \
  NAME(teacher)

namespace streams {
#define FPCPU_DECLARE(NAME) StreamSource NAME();
FPCPU_STREAM_SOURCES(FPCPU_DECLARE)
#undef FPCPU_DECLARE
}  // namespace streams

const std::vector<StreamSource>& all_stream_sources() {
#define FPCPU_ENTRY(NAME) streams::NAME(),
  static const std::vector<StreamSource> all = {FPCPU_STREAM_SOURCES(FPCPU_ENTRY)};
#undef FPCPU_ENTRY
  return all;
}

}  // namespace fpcpu
