// SPDX-License-Identifier: MIT
#include <string>

#include "data/bad_images.hpp"
#include "data/inspect/checks.hpp"
#include "data/inspect/inspect.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

std::vector<Finding> find_unreadable_images(JudgedSets sets,
                                            const std::function<bool(std::size_t, std::size_t)>& go_on) {
  std::size_t total = 0;
  for (const JudgedSet& set : sets) total += set.data->size();
  Finding f;
  f.id = "image";
  f.severity = Severity::refusal;
  std::size_t done = 0;
  for (std::size_t s = 0; s < sets.size(); ++s) {
    for (std::size_t i = 0; i < sets[s].data->size(); ++i) {
      if (go_on && !go_on(done++, total)) return {};
      const auto fault = fault_of_image([&] { (void)sets[s].data->image(i); });
      if (!fault) continue;
      if (f.faces.empty()) f.text = sets[s].data->place(i) + ": " + fault->what();
      f.faces.push_back({s, i});
    }
  }
  if (f.faces.empty()) return {};
  if (f.faces.size() > 1) {
    f.text.append(" ").append(counted(f.faces.size(), "image", "images")) +=
        " cannot be read: " + places(sets, f.faces, 20) + ".";
  }
  return {f};
}

}  // namespace fpcpu
