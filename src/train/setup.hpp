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

/// 0 ... n - 1 in random order.
[[nodiscard]] std::vector<std::size_t> random_order(std::size_t n, Rng rng);

/// Training faces to judge like the validation faces: as many as these, at most 500, evenly spread over the training
/// set. Null without validation.
[[nodiscard]] DatasetPtr fit_faces(const TrainingData& data);

/// True if `model` is a file with a network of the user's own, not a name of the zoo.
[[nodiscard]] bool is_model_file(const std::string& model);

/// Copies a network of the user's own into `folder` and lets the options name the copy, so that what is in the folder
/// stays repeatable when its owner goes on editing the network. A name of the zoo is left alone.
void keep_model_file(TrainOptions& options, const std::filesystem::path& folder);

/// The network of a run, from the zoo or a .toml file.
[[nodiscard]] Graph build_network(const TrainOptions& options, int points);

/// The part of measure_preprocessing that needs no pixels: input, mean shape and mirror table.
[[nodiscard]] Preprocessing measure_points(const TrainOptions& options, const Dataset& train, Shape input);

/// Colours, mean shape and mirror table, measured on the training faces.
/// @param progress called with the number of images measured and to measure.
/// @throws Error{format} if no mirror table can be derived and mirroring is on.
[[nodiscard]] Preprocessing measure_preprocessing(const TrainOptions& options, const Dataset& train, const Graph& graph,
                                                  const std::function<void(std::size_t, std::size_t)>& progress = {});

/// How the loader of the training faces works.
[[nodiscard]] LoaderOptions training_loader(const TrainOptions& options, int channels, std::size_t cache_mb,
                                            int threads);

/// Initial values: by seed, and the last layer starts as options.start says or at heat maps close to zero.
/// @throws Error{usage} if heat maps are told where to start.
[[nodiscard]] Params<float> initial_params(const Graph& graph, const Preprocessing& preprocessing,
                                           const TrainOptions& options);

}  // namespace fpcpu
