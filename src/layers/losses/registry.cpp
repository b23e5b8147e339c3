// SPDX-License-Identifier: MIT
#include <array>

#include "core/nearest.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/losses.hpp"
#include "layers/heatmap.hpp"

namespace fpcpu {

namespace {
struct Entry {
  std::string_view name;
  LossPtr (*make)();
};

constexpr std::array<Entry, 5> kLosses = {{
    {"mse", make_mse_loss},
    {"l1", make_l1_loss},
    {"smooth-l1", [] { return make_smooth_l1_loss(); }},
    {"wing", [] { return make_wing_loss(); }},
    {"heatmap-mse", make_heatmap_mse_loss},
}};
}  // namespace

LossPtr make_loss(std::string_view name) {
  for (const Entry& entry : kLosses) {
    if (entry.name == name) return entry.make();
  }
  throw Error(ErrorCode::usage, "unknown loss '" + std::string(name) + "'." + suggest(name, loss_names()));
}

std::vector<std::string_view> loss_names() {
  std::vector<std::string_view> names;
  for (const Entry& entry : kLosses) names.push_back(entry.name);
  return names;
}

LossPtr choose_loss(std::string_view name, const Shape& output) {
  const bool heatmaps = is_heatmaps(output);
  if (name == "auto") return heatmaps ? make_heatmap_mse_loss() : make_smooth_l1_loss();
  LossPtr loss = make_loss(name);
  if (loss->reads_heatmaps() != heatmaps) {
    throw Error(ErrorCode::usage, "loss '" + std::string(name) + "' does not fit a network that emits " +
                                      (heatmaps ? "heat maps; use heatmap-mse." : "coordinates; use smooth-l1."));
  }
  return loss;
}

}  // namespace fpcpu
