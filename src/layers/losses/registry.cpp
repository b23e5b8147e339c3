#include <array>

#include "core/nearest.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/losses.hpp"

namespace fpcpu {

namespace {
struct Entry {
  std::string_view name;
  LossPtr (*make)();
};

constexpr std::array<Entry, 4> kLosses = {{
    {"mse", make_mse_loss},
    {"l1", make_l1_loss},
    {"smooth-l1", [] { return make_smooth_l1_loss(); }},
    {"wing", [] { return make_wing_loss(); }},
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

}  // namespace fpcpu
