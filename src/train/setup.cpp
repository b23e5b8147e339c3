// SPDX-License-Identifier: MIT
#include "train/setup.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <set>

#include "core/file.hpp"
#include "core/rng.hpp"
#include "data/bad_images.hpp"
#include "data/inspect/inspect.hpp"
#include "data/inspect/unseen.hpp"
#include "data/mirror.hpp"
#include "data/point_match.hpp"
#include "data/statistics.hpp"
#include "data/tables/csv_reader.hpp"
#include "fpcpu/error.hpp"
#include "graph/passes/passes.hpp"
#include "graph/zoo/zoo.hpp"
#include "io/model_file.hpp"
#include "options/augmentation.hpp"
#include "options/config.hpp"

namespace fpcpu {

namespace {

constexpr const char* kKeptModel = "network.toml";
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

TrainingData split(const DatasetPtr& all, const TrainOptions& options) {
  const std::size_t n = all->size();
  if (options.val_split <= 0) return {.train = all, .whole = all};
  const auto wanted = static_cast<std::size_t>(std::lround(options.val_split * static_cast<double>(n)));
  const std::size_t count = std::max<std::size_t>(wanted, 1);
  if (count >= n) {
    throw Error(ErrorCode::usage, std::to_string(n) +
                                      " faces are too few to keep a part for validation; give --val DIR or "
                                      "--val-split 0.");
  }
  const std::vector<std::size_t> order = random_order(n, Rng(options.seed, RandomUse::split));
  std::vector<std::size_t> val(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count));
  std::vector<std::size_t> train(order.begin() + static_cast<std::ptrdiff_t>(count), order.end());
  std::sort(val.begin(), val.end());
  std::sort(train.begin(), train.end());
  return {subset(all, std::move(train)), subset(all, std::move(val)), all, {}};
}

/// @param held_out  the faces of `parts` that are kept for validation, or null
/// @throws Error{format} for refusals that options.accept does not accept.
std::vector<Finding> judge(const TrainOptions& options, const std::vector<DatasetPtr>& parts, const DatasetPtr& val,
                           const DatasetPtr& held_out) {
  const bool turned = data_options(options).image.turn;
  std::set<std::string> places;
  for (std::size_t i = 0; held_out && i < held_out->size(); ++i) places.insert(held_out->place(i));
  std::vector<JudgedSet> sets;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    sets.push_back({i < options.data.size() ? options.data[i] : "", parts[i], false, turned, places});
  }
  if (val) sets.push_back({options.val, val, true, turned});
  std::vector<Finding> findings = accepted(inspect_quick(sets), parse_accept(options.accept));
  refuse(findings);
  return findings;
}

/// Rendered faces among sets of files have no use for what is said about files.
DataOptions effective(DataOptions options, const std::vector<std::string>& places) {
  const auto rendered = [](const std::string& where) { return where.starts_with("synth:"); };
  if (!std::all_of(places.begin(), places.end(), rendered)) return options;
  DataOptions plain;
  plain.subset = options.subset;
  plain.seed = options.seed;
  return plain;
}

/// The sets of a training as they were opened.
struct Opened {
  std::vector<DatasetPtr> parts;  // of `data`
  DatasetPtr all;                 // the part of them that is trained on
  DatasetPtr val;                 // null without --val
  DataReport report;
};

/// @param given replaces options.data when not null.
Opened open_places(const TrainOptions& options, DatasetPtr given) {
  Opened opened;
  DataOptions reading = effective(data_options(options), options.data);
  const DataOptions chosen = reading;
  reading.subset.clear();  // of all sets together
  if (given) {
    opened.parts = {given};
    opened.all = std::move(given);
  } else {
    for (const std::string& where : options.data) {
      opened.parts.push_back(open_dataset(where, effective(reading, {where}), &opened.report));
    }
    opened.parts = in_one_order(std::move(opened.parts), &opened.report);
    opened.all = random_part(concat_datasets(opened.parts), chosen);
  }
  if (options.val.empty()) return opened;
  DataOptions val_reading = effective(data_options(options), {options.val});
  val_reading.subset.clear();
  opened.val =
      with_points_of(opened.all->point_names(), static_cast<std::size_t>(opened.all->points()), "the training data",
                     open_dataset(options.val, val_reading, &opened.report), "--val " + options.val, &opened.report);
  return opened;
}

}  // namespace

DatasetPtr open_all(const TrainOptions& options, DataReport* report) {
  return open_datasets(options.data, effective(data_options(options), options.data), report);
}

void tell(const DataReport& report, const std::function<void(const std::string&)>& notice) {
  if (!notice) return;
  for (const std::string& note : report.notes) notice(note);
  const std::size_t count = report.skipped.size();
  if (count == 0) return;
  notice(std::to_string(count) + (count == 1 ? " row is" : " rows are") + " left out, first " +
         report.skipped.front().place + ": " + report.skipped.front().reason);
}

void keep_skipped(const DataReport& report, const std::filesystem::path& folder) {
  if (report.skipped.empty()) return;
  std::string text = "place,reason\n";
  for (const SkippedRow& row : report.skipped) text += csv_cell(row.place) + ',' + csv_cell(row.reason) + '\n';
  write_file_atomically(folder / "skipped.csv", text);
}

std::vector<std::size_t> random_order(std::size_t n, Rng rng) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  shuffle(std::span(order), rng);
  return order;
}

DatasetPtr open_judged(const TrainOptions& options, const std::function<void(const std::string&)>& notice,
                       DataReport* report) {
  Opened opened = open_places(options, nullptr);
  tell(opened.report, notice);
  tell_warnings(judge(options, opened.parts, opened.val, nullptr), notice);
  if (report != nullptr) *report = std::move(opened.report);
  return opened.all;
}

void tell_warnings(const std::vector<Finding>& findings, const std::function<void(const std::string&)>& notice) {
  if (!notice) return;
  for (const Finding& f : findings) {
    if (f.severity == Severity::warning) notice(f.text);
  }
}

std::function<void(const std::string&)> once(std::function<void(const std::string&)> notice) {
  if (!notice) return {};
  return [notice = std::move(notice), said = std::make_shared<std::set<std::string>>()](const std::string& text) {
    if (said->insert(text).second) notice(text);
  };
}

TrainingData open_training_data(const TrainOptions& options, DatasetPtr given, bool fast, bool judged) {
  Opened opened = open_places(options, std::move(given));
  const DatasetPtr& all = opened.all;
  TrainingData data;
  if (options.val.empty()) {
    data = split(all, options);
  } else {
    data = {all, opened.val, all, {}};
  }
  data.report = std::move(opened.report);
  check_visible(*data.train, "the training data");
  if (data.val) check_visible(*data.val, "the validation data");
  if (!judged) data.findings = judge(options, opened.parts, opened.val, opened.val ? nullptr : data.val);
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
    output.head->initialise({values(".weight"), values(".bias"), graph.node(output.node).signature.out},
                            zero ? std::span<const float>() : std::span<const float>(preprocessing.mean_shape));
  }
  return params;
}

}  // namespace fpcpu
