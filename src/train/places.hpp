// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <vector>

#include "fpcpu/trainer.hpp"
#include "optim/saved_state.hpp"

namespace fpcpu {

/// Where the faces of a run and the files of its target streams are, as absolute paths: a run can be resumed from
/// another working directory than the one its paths were typed in. config.toml and network.toml keep what was typed,
/// last.safetensors this.
struct Places {
  std::vector<std::string> data;
  std::string val;
  std::string images;
  std::map<std::string, std::string> streams = {};  // by the paths in the recipe

  void save(saved_state::Texts& state) const;
};

/// The places that options name, seen from the working directory.
[[nodiscard]] Places places_of(const TrainOptions& options);

/// Those of a resumed run: as saved, unless they are gone and what was typed exists.
[[nodiscard]] Places places_of(const TrainOptions& options, const saved_state::Texts& state);

/// Adds the files of a recipe's streams, of a resumed run those that were saved. @throws as file_of
void find_streams(Places& places, const std::vector<StreamSpec>& specs, const saved_state::Texts& state);

/// The options with absolute paths.
[[nodiscard]] TrainOptions with_places(TrainOptions options, const Places& places);

}  // namespace fpcpu
