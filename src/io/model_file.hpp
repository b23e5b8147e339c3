// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "fpcpu/objective.hpp"
#include "graph/graph.hpp"

namespace fpcpu {

/// What a model file leaves to the training data and the command line.
struct ModelFileOptions {
  int points = 14;  // `landmarks` becomes a dense layer of 2 * points units, `heatmaps` a convolution to `points` maps
  InputSize input_size = {};  // instead of the file's; 0 = as the file says
  int channels = 0;           // of the image, 1 or 3, instead of the file's; 0 = as the file says
};

/// A network and how it is trained.
struct NetworkDefinition {
  Graph graph;
  Recipe recipe = {};
};

/// Reads a network from a TOML file; docs/models.md describes the format and gives examples.
/// @throws Error{io} if it cannot be read; Error{format} for TOML mistakes, Error{usage} for unknown kinds, names and
/// settings (naming the nearest), Error{shape} if layers do not fit; each with file, line and layer.
[[nodiscard]] NetworkDefinition load_model_file(const std::filesystem::path& file, const ModelFileOptions& options);
/// The same from a text; `name` stands for the file in messages.
[[nodiscard]] NetworkDefinition parse_model(std::string_view text, const std::string& name,
                                            const ModelFileOptions& options);

}  // namespace fpcpu
