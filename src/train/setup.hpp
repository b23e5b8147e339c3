#pragma once

#include <functional>
#include <string>

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

/// Opens and splits the data of a run; the split depends on seed and sizes only. With `fast` a few batches are kept.
/// @throws Error{io|format|usage}
/// @param given replaces options.data when not null.
[[nodiscard]] TrainingData open_training_data(const TrainOptions& options, DatasetPtr given, bool fast);

/// Training faces to judge like the validation faces: as many as these, at most 500, evenly spread over the training
/// set. Null without validation.
[[nodiscard]] DatasetPtr fit_faces(const TrainingData& data);

/// True if `model` is a file with a network of the user's own, not a name of the zoo.
[[nodiscard]] bool is_model_file(const std::string& model);

/// The network of a run, from the zoo or a .toml file.
[[nodiscard]] Graph build_network(const TrainOptions& options, int points);

/// Colours, mean shape and mirror table, measured on the training faces.
/// @param progress called with the number of images measured and to measure.
/// @throws Error{format} if no mirror table can be derived and mirroring is on.
[[nodiscard]] Preprocessing measure_preprocessing(const TrainOptions& options, const Dataset& train, const Graph& graph,
                                                  const std::function<void(std::size_t, std::size_t)>& progress = {});

/// Initial values: by seed, and the last layer starts at the mean shape or at heat maps close to zero.
[[nodiscard]] Params<float> initial_params(const Graph& graph, const Preprocessing& preprocessing, std::uint64_t seed);

}  // namespace fpcpu
