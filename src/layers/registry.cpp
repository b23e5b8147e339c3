// SPDX-License-Identifier: MIT
#include "layers/registry.hpp"

#include "core/foreign_text.hpp"
#include "core/nearest.hpp"
#include "fpcpu/error.hpp"
#include "layers/layer.hpp"

namespace fpcpu {

// One line for each: NAME stands for the function of that name in kinds/.
#define FPCPU_LAYERS(NAME)  \
  NAME(conv2d)              \
  NAME(depthwise_conv2d)    \
  NAME(dense)               \
  NAME(batch_norm)          \
  NAME(norm_act_pool)       \
  NAME(max_pool)            \
  NAME(average_pool)        \
  NAME(global_average_pool) \
  NAME(upsample)            \
  NAME(add)                 \
  NAME(multiply)            \
  NAME(concat)              \
  NAME(flatten)             \
  NAME(dropout)             \
  NAME(activation)          \
  NAME(prelu)               \
  NAME(coord_planes)        \
  NAME(stop_gradient)

namespace layers {
#define FPCPU_DECLARE(NAME) LayerRecipe NAME();
FPCPU_LAYERS(FPCPU_DECLARE)
#undef FPCPU_DECLARE
}  // namespace layers

namespace {

const std::vector<LayerRecipe>& all_layers() {
#define FPCPU_ENTRY(NAME) layers::NAME(),
  static const std::vector<LayerRecipe> all = {FPCPU_LAYERS(FPCPU_ENTRY)};
#undef FPCPU_ENTRY
  return all;
}

}  // namespace

LayerPtr make_layer(std::string_view kind, const Attributes& attributes, const std::string& where) {
  const std::string prefix = where.empty() ? std::string() : where + ": ";
  for (const LayerRecipe& entry : all_layers()) {
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
  for (const LayerRecipe& entry : all_layers()) kinds.push_back(entry.kind);
  return kinds;
}

}  // namespace fpcpu
