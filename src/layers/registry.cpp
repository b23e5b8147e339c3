// SPDX-License-Identifier: MIT
#include "layers/registry.hpp"

#include <array>

#include "core/foreign_text.hpp"
#include "core/nearest.hpp"
#include "fpcpu/error.hpp"
#include "layers/layer.hpp"

namespace fpcpu {

namespace {
struct Entry {
  std::string_view kind;
  LayerPtr (*read)(AttributeReader&);
};

// Explicit, because static self-registration is dropped by linkers.
constexpr std::array kLayers = std::to_array<Entry>({
    {"conv2d", read_conv2d},
    {"depthwise_conv2d", read_depthwise_conv2d},
    {"dense", read_dense},
    {"batch_norm", read_batch_norm},
    {"norm_act_pool", read_norm_act_pool},
    {"max_pool", read_max_pool},
    {"average_pool", read_average_pool},
    {"global_average_pool", read_global_average_pool},
    {"upsample", read_upsample},
    {"add", read_add},
    {"multiply", read_multiply},
    {"concat", read_concat},
    {"flatten", read_flatten},
    {"dropout", read_dropout},
    {"activation", read_activation_layer},
    {"prelu", read_prelu},
    {"coord_planes", read_coord_planes},
    {"stop_gradient", read_stop_gradient},
});
}  // namespace

LayerPtr make_layer(std::string_view kind, const Attributes& attributes, const std::string& where) {
  const std::string prefix = where.empty() ? std::string() : where + ": ";
  for (const Entry& entry : kLayers) {
    if (entry.kind != kind) continue;
    try {
      AttributeReader reader(std::string(kind), attributes);
      LayerPtr layer = entry.read(reader);
      reader.finish();
      return layer;
    } catch (const Error& error) {
      throw Error(error.code(), prefix + error.what());
    }
  }
  throw Error(ErrorCode::usage, prefix + "unknown layer '" + excerpt(kind) + "'." + suggest(kind, layer_kinds()));
}

std::vector<std::string_view> layer_kinds() {
  std::vector<std::string_view> kinds;
  for (const Entry& entry : kLayers) kinds.push_back(entry.kind);
  return kinds;
}

}  // namespace fpcpu
