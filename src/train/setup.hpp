#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/rng.hpp"
#include "data/loader.hpp"
#include "fpcpu/dataset.hpp"
#include "fpcpu/model.hpp"
#include "fpcpu/trainer.hpp"
#include "graph/graph.hpp"
#include "graph/params.hpp"

namespace fpcpu {

/// Training and validation faces of a run. `val` is null without validation.
struct TrainingData {
  DatasetPtr train;
  DatasetPtr val;
};

/// The sets of `data` one after the other.
[[nodiscard]] DatasetPtr open_all(const std::vector<std::string>& places);

/// Opens and splits the data of a run; the split depends on seed and sizes only. With `fast` a few batches are kept.
/// @throws Error{io|format|usage}
/// @param given replaces options.data when not null.
[[nodiscard]] TrainingData open_training_data(const TrainOptions& options, DatasetPtr given, bool fast);

/// How the training faces of a run are loaded.
[[nodiscard]] LoaderOptions training_loader(const TrainOptions& options, std::size_t cache_mb, int threads);

/// 0 ... n - 1 in random order.
[[nodiscard]] std::vector<std::size_t> random_order(std::size_t n, Rng rng);

/// True if `model` is a file with a network of the user's own, not a name of the zoo.
[[nodiscard]] bool is_model_file(const std::string& model);

/// Copies a network of the user's own into `folder` and lets the options name the copy, so that what is in the folder
/// stays repeatable when its owner goes on editing the network. A name of the zoo is left alone.
void keep_model_file(TrainOptions& options, const std::filesystem::path& folder);

/// The network of a run, from the zoo or a .toml file.
[[nodiscard]] Graph build_network(const TrainOptions& options, int points);

/// Colours, mean shape and mirror table, measured on the training faces.
/// @throws Error{format} if no mirror table can be derived and mirroring is on.
[[nodiscard]] Preprocessing measure_preprocessing(const TrainOptions& options, const Dataset& train,
                                                  const Graph& graph);

/// Initial values: by seed, and the last layer starts at the mean shape or at heat maps close to zero.
[[nodiscard]] Params<float> initial_params(const Graph& graph, const Preprocessing& preprocessing, std::uint64_t seed);

}  // namespace fpcpu
