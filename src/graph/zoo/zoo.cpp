#include "graph/zoo/zoo.hpp"

#include "core/nearest.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

const std::vector<ZooEntry>& zoo() {
  static const std::vector<ZooEntry> entries = {
      {"small", "default: seven convolutions with batch norm, best trade of speed and accuracy", 96, build_small},
      {"base", "plain CNN: three convolutions, max pools, two dense layers", 100, build_base},
      {"bn", "eight convolutions with batch norm, two dense layers", 100, build_bn},
  };
  return entries;
}

Graph make_network(std::string_view name, ZooOptions options) {
  std::vector<std::string_view> names;
  for (const ZooEntry& entry : zoo()) {
    names.push_back(entry.name);
    if (entry.name != name) continue;
    if (options.input_size == 0) options.input_size = entry.input_size;
    return entry.build(options);
  }
  throw Error(ErrorCode::usage, "no model '" + std::string(name) + "'." + suggest(name, names) +
                                    " Your own network goes into a .toml file.");
}

}  // namespace fpcpu
