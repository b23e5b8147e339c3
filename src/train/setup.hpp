// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "data/loader.hpp"
#include "fpcpu/model.hpp"
#include "fpcpu/trainer.hpp"
#include "graph/graph.hpp"
#include "graph/params.hpp"
#include "io/model_file.hpp"
#include "train/training_data.hpp"

namespace fpcpu {

/// True if `model` is a file with a network of the user's own, not a name of the zoo.
[[nodiscard]] bool is_model_file(const std::string& model);

/// Copies a network of the user's own into `folder` and lets the options name the copy, so that what is in the folder
/// stays repeatable when its owner goes on editing the network. A name of the zoo is left alone.
void keep_model_file(TrainOptions& options, const std::filesystem::path& folder);

/// Lets the options read from the config.toml in `folder` name that copy, seen from the working directory of today.
void find_model_file(TrainOptions& options, const std::filesystem::path& folder);

/// The network of a run, from the zoo or a .toml file, and what that file says of its training.
/// @param given  by the caller, in place of options.model; may be null
/// @throws what the file's reader does; Error{usage} for options that `given` leaves no room for.
[[nodiscard]] NetworkDefinition build_network(const TrainOptions& options, int points,
                                              const NetworkDefinition* given = nullptr);

/// Neither a file nor given by the caller.
[[nodiscard]] bool is_of_zoo(const TrainOptions& options);

/// What options.model is called for a network that the caller gives.
inline constexpr std::string_view kGivenModel = "own";

/// The part of measure_preprocessing that needs no pixels: input, mean shape and mirror table. The table comes from all
/// faces that were given; where they do not tell which points swap, mirroring is switched off and `notice` is told.
[[nodiscard]] Preprocessing measure_points(TrainOptions& options, const TrainingData& data, Shape input,
                                           const std::function<void(const std::string&)>& notice = {});

/// Colours, mean shape and mirror table, measured on the training faces; as measure_points().
/// @param phase called before and between images; what it throws ends the measurement.
[[nodiscard]] Preprocessing measure_preprocessing(TrainOptions& options, const TrainingData& data, const Graph& graph,
                                                  const std::function<void(const std::string&)>& notice = {},
                                                  const std::function<void(const PhaseProgress&)>& phase = {});

/// How the loader of the training faces works.
[[nodiscard]] LoaderOptions training_loader(const TrainOptions& options, int channels, std::size_t cache_mb,
                                            int threads);

/// Initial values: by seed, and the last layer starts as options.start says or at heat maps close to zero; those of
/// other outputs always start at the mean shape.
/// @throws Error{usage} if heat maps are told where to start.
[[nodiscard]] Params<float> initial_params(const Graph& graph, const Preprocessing& preprocessing,
                                           const TrainOptions& options);

}  // namespace fpcpu
