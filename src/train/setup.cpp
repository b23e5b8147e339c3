// SPDX-License-Identifier: MIT
#include "train/setup.hpp"

#include <algorithm>
#include <set>

#include "core/file.hpp"
#include "data/bad_images.hpp"
#include "data/inspect/unseen.hpp"
#include "data/mirror.hpp"
#include "data/statistics.hpp"
#include "fpcpu/error.hpp"
#include "graph/passes/passes.hpp"
#include "graph/zoo/zoo.hpp"
#include "io/model_file.hpp"
#include "options/augmentation.hpp"
#include "options/config.hpp"
#include "train/task.hpp"

namespace fpcpu {

namespace {

constexpr const char* kKeptModel = "network.toml";

}  // namespace

bool is_model_file(const std::string& model) { return model.ends_with(".toml"); }

bool is_of_zoo(const TrainOptions& options) { return !is_model_file(options.model) && options.model != kGivenModel; }

void keep_model_file(TrainOptions& options, const std::filesystem::path& folder) {
  if (!is_model_file(options.model)) return;
  const std::filesystem::path copy = folder / kKeptModel;
  write_file_atomically(copy, read_file(options.model));
  options.model = path_text(copy);
}

void find_model_file(TrainOptions& options, const std::filesystem::path& folder) {
  const std::filesystem::path copy = folder / kKeptModel;
  if (is_model_file(options.model) && std::filesystem::exists(copy)) options.model = path_text(copy);
}

namespace {

NetworkDefinition take_network(const TrainOptions& options, int points, const NetworkDefinition* given) {
  if (given != nullptr) {
    const Shape input = given->graph.input_shape();
    const bool other_size = options.input_size.is_set() && options.input_size != InputSize{input.w, input.h};
    if (other_size || (options.channels != 0 && options.channels != input.c)) {
      throw Error(ErrorCode::usage,
                  "input size and channels are not for a network that is given: it sees " + to_string(input) + ".");
    }
    return *given;
  }
  if (options.model == kGivenModel) {
    throw Error(ErrorCode::usage,
                "the network of this run was given by a program; only that program can go on with it.");
  }
  if (is_model_file(options.model)) {
    return load_model_file(options.model,
                           {.points = points, .input_size = options.input_size, .channels = options.channels});
  }
  return {
      make_network(options.model, {.points = points, .input_size = options.input_size, .channels = options.channels})};
}

}  // namespace

NetworkDefinition build_network(const TrainOptions& options, int points, const NetworkDefinition* given) {
  NetworkDefinition network = take_network(options, points, given);
  check_recipe(network.recipe, options.model);
  Graph& graph = network.graph;
  if (options.dropout >= 0) graph = set_dropout(graph, options.dropout);
  if (options.head != "auto") graph.set_head(make_head(options.head));
  try {
    check_head(*graph.head(), graph.output_shape(), points);
  } catch (const Error& error) {
    throw Error(ErrorCode::shape, options.model + ": " + error.what() + ".");
  }
  return network;
}

Preprocessing measure_points(TrainOptions& options, const TrainingData& data, Shape input,
                             const std::function<void(const std::string&)>& notice) {
  Preprocessing p;
  p.input = input;
  p.points = data.train->points();
  p.point_names = data.train->point_names();
  p.mean_shape = mean_shape(*data.train);
  p.unseen = unseen_points(point_counts(*data.train));
  // A few faces may all be turned; the table is the same for all.
  MirrorChoice choice = choose_mirror(data.whole ? *data.whole : *data.train, options.mirror);
  p.mirror = std::move(choice.mirror);
  if (augment_options(options, input.c)["mirror"] > 0) {
    if (!choice.remark.empty() && notice) notice(choice.remark);
    if (p.mirror.empty()) options.augment_ranges["mirror"] = 0;
  }
  return p;
}

namespace {

/// What would stop the first judgement, at the price of decoding some of its images twice.
void check_readable(const Dataset& val, const std::function<void(const PhaseProgress&)>& phase) {
  constexpr std::size_t kMostImages = 1000;
  const std::vector<BadImage> bad = unreadable_images(val, kMostImages, [&](std::size_t done, std::size_t all) {
    if (phase) phase({"checking the validation images", done, all});
  });
  if (!bad.empty()) refuse_bad_images(bad, val.size());
}

/// Some image cannot be read: names all of them, on both sides of the split.
void refuse_unreadable(const TrainingData& data) {
  const Dataset& whole = data.whole ? *data.whole : *data.train;
  std::vector<BadImage> bad = unreadable_images(whole);
  std::size_t images = whole.size();
  std::set<std::string> named;
  for (const BadImage& b : bad) named.insert(b.place);
  for (BadImage& b : data.val ? unreadable_images(*data.val) : std::vector<BadImage>{}) {
    if (named.insert(b.place).second) bad.push_back(std::move(b));
  }
  if (data.val && !data.whole) images += data.val->size();
  if (!bad.empty()) refuse_bad_images(bad, images);
}

}  // namespace

Preprocessing measure_preprocessing(TrainOptions& options, const TrainingData& data, const Graph& graph,
                                    const std::function<void(const std::string&)>& notice,
                                    const std::function<void(const PhaseProgress&)>& phase) {
  Preprocessing p = measure_points(options, data, graph.input_shape(), notice);
  ChannelStatistics colors;
  try {
    colors = channel_statistics(*data.train, p.input, [&](std::size_t done, std::size_t all) {
      if (phase) phase({"measuring colours", done, all});
    });
    if (data.val) check_readable(*data.val, phase);
  } catch (const Error& e) {
    if (e.code() != ErrorCode::resource) refuse_unreadable(data);
    throw;
  }
  p.mean = std::move(colors.mean);
  p.deviation = std::move(colors.deviation);
  return p;
}

LoaderOptions training_loader(const TrainOptions& options, int channels, std::size_t cache_mb, int threads) {
  LoaderOptions loading;
  loading.batch = options.batch;
  loading.augment = augment_options(options, channels);
  loading.seed = options.seed;
  loading.cache_mb = cache_mb;
  loading.threads = threads;
  return loading;
}

Params<float> initial_params(const Graph& graph, const Preprocessing& preprocessing, const TrainOptions& options) {
  Params<float> params{ParamLayout(graph)};
  initialize(params, options.seed);
  const bool zero = options.start == "zero";
  for (const Output& output : graph.outputs()) {
    if (!output.head) continue;
    const std::string& last = graph.node(output.node).owner;
    const auto values = [&](const char* name) {
      const ParamSlot* slot = params.layout.find(last + name);
      return slot != nullptr ? std::span(params.at(*slot), slot->spec.size()) : std::span<float>();
    };
    const bool from_zero = zero && output.node == graph.output();
    output.head->initialise({values(".weight"), values(".bias"), graph.node(output.node).signature.out},
                            from_zero ? std::span<const float>() : std::span<const float>(preprocessing.mean_shape));
  }
  return params;
}

}  // namespace fpcpu
