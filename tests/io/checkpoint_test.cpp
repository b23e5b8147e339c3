// SPDX-License-Identifier: MIT
#include "io/checkpoint.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "core/file.hpp"
#include "core/rng.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/layers.hpp"
#include "io/graph_json.hpp"
#include "io/safetensors.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace fpcpu {
namespace {

using test::contains;
using test::message_of;

Checkpoint example() {
  Graph graph({8, 10, 3});
  const int stem = graph.add("stem", make_conv2d({.out_channels = 4, .kernel = 3, .stride = 2, .bias = false}));
  graph.add("norm", make_batch_norm({.momentum = 0.05, .epsilon = 1e-3}));
  const int act = graph.add("act", make_activation({.function = ActivationKind::leaky_relu, .slope = 0.2}));
  graph.add("sum", make_add({.activation = ActivationKind::relu}), {stem, act});
  graph.add("drop", make_dropout({.rate = 0.1}));
  graph.add("landmarks", make_dense({.units = 4, .init = DenseInit::small}));
  Params<float> params{ParamLayout(graph)};
  initialize(params, 5);
  for (float& v : params.buffers) v += 0.25F;
  Preprocessing pre{.input = {8, 10, 3},
                    .points = 2,
                    .mean = {1.1F, 2, 3},
                    .deviation = {60, 61, 62},
                    .mean_shape = {-0.1F, 0.2F, 0.1F, 0.2F},
                    .mirror = {1, 0}};
  return {{std::move(graph),
           std::move(params),
           std::move(pre),
           {{"seed", "5"}, {"name", "\"J\xC3\xBCrgen\"\n"}},
           {"inter-ocular", {1.25F, -0.5F}, 0.75F, 0.1F, 4.5F}},
          {{"optimizer.m", {0.5F, -1e-42F}}, {"ema", {}}},
          {{"epoch", "3"}, {"schedule.best", "0.30000000000000004"}}};
}

TEST_CASE("inputs, outputs, shared parameters and heads of a network come back") {
  Graph graph({8, 8, 1});
  const int second = graph.add_input("second", {8, 8, 1});
  const int conv = graph.add("conv", make_conv2d({.out_channels = 2}), {0});
  const int other = graph.add("other", make_conv2d({.out_channels = 2}), {second}, "conv");
  graph.set_output(graph.add("fc", make_dense({.units = 4}), {conv}));
  graph.add_output({"pose", graph.add("pose", make_dense({.units = 3}), {other}), true});
  graph.add_output({"maps", other, false, make_heatmaps_head({.sigma = 2})});

  const Graph read = graph_from_json(graph_to_json(graph), "text");
  CHECK(graph_to_json(read) == graph_to_json(graph));
  CHECK(read.first_layer() == 2);
  CHECK(read.node(1).name == "second");
  CHECK(read.node(other).owner == "conv");
  CHECK(ParamLayout(read).slots().size() == 6);
  CHECK(read.output() == 4);
  const std::vector<Output> outputs = read.outputs();
  REQUIRE(outputs.size() == 3);
  CHECK((outputs[1].name == "pose" && outputs[1].training_only && outputs[1].head == nullptr));
  CHECK((outputs[2].name == "maps" && !outputs[2].training_only && to_text(*outputs[2].head) == "heatmaps:sigma=2"));
}

TEST_CASE(
    "the head of a model that was read finds the points that it found in training, whatever the mean shape told it") {
  constexpr int kPoints = 12;
  const test::TemporaryFolder folder;
  for (const std::string_view kind : head_kinds()) {
    INFO(std::string(kind));
    const HeadPtr head = make_head(kind);
    Graph graph({6, 7, 3});
    graph.add("last", head->last_layer(kPoints));
    graph.set_head(head);
    Rng rng(3, RandomUse::init);
    const auto random = [&](std::size_t count) {
      std::vector<float> values;
      for (std::size_t i = 0; i < count; ++i) values.push_back(rng.uniform(-0.5F, 0.5F));
      return values;
    };
    const std::vector<float> mean_shape = random(2 * kPoints);
    graph.fit_heads(mean_shape);
    Params<float> params{ParamLayout(graph)};
    Preprocessing pre;
    pre.input = graph.input_shape();
    pre.points = kPoints;
    pre.mean = {1, 2, 3};
    pre.deviation = {4, 5, 6};
    pre.mean_shape = mean_shape;
    Checkpoint saved{{graph, std::move(params), std::move(pre)}};
    save_checkpoint(folder / "model", saved);
    const Shape shape = graph.output_shape();
    const std::vector<float> output = random(shape.size());
    std::vector<float> expected(2 * kPoints);
    std::vector<float> found(2 * kPoints);
    graph.head()->decode(output.data(), shape, 1, expected.data(), nullptr);
    load_checkpoint(folder / "model").graph.head()->decode(output.data(), shape, 1, found.data(), nullptr);
    CHECK(found == expected);
  }
}

TEST_CASE("a checkpoint comes back complete and to the last bit, and equal content gives equal bytes") {
  const test::TemporaryFolder folder;
  const auto file = folder / "model.safetensors";
  const Checkpoint saved = example();
  save_checkpoint(file, saved);
  const Checkpoint read = load_checkpoint(file);

  CHECK(graph_to_json(read.graph) == graph_to_json(saved.graph));
  REQUIRE(read.graph.size() == saved.graph.size());
  for (int i = 1; i < read.graph.size(); ++i) {
    CHECK(read.graph.node(i).name == saved.graph.node(i).name);
    CHECK(read.graph.node(i).inputs == saved.graph.node(i).inputs);
    CHECK(read.graph.node(i).layer->describe() == saved.graph.node(i).layer->describe());
  }
  for (const ParamSlot& slot : saved.params.layout.slots()) {
    CAPTURE(slot.name);
    const ParamSlot* other = read.params.layout.find(slot.name);
    REQUIRE(other != nullptr);
    CHECK(std::equal(saved.params.at(slot), saved.params.at(slot) + slot.spec.size(), read.params.at(*other)));
  }
  CHECK(read.preprocessing.input == saved.preprocessing.input);
  CHECK(read.preprocessing.points == 2);
  CHECK(read.preprocessing.mean == saved.preprocessing.mean);
  CHECK(read.preprocessing.deviation == saved.preprocessing.deviation);
  CHECK(read.preprocessing.mean_shape == saved.preprocessing.mean_shape);
  CHECK(read.preprocessing.mirror == saved.preprocessing.mirror);
  CHECK(read.facts == saved.facts);
  CHECK(read.extra == saved.extra);
  CHECK(read.state == saved.state);
  CHECK(read.errors.unit == saved.errors.unit);
  CHECK(read.errors.level == saved.errors.level);
  CHECK(read.errors.doubt == saved.errors.doubt);
  CHECK(read.errors.strangeness == saved.errors.strangeness);
  CHECK(read.errors.usual == saved.errors.usual);

  save_checkpoint(folder / "again.safetensors", read);
  CHECK(read_file(folder / "again.safetensors") == read_file(file));
}

/// A good file whose parts are written again with a fault.
struct GoodFile {
  GoodFile() : file(saved_in(folder)), metadata(file.metadata()) {
    for (const auto& t : file.tensors()) tensors.push_back({t.name, t.dtype, t.dims, file.bytes(t)});
  }
  /// What loading these parts says.
  [[nodiscard]] std::string refusal(const std::vector<TensorView>& t, const Metadata& m) const {
    const auto broken = folder / "broken.safetensors";
    write_safetensors(broken, t, m);
    const std::string message = message_of(ErrorCode::format, [&] { static_cast<void>(load_checkpoint(broken)); });
    CHECK(contains(message, broken.string()));
    return message;
  }
  /// With another text for `key`.
  [[nodiscard]] std::string with(const std::string& key, const std::string& text) const {
    Metadata changed = metadata;
    changed[key] = text;
    return refusal(tensors, changed);
  }
  /// With `to` in place of `from` in the text of `key`.
  [[nodiscard]] std::string with(const std::string& key, const std::string& from, const std::string& to) const {
    std::string text = metadata.at(key);
    REQUIRE(contains(text, from));
    return with(key, text.replace(text.find(from), from.size(), to));
  }
  static std::filesystem::path saved_in(const test::TemporaryFolder& folder) {
    save_checkpoint(folder / "model.safetensors", example());
    return folder / "model.safetensors";
  }

