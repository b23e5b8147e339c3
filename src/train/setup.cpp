#include "train/setup.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/rng.hpp"
#include "data/augment.hpp"
#include "data/mirror.hpp"
#include "data/statistics.hpp"
#include "fpcpu/error.hpp"
#include "graph/passes/passes.hpp"
#include "graph/zoo/zoo.hpp"
#include "io/model_file.hpp"
#include "layers/heatmap.hpp"

namespace fpcpu {

namespace {

constexpr std::size_t kFastBatches = 4;
constexpr std::size_t kMostFitFaces = 500;  // enough for a standard error of a few percent

DatasetPtr first(DatasetPtr data, std::size_t count) {
  std::vector<std::size_t> indices(std::min(count, data->size()));
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  return subset(std::move(data), std::move(indices));
}

void check_visible(const Dataset& data, const std::string& what) {
  for (std::size_t i = 0; i < data.size(); ++i) {
    const auto& visible = data.landmarks(i).visible;
    if (std::any_of(visible.begin(), visible.end(), [](float v) { return v != 0; })) return;
  }
  throw Error(ErrorCode::format, what + " has no visible point: every coordinate is empty or nan.");
}

DatasetPtr open_all(const std::vector<std::string>& places) {
  std::vector<DatasetPtr> parts;
  for (const std::string& where : places) parts.push_back(open_dataset(where));
  return parts.size() == 1 ? parts.front() : concat_datasets(std::move(parts));
}

TrainingData split(const DatasetPtr& all, const TrainOptions& options) {
  const std::size_t n = all->size();
  if (options.val_split <= 0) return {all, nullptr};
  const auto wanted = static_cast<std::size_t>(std::lround(options.val_split * static_cast<double>(n)));
  const std::size_t count = std::max<std::size_t>(wanted, 1);
  if (count >= n) {
    throw Error(ErrorCode::usage, std::to_string(n) +
                                      " faces are too few to keep a part for validation; give --val DIR or "
                                      "--val-split 0.");
  }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Rng rng(options.seed, RandomUse::split);
  for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[rng.below(static_cast<std::uint32_t>(i))]);
  std::vector<std::size_t> val(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count));
  std::vector<std::size_t> train(order.begin() + static_cast<std::ptrdiff_t>(count), order.end());
  std::sort(val.begin(), val.end());
  std::sort(train.begin(), train.end());
  return {subset(all, std::move(train)), subset(all, std::move(val))};
}

}  // namespace

TrainingData open_training_data(const TrainOptions& options, DatasetPtr given, bool fast) {
  const DatasetPtr all = given ? std::move(given) : open_all(options.data);
  TrainingData data;
  if (options.val.empty()) {
    data = split(all, options);
  } else {
    data = {all, open_dataset(options.val)};
    if (data.val->points() != all->points()) {
      throw Error(ErrorCode::format, "--val " + options.val + " has " + std::to_string(data.val->points()) +
                                         " points, the training data " + std::to_string(all->points()) + ".");
    }
  }
  check_visible(*data.train, "the training data");
  if (data.val) check_visible(*data.val, "the validation data");
  if (fast) {
    const auto batch = static_cast<std::size_t>(options.batch);
    data.train = first(data.train, kFastBatches * batch);
    if (data.val) data.val = first(data.val, 2 * batch);
  }
  return data;
}

DatasetPtr fit_faces(const TrainingData& data) {
  if (!data.val) return nullptr;
  const std::size_t n = data.train->size();
  const std::size_t count = std::min({n, data.val->size(), kMostFitFaces});
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < count; ++i) indices.push_back(i * n / count);
  return subset(data.train, std::move(indices));
}

bool is_model_file(const std::string& model) { return model.ends_with(".toml"); }

Graph build_network(const TrainOptions& options, int points) {
  Graph graph = is_model_file(options.model)
                    ? load_model_file(options.model, {.points = points, .input_size = options.input_size})
                    : make_network(options.model, {.points = points, .input_size = options.input_size});
  if (options.dropout >= 0) graph = set_dropout(graph, options.dropout);
  if (!emits_points(graph.output_shape(), points)) {
    throw Error(ErrorCode::shape, "the last layer of '" + options.model + "' emits " + to_string(graph.output_shape()) +
                                      "; " + std::to_string(points) + " points need " + std::to_string(2 * points) +
                                      " numbers or as many heat maps as points.");
  }
  return graph;
}

Preprocessing measure_preprocessing(const TrainOptions& options, const Dataset& train, const Graph& graph,
                                    const std::function<void(std::size_t, std::size_t)>& progress) {
  Preprocessing p;
  p.input = graph.input_shape();
  p.points = train.points();
  p.mean_shape = mean_shape(train);
  if (!options.mirror.empty()) {
    p.mirror = parse_mirror(options.mirror, p.points);
  } else {
    try {
      p.mirror = derive_mirror(p.mean_shape);
    } catch (const Error& e) {
      // Without mirroring the table is never used; it is stored empty.
      if (augment_preset(options.augment).mirror > 0)
        throw Error(ErrorCode::format, std::string(e.what()) + " Or use --augment none.");
    }
  }
  ChannelStatistics colors = channel_statistics(train, p.input, progress);
  p.mean = std::move(colors.mean);
  p.deviation = std::move(colors.deviation);
  return p;
}

Params<float> initial_params(const Graph& graph, const Preprocessing& preprocessing, std::uint64_t seed) {
  Params<float> params{ParamLayout(graph)};
  initialize(params, seed);
  const std::string& last = graph.node(graph.output()).name;
  if (is_heatmaps(graph.output_shape())) {
    // Nearly all of a target map is zero; random maps would take most of the first epochs to fall silent.
    if (const ParamSlot* weight = params.layout.find(last + ".weight")) {
      float* w = params.at(*weight);
      std::for_each(w, w + weight->spec.size(), [](float& v) { v *= 0.01F; });
    }
  }
  const ParamSlot* bias = params.layout.find(last + ".bias");
  if (bias != nullptr && bias->spec.size() == preprocessing.mean_shape.size()) {
    std::copy(preprocessing.mean_shape.begin(), preprocessing.mean_shape.end(), params.at(*bias));
  }
  return params;
}

}  // namespace fpcpu
