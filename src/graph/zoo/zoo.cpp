// SPDX-License-Identifier: MIT
#include "graph/zoo/zoo.hpp"

#include "core/nearest.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

// One line for each: NAME stands for the function of that name in zoo/NAME.cpp.
#define FPCPU_NETWORKS(NAME) \
  NAME(small)                \
  NAME(base)                 \
  NAME(bn)                   \
  NAME(resnet18)             \
  NAME(pfld)                 \
  NAME(hourglass)

namespace networks {
#define FPCPU_DECLARE(NAME) ZooEntry NAME();
FPCPU_NETWORKS(FPCPU_DECLARE)
#undef FPCPU_DECLARE
}  // namespace networks

const std::vector<ZooEntry>& zoo() {
#define FPCPU_ENTRY(NAME) networks::NAME(),
  static const std::vector<ZooEntry> entries = {FPCPU_NETWORKS(FPCPU_ENTRY)};
#undef FPCPU_ENTRY
  return entries;
}

namespace {

void check_input(const ZooEntry& entry, const ZooOptions& options) {
  const InputSize size = options.input_size;
  if (options.channels != 1 && options.channels != 3) {
    throw Error(ErrorCode::usage, "model '" + std::string(entry.name) + "' cannot take an image of " +
                                      std::to_string(options.channels) + " channels: give 1 (gray) or 3 (colour).");
  }
  const auto fits = [&](int side) { return side >= entry.smallest && side % entry.multiple == 0; };
  if (fits(size.width) && fits(size.height)) return;
  const std::string wanted = entry.multiple > 1 ? "a multiple of " + std::to_string(entry.multiple)
                                                : "at least " + std::to_string(entry.smallest);
  throw Error(ErrorCode::shape, "model '" + std::string(entry.name) + "' cannot take an input of " + to_string(size) +
                                    " px: " + (size.width == size.height ? "its size" : "its width and its height") +
                                    " must be " + wanted + ".");
}

}  // namespace

Graph make_network(std::string_view name, ZooOptions options) {
  std::vector<std::string_view> names;
  for (const ZooEntry& entry : zoo()) {
    names.push_back(entry.name);
    if (entry.name != name) continue;
    if (!options.input_size.is_set()) options.input_size = entry.input_size;
    if (options.channels == 0) options.channels = 3;
    check_input(entry, options);
    return entry.build(options);
  }
  throw Error(ErrorCode::usage, "no model '" + std::string(name) + "'." + suggest(name, names) +
                                    " Your own network goes into a .toml file.");
}

}  // namespace fpcpu