  test::TemporaryFolder folder;
  SafetensorsFile file;
  Metadata metadata;
  std::vector<TensorView> tensors;
};

TEST_CASE("tensors that do not fit are refused by name") {
  const GoodFile good;
  auto changed = good.tensors;
  std::erase_if(changed, [](const TensorView& t) { return t.name == "stem.weight"; });
  CHECK(contains(good.refusal(changed, good.metadata), "'stem.weight' is missing"));
  changed = good.tensors;
  for (TensorView& t : changed) {
    if (t.name == "stem.weight") t.dims = {9, 3, 4};
  }
  CHECK(contains(good.refusal(changed, good.metadata), "'stem.weight' is [9, 3, 4], the network needs [3, 3, 3, 4]"));
  changed = good.tensors;
  changed.push_back({"other.weight", Dtype::u8, {0}, {}});
  CHECK(contains(good.refusal(changed, good.metadata), "damaged: tensor 'other.weight'"));
  Metadata older = good.metadata;
  older.erase("checksum");
  CHECK(contains(good.refusal(changed, older), "'other.weight' belongs to no layer"));
}

TEST_CASE("metadata that does not fit is refused by name: version, network, preprocessing, errors") {
  const GoodFile good;
  CHECK(contains(good.with("errors", R"({"unit":"box","level":[1,2,3],"doubt":0,"strangeness":0,"usual":1})"),
                 "errors: not one level for each point"));
  CHECK(contains(good.with("errors", R"({"unit":"box","level":[1,1e9],"doubt":0,"strangeness":0,"usual":1})"),
                 "expected a number from -100 to 100"));
  CHECK(contains(good.with("fpcpu_version", "99"), "version '99'"));
  CHECK(contains(good.with("graph", "{"), "graph"));
  CHECK(contains(good.with("graph", "batch_norm", "batch_nrom"), "'batch_norm'"));
  CHECK(contains(good.with("graph", R"({"input":[0,8,3],"nodes":[]})"), "a side of the input is 0"));
  CHECK(contains(
      good.with("graph", R"({"input":[8,10,3],"nodes":[{"name":"a","kind":"flatten","inputs":[7],"attributes":{}}]})"),
      "'a'"));
  CHECK(contains(good.with("state", "[1]"), "state"));
  CHECK(contains(good.with("preprocessing", "\"points\":2", "\"points\":3"),
                 "a head of coordinates needs 6 numbers for 3 points"));
  CHECK(contains(good.with("preprocessing", "[1,0]", "[1,1]"), "involution"));
  CHECK(contains(good.with("preprocessing", "[1,0]", "[1,-7]"), "mirror table is -7"));
  CHECK(contains(good.with("preprocessing", "60.0", "0.0"), "deviation"));
  CHECK(contains(good.with("preprocessing", "[8,10,3]", "[8,11,3]"), "input"));
  CHECK(contains(good.refusal({}, {}), "not a model of fpcpu"));
}

}  // namespace
}  // namespace fpcpu
