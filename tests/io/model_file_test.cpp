// SPDX-License-Identifier: MIT
#include "io/model_file.hpp"

#include <doctest/doctest.h>

#include "fpcpu/error.hpp"
#include "support/messages.hpp"

namespace fpcpu {
namespace {

using test::contains;
using test::message_of;

constexpr const char* kBranching = R"(
input = [32, 24, 3]
[[layer]]
kind = "conv2d"
name = "stem"
out_channels = 8
activation = "relu"
[[layer]]
kind = "conv2d"
name = "left"
out_channels = 8
[[layer]]
kind = "conv2d"
inputs = ["stem"]
out_channels = 8
[[layer]]
kind = "add"
inputs = ["left", "conv2d3"]
[[layer]]
kind = "landmarks"
)";

TEST_CASE("layers follow each other unless they say what they read") {
  const Graph graph = parse_model(kBranching, "net.toml", {.points = 5}).graph;
  REQUIRE(graph.size() == 6);
  CHECK(graph.input_shape() == Shape{32, 24, 3});
  CHECK(graph.node(1).name == "stem");
  CHECK(graph.node(2).inputs == std::vector<int>{1});
  CHECK(graph.node(3).name == "conv2d3");
  CHECK(graph.node(3).inputs == std::vector<int>{1});
  CHECK(graph.node(4).inputs == std::vector<int>{2, 3});
  CHECK(graph.node(5).name == "landmarks1");
  CHECK(graph.node(5).layer->kind() == "dense");
  CHECK(graph.output_shape() == Shape{1, 1, 10});
  CHECK(parse_model(kBranching, "net.toml", {.points = 5, .input_size = 48}).graph.input_shape() == Shape{48, 48, 3});
  CHECK(parse_model(kBranching, "net.toml", {.points = 5, .input_size = {64, 48}, .channels = 1}).graph.input_shape() ==
        Shape{48, 64, 1});
}

TEST_CASE("the documented examples build for 5 and for 98 points") {
  for (const char* name : {"sequential.toml", "branching.toml"}) {
    CAPTURE(name);
    for (const int points : {5, 98}) {
      const Graph graph =
          load_model_file(std::string(FPCPU_SOURCE_DIR "/docs/models/") + name, {.points = points}).graph;
      CHECK(graph.output_shape().size() == 2 * static_cast<std::size_t>(points));
    }
  }
}

TEST_CASE("a network may end in one heat map per point") {
  std::string text = kBranching;
  text.replace(text.find("landmarks"), 9, "heatmaps");
  const Graph graph = parse_model(text, "net.toml", {.points = 5}).graph;
  CHECK(graph.node(5).layer->kind() == "conv2d");
  CHECK(graph.output_shape() == Shape{32, 24, 5});
  CHECK(load_model_file(FPCPU_SOURCE_DIR "/docs/models/heatmaps.toml", {.points = 7}).graph.output_shape() ==
        Shape{16, 16, 7});
}

TEST_CASE("a last layer comes with its head, whose options are among its settings") {
  const std::string text = "input = [8, 8, 1]\n[[layer]]\nkind = \"heatmaps\"\n";
  const auto head_of = [](const std::string& network) { return to_text(*parse_model(network, "a", {}).graph.head()); };
  CHECK(head_of(text) == "heatmaps:sigma=1");
  CHECK(head_of(text + "sigma = 1.5\n") == "heatmaps:sigma=1.5");
  CHECK(head_of("head = \"heatmaps:sigma=2\"\n" + text + "sigma = 1.5\n") == "heatmaps:sigma=2");
  const auto mistake = message_of(ErrorCode::usage, [&] { (void)head_of(text + "sgima = 2\n"); });
  CHECK(contains(mistake, "heatmaps: 'sgima' is unknown. Did you mean 'sigma'?"));
}

TEST_CASE("inputs, outputs and shared parameters, and how they are trained") {
  const NetworkDefinition n = load_model_file(FPCPU_SOURCE_DIR "/docs/models/auxiliary.toml", {.points = 5});
  const std::vector<Output> outputs = n.graph.outputs();
  REQUIRE(outputs.size() == 3);
  CHECK(n.graph.node(outputs[0].node).name == "points");
  CHECK((outputs[1].name == "maps" && outputs[1].training_only && outputs[1].head->kind() == "heatmaps"));
  CHECK((outputs[2].name == "coarse" && outputs[2].head == nullptr));
  const Recipe& recipe = n.recipe;
  REQUIRE(recipe.streams.size() == 1);
  CHECK(recipe.streams[0].name == "true-maps");
  REQUIRE(recipe.terms.size() == 3);
  CHECK(recipe.terms[1].outputs == std::vector<std::string>{"maps"});
  CHECK(recipe.terms[2].targets == std::vector<std::string>{"true-maps"});
  CHECK(recipe.terms[2].weight == 5);
  REQUIRE(recipe.groups.size() == 1);
  CHECK(recipe.groups[0].rate == 0.3);
  REQUIRE(recipe.stages.size() == 1);
  CHECK(recipe.stages[0].terms.size() == 2);

  const std::string two = R"(
input = [8, 8, 1]
[[stream]]
name = "other"
source = "table:file=x.csv"
shape = [8, 8, 1]
[[layer]]
kind = "conv2d"
name = "a"
out_channels = 2
[[layer]]
kind = "landmarks"
[[layer]]
kind = "conv2d"
name = "b"
inputs = ["other"]
parameters = "a"
out_channels = 2
[[output]]
layer = "b"
training_only = true
)";
  const Graph graph = parse_model(two, "net.toml", {.points = 3}).graph;
  CHECK(graph.first_layer() == 2);
  CHECK(graph.node(graph.find("b")).owner == "a");
  CHECK(graph.node(graph.output()).name == "landmarks1");

