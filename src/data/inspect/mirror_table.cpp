// SPDX-License-Identifier: MIT
#include "data/inspect/checks.hpp"
#include "data/mirror.hpp"

namespace fpcpu {

std::vector<Finding> find_mirror_table(JudgedSets sets) {
  std::vector<DatasetPtr> parts;
  for (const JudgedSet& set : sets) parts.push_back(set.data);
  const MirrorChoice choice = choose_mirror(*concat_datasets(std::move(parts)), "");
  Finding f;
  f.id = "mirror";
  f.severity = choice.remark.empty() ? Severity::note : Severity::warning;
  f.text = choice.remark.empty()
               ? "points swap in a mirrored image as --mirror \"" + mirror_text(choice.mirror) + "\" says."
               : choice.remark;
  return {f};
}

}  // namespace fpcpu
