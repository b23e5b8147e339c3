// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "graph/model.hpp"

namespace fpcpu {

/// Everything a model file holds: a model and, in last.safetensors, where its training stands.
struct Checkpoint : Model {
  std::map<std::string, std::vector<float>> extra =
      {};                                         // optimizer moments, moving averages; names must not be parameters
  std::map<std::string, std::string> state = {};  // step, epoch, schedule: exact text
  bool verified = false;  // read from a file with checksums, which were right; files of older versions have none
};

/// Version of the layout below; a file of a newer version is refused with a clear message.
inline constexpr int kCheckpointVersion = 1;

/// To be called before a training: whether save_checkpoint will be able to describe the network.
/// @throws Error{shape} if it has too many layers or names for the header of a file.
void check_describable(const Graph& graph);

/// Writes a safetensors file (io/safetensors.hpp): one F32 tensor per parameter ("conv1.weight" with its dims), extras
/// as "extra/NAME", and metadata: fpcpu_version, checksum (CRC-32C of every tensor), graph, preprocessing, facts,
/// state, errors (each JSON). Atomic; equal content gives equal bytes. @throws Error{resource} if it cannot be written.
void save_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint);

/// @throws Error{io} if it cannot be read; Error{format} naming file and tensor if anything is missing, surplus, of
/// another shape, type or version, not finite or damaged (the checksum differs), or beyond the limits of
/// io/safetensors.hpp and graph/graph.hpp.
[[nodiscard]] Checkpoint load_checkpoint(const std::filesystem::path& file);

}  // namespace fpcpu