  const auto refusal = [&](const std::string& from, const std::string& to) {
    std::string text = two;
    REQUIRE(contains(text, from));
    text.replace(text.find(from), from.size(), to);
    try {
      static_cast<void>(parse_model(text, "net.toml", {.points = 3}));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(contains(refusal("parameters = \"a\"", "parameters = \"aa\""), "line 14: there is no layer 'aa'"));
  CHECK(contains(refusal("out_channels = 2\n[[output]]", "out_channels = 3\n[[output]]"), "differ in size"));
  CHECK(contains(refusal("shape = [8, 8, 1]", "shape = [8, 8]"), "line 4: a stream that layers read"));
  CHECK(contains(refusal("kind = \"conv2d\"\nname = \"b\"\ninputs = [\"other\"]\nparameters = \"a\"\nout_channels = 2",
                         "kind = \"heatmaps\"\nsigma = 2\nname = \"b\"\ninputs = [\"other\"]"),
                 "head = \"heatmaps:sigma=2\""));
  CHECK(contains(refusal("shape = [8, 8, 1]\n", ""), "line 4: a layer reads stream 'other'; say its shape"));
  CHECK(contains(refusal("inputs = [\"other\"]", "inputs = [\"input\"]"), "line 4: no layer reads stream 'other'"));
  CHECK(contains(refusal("layer = \"b\"", "layer = \"c\""), "line 20: there is no layer 'c'"));
  CHECK(contains(refusal("training_only = true", "training_only = 1"), "line 20"));
  CHECK(contains(refusal("training_only = true", "training = true"), "Did you mean 'training_only'?"));
  CHECK(contains(refusal("training_only = true", "training_only = false"), "training only"));
  CHECK(contains(refusal("[[output]]", "[[outputs]]"), "Did you mean 'output'?"));
  CHECK(contains(refusal("[[output]]", "[[term]]\nlos = \"mse\"\n[[output]]"), "line 20"));
  CHECK(contains(refusal("[[output]]", "[[term]]\noutputs = [1]\n[[output]]"), "must be texts in quotes"));
  CHECK(contains(refusal("[[output]]", "[[group]]\nrate = 1\n[[output]]"), "needs parameters"));
  CHECK(contains(refusal("[[output]]", "[term]\nloss = \"mse\"\n[[output]]"), "'term.loss' is not understood"));
}

TEST_CASE("names in terms, groups and stages that there are not are refused where they stand") {
  const std::string text = std::string(kBranching) + R"([[stream]]
name = "pose"
source = "table:file=x.csv"
[[term]]
name = "points"
loss = "wing:w=10"
[[term]]
loss = "mse"
targets = ["from the data"]
[[group]]
parameters = "stem.*"
[[stage]]
epochs = 1
terms = ["points"]
frozen = ["left.*"]
[[stage]]
terms = ["mse", "points"]
)";
  CHECK(parse_model(text, "net.toml", {}).recipe.stages.size() == 2);
  const auto refused = [&](const std::string& from, const std::string& to, const std::string& what) {
    std::string wrong = text;
    REQUIRE(contains(wrong, from));
    wrong.replace(wrong.find(from), from.size(), to);
    const std::string message =
        message_of(ErrorCode::usage, [&] { static_cast<void>(parse_model(wrong, "net.toml", {})); });
    CAPTURE(message);
    CHECK(contains(message, what));
  };
  refused("\"wing:w=10\"", "\"wimg\"", "net.toml line 25: term 'points': unknown loss 'wimg'. Did you mean 'wing'?");
  refused("\"wing:w=10\"", "\"wing:v=10\"", "net.toml line 25: term 'points': ");
  refused("\"mse\"\n", "\"mse\"\noutputs = [\"landmark\"]\n", "line 28: term 'mse': there is no output 'landmark'.");
  refused("name = \"points\"\n", "name = \"po ints\"\n", "line 25: term 'po ints': its name");
  refused("\"stem.*\"", "\"steam.*\"", "line 31: no parameter of the network is called 'steam.*'");
  refused("terms = [\"points\"]", "terms = [\"point\"]",
          "line 33: [[stage]]: no term is called 'point'. Did you mean 'points'?");
  refused("\"left.*\"", "\"right.*\"", "line 33: no parameter of the network is called 'right.*'");
  refused("\"mse\", \"points\"", "\"mse\", \"l1\"", "line 37: [[stage]]: no term is called 'l1'");
  std::string many;
  for (int i = 0; i < 17; ++i) many += "[[term]]\nloss = \"mse\"\n";
  refused("[[group]]", many + "[[group]]", "an objective has 1 to 16 terms");
}

TEST_CASE("mistakes name the file, the line, the layer and what was probably meant") {
  const auto refused = [](ErrorCode code, std::string text, const std::string& from, const std::string& to,
                          const std::string& line, const std::string& what) {
    if (!from.empty()) {
      REQUIRE(contains(text, from));
      text.replace(text.find(from), from.size(), to);
    }
    const std::string message =
        message_of(code, [&] { static_cast<void>(parse_model(text, "net.toml", {.points = 5})); });
    CAPTURE(message);
    CHECK(contains(message, "net.toml line " + line + ":"));
    CHECK(contains(message, what));
  };
  using enum ErrorCode;
  const std::string text = kBranching;
  refused(usage, text, "input = [32, 24, 3]", "input = [32, 24]", "2", "[height, width, channels]");
  refused(usage, text, "input = [32, 24, 3]", "input = [32, 24, 2]", "2", "3 (or 1) channels");
  refused(usage, text, "input = [32, 24, 3]", "", "1", "[height, width, channels]");
  refused(usage, text, "input = [32, 24, 3]", "input = [32, 24, 3]\nepochs = 3", "3", "'epochs'");
  refused(usage, text, "\"conv2d\"", "\"conv2\"", "4", "layer 'stem': unknown kind 'conv2'. Did you mean 'conv2d'?");
  refused(usage, text, "\"landmarks\"", "\"landmark\"", "20", "Did you mean 'landmarks'?");
  refused(usage, text, "out_channels = 8", "out_chanels = 8", "4", "out_channels");
  refused(usage, text, "out_channels = 8", "out_channels = 8\nstide = 2", "4", "Did you mean 'stride'?");
  refused(usage, text, "inputs = [\"stem\"]", "inputs = [\"steem\"]", "13", "Did you mean 'stem'?");
  refused(usage, text, "inputs = [\"stem\"]", "inputs = \"stem\"", "14", "list of names");
  refused(usage, text, "inputs = [\"stem\"]", "stride = [1, 2]\ninputs = [\"stem\"]", "14", "single value");
  refused(usage, text, "name = \"left\"", "name = \"stem\"", "9", "'stem'");
  refused(usage, text, "name = \"left\"", "name = \"input\"", "9", "stands for the image");
  refused(usage, text, "inputs = [\"left\", \"conv2d3\"]", "inputs = [\"stem\", \"conv2d3\"]", "9",
          "nothing reads layer 'left'");
  refused(shape, text, "out_channels = 8\n[[layer]]\nkind = \"add\"", "out_channels = 9\n[[layer]]\nkind = \"add\"",
          "17", "'add1'");
  refused(shape, text, "[[layer]]\nkind = \"landmarks\"", "", "17", "End it with kind = \"landmarks\"");
  refused(format, text, "input = [32, 24, 3]", "input = [32, 24, 3", "2", "is a bracket or a comma missing?");
}

}  // namespace
}  // namespace fpcpu
