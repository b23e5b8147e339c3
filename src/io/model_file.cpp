// SPDX-License-Identifier: MIT
#include "io/model_file.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/file.hpp"
#include "core/foreign_text.hpp"
#include "core/nearest.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/layers.hpp"
#include "graph/passes/passes.hpp"
#include "io/recipe_text.hpp"
#include "io/toml.hpp"
#include "io/toml_text.hpp"
#include "layers/layer.hpp"

namespace fpcpu {

namespace {

constexpr std::string_view kImageName = "input";

/// One [[layer]] as it stands in the file.
struct LayerText {
  int line = 0;
  std::string kind;
  std::string name;
  std::vector<std::string> inputs;
  std::string owner;  // layer whose parameters it shares
  Attributes attributes;
};

/// One [[output]].
struct OutputText {
  int line = 0;
  std::string name;
  std::string layer;
  std::string head;
  bool training_only = false;
};

/// A [[stream]] as far as layers may read it.
struct InputText {
  int line = 0;
  std::string name;
  std::optional<Shape> shape = {};
};

struct ModelText {
  std::vector<std::int64_t> input;
  int input_line = 1;
  std::string head;  // empty: what the last layer stands for
  int head_line = 0;
  std::string output;  // the main one; empty: the last layer that is no other output
  int output_line = 0;
  std::vector<LayerText> layers;
  std::vector<OutputText> outputs;
  std::vector<InputText> inputs;
};

Error mistake(ErrorCode code, const std::string& file, int line, const std::string& what) {
  return Error(code, file + " line " + std::to_string(line) + ": " + what);
}

std::string text_of(const TomlEntry& entry, const std::string& what, const std::string& file) {
  if (const auto* text = std::get_if<std::string>(&entry.value)) return *text;
  throw mistake(ErrorCode::usage, file, entry.line, what + " must be a text in quotes.");
}

void read_setting(LayerText& layer, const std::string& setting, const TomlEntry& entry, const std::string& file) {
  if (setting == "kind") {
    layer.kind = text_of(entry, "kind", file);
  } else if (setting == "name") {
    layer.name = text_of(entry, "name", file);
  } else if (setting == "parameters") {
    layer.owner = text_of(entry, "parameters", file);
  } else if (array_element(setting, "inputs")) {
    layer.inputs.push_back(text_of(entry, "inputs", file));
  } else if (setting == "inputs") {
    throw mistake(ErrorCode::usage, file, entry.line, "inputs must be a list of names: inputs = [\"a\", \"b\"].");
  } else if (setting.find_first_of(".[") != std::string::npos) {
    throw mistake(ErrorCode::usage, file, entry.line, "'" + setting + "' must be a single value.");
  } else {
    layer.attributes.set(setting, entry.value);
  }
}

std::vector<OutputText> read_outputs(const std::vector<TomlEntry>& entries, const std::string& file) {
  std::vector<OutputText> outputs;
  for (const TomlTable& table : tables_of(entries, "output", file)) {
    try {
      AttributeReader reader("[[output]]", table.values);
      OutputText output{table.line, reader.text("name", ""), reader.text("layer", ""), reader.text("head", ""),
                        reader.boolean("training_only", false)};
      reader.finish();
      if (output.name.empty()) output.name = output.layer;
      outputs.push_back(std::move(output));
    } catch (const Error& error) {
      throw mistake(error.code(), file, table.line, error.what());
    }
  }
  return outputs;
}

/// Name and shape of streams; their other keys are the recipe's.
std::vector<InputText> read_inputs(const std::vector<TomlEntry>& entries, const std::string& file) {
  std::vector<InputText> inputs;
  for (const TomlTable& table : tables_of(entries, "stream", file)) {
    const AttributeValue* name = table.values.find("name");
    const auto* text = name == nullptr ? nullptr : std::get_if<std::string>(name);
    const auto shape = table.lists.find("shape");
    if (shape == table.lists.end()) {
      if (text != nullptr) inputs.push_back({table.line, *text});
      continue;
    }
    std::vector<int> sides;
    for (const AttributeValue& value : shape->second) {
      const auto* side = std::get_if<std::int64_t>(&value);
      if (side != nullptr && *side >= 1 && *side <= kMaxSide) sides.push_back(static_cast<int>(*side));
    }
    if (sides.size() != 3 || shape->second.size() != 3 || text == nullptr) {
      throw mistake(ErrorCode::usage, file, table.line,
                    "a stream that layers read needs a name and shape = [height, width, channels].");
    }
    inputs.push_back({table.line, *text, Shape{sides[0], sides[1], sides[2]}});
  }
  return inputs;
}

ModelText read_model(const std::vector<TomlEntry>& entries, const std::string& file) {
  std::vector<std::string_view> known = {"head", "input", kMainOutput, "layer", "output"};
  for (const std::string_view table : recipe_tables()) known.push_back(table);
  ModelText model;
  for (const TomlEntry& entry : entries) {
    if (const auto layer = array_element(entry.key, "layer")) {
      const auto& [index, setting] = *layer;
      if (index >= static_cast<std::size_t>(kMaxNodes)) {
        throw mistake(ErrorCode::shape, file, entry.line, "more than " + std::to_string(kMaxNodes) + " layers.");
      }
      if (index >= model.layers.size()) model.layers.resize(index + 1);
      if (model.layers[index].line == 0) model.layers[index].line = entry.line;
      read_setting(model.layers[index], setting, entry, file);
    } else if (array_element(entry.key, "input")) {
      const auto* value = std::get_if<std::int64_t>(&entry.value);
      model.input.push_back(value == nullptr ? 0 : *value);
      model.input_line = entry.line;
    } else if (entry.key == "head") {
      model.head = text_of(entry, "head", file);
      model.head_line = entry.line;
    } else if (entry.key == kMainOutput) {
      model.output = text_of(entry, entry.key, file);
      model.output_line = entry.line;
    } else {
      const std::string key = entry.key.substr(0, entry.key.find_first_of(".["));
      if (array_element(entry.key, key) && std::find(known.begin() + 4, known.end(), key) != known.end()) continue;
      throw mistake(ErrorCode::usage, file, entry.line,
                    "'" + entry.key + "' is not understood here." + suggest(key, known) +
                        " A model file has input = [height, width, channels] and [[layer]] tables.");
    }
  }
  model.outputs = read_outputs(entries, file);
  model.inputs = read_inputs(entries, file);
  return model;
}

Shape input_shape(const ModelText& model, const std::string& file, const ModelFileOptions& options) {
  bool ok = model.input.size() == 3 && (model.input[2] == 1 || model.input[2] == 3);
  for (const std::int64_t size : model.input) ok = ok && size >= 1 && size <= kMaxInputSide;
  if (!ok) {
    throw mistake(ErrorCode::usage, file, model.input_line,
                  "input must be [height, width, channels], with 3 (or 1) channels: input = [96, 96, 3].");
  }
  const auto at = [&](std::size_t i) { return static_cast<int>(model.input[i]); };
  Shape input{at(0), at(1), options.channels > 0 ? options.channels : at(2)};
  if (options.input_size.is_set()) {
    input.h = options.input_size.height;
    input.w = options.input_size.width;
  }
  return input;
}

bool contains(const std::vector<std::string_view>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// A layer of the library, or the last of a network, which comes with its head.
LastLayer build_layer(const LayerText& layer, int points) {
  const std::vector<std::string_view> last_layers = last_layer_names();
  if (contains(last_layers, layer.kind)) return make_last_layer(layer.kind, layer.attributes, points);
  std::vector<std::string_view> kinds = layer_kinds();
  if (!contains(kinds, layer.kind)) {
    kinds.insert(kinds.end(), last_layers.begin(), last_layers.end());
    throw Error(ErrorCode::usage, "unknown kind '" + excerpt(layer.kind) + "'." + suggest(layer.kind, kinds));
  }
  for (const auto& [name, value] : layer.attributes.items()) {
    // Pools inside a layer cannot be trained; passes put them there for inference.
    if (name.starts_with("pool_")) throw Error(ErrorCode::usage, "use a max_pool layer instead of " + name + ".");
  }
  return {make_layer(layer.kind, layer.attributes, "")};
}

std::vector<int> input_nodes(const LayerText& layer, const Graph& graph) {
  std::vector<int> nodes;
  for (const std::string& name : layer.inputs) {
    const int node = graph.find(name);
    if (node < 0) {
      std::vector<std::string_view> known;
      for (const Node& n : graph.nodes()) known.push_back(n.name);
      throw Error(ErrorCode::usage, "no layer '" + excerpt(name) + "' before it." + suggest(name, known));
    }
    nodes.push_back(node);
  }
  return nodes;
}

/// What Graph::add needs for this layer. Errors begin with the layer's name, as those of Graph::add do.
std::pair<LastLayer, std::vector<int>> resolve(const LayerText& layer, const std::string& name, const Graph& graph,
                                               int points) {
  try {
    if (layer.kind.empty()) throw Error(ErrorCode::usage, "kind is missing, for example kind = \"conv2d\".");
    if (name == kImageName) throw Error(ErrorCode::usage, "this name stands for the image; choose another.");
    return {build_layer(layer, points), input_nodes(layer, graph)};
  } catch (const Error& error) {
    throw Error(error.code(), "layer '" + excerpt(name) + "': " + error.what());
  }
}

/// Streams that some layer reads become inputs of the network.
void add_inputs(Graph& graph, const ModelText& model, const std::string& file) {
  for (const InputText& input : model.inputs) {
    const auto reads = [&](const LayerText& layer) {
      return std::find(layer.inputs.begin(), layer.inputs.end(), input.name) != layer.inputs.end();
    };
    const bool is_read = std::any_of(model.layers.begin(), model.layers.end(), reads);
    if (!input.shape) {
      const auto has_name = [&](const LayerText& layer) { return layer.name == input.name; };
      if (!is_read || std::any_of(model.layers.begin(), model.layers.end(), has_name)) continue;
      throw mistake(
          ErrorCode::usage, file, input.line,
          "a layer reads stream '" + excerpt(input.name) + "'; say its shape = [height, width, channels] here.");
    }
    if (!is_read) {
      throw mistake(ErrorCode::usage, file, input.line,
                    "no layer reads stream '" + excerpt(input.name) + "', so it needs no shape; leave it out.");
    }
    try {
      graph.add_input(input.name, *input.shape);
    } catch (const Error& error) {
      throw mistake(error.code(), file, input.line, error.what());
    }
  }
}

int layer_called(const Graph& graph, const std::string& name, const std::string& file, int line) {
  const int node = graph.find(name);
  if (node >= graph.first_layer()) return node;
  std::vector<std::string_view> known;
  for (int i = graph.first_layer(); i < graph.size(); ++i) known.emplace_back(graph.node(i).name);
  throw mistake(ErrorCode::usage, file, line, "there is no layer '" + excerpt(name) + "'." + suggest(name, known));
}

/// @throws Error{usage} for a head's options in a layer whose output has no head: nobody would read them.
void check_head_options(const Head* of_layer, const OutputText& output) {
  if (of_layer == nullptr || !output.head.empty()) return;
  const std::string text = to_text(*of_layer);
  if (text == to_text(*make_head(of_layer->kind()))) return;
  throw Error(ErrorCode::usage, "output '" + excerpt(output.name) +
                                    "' has no head, but its layer has the options of '" + text +
                                    "'; give the output head = \"" + text + "\".");
}

/// @param heads  of every node that is a last layer
void add_outputs(Graph& graph, const ModelText& model, const std::string& file, const std::vector<HeadPtr>& heads) {
  if (!model.output.empty()) graph.set_output(layer_called(graph, model.output, file, model.output_line));
  for (const OutputText& output : model.outputs) {
    const int node = layer_called(graph, output.layer, file, output.line);
    try {
      check_head_options(heads[static_cast<std::size_t>(node)].get(), output);
      const HeadPtr head = output.head.empty() ? nullptr : make_head(output.head);
      graph.add_output({output.name, node, output.training_only, head});
    } catch (const Error& error) {
      throw mistake(error.code(), file, output.line, error.what());
    }
  }
}

/// @param heads  of every node that is a last layer
void set_head(Graph& graph, const ModelText& model, const std::string& file, const std::vector<HeadPtr>& heads) {
  try {
    graph.set_head(model.head.empty() ? heads[static_cast<std::size_t>(graph.output())] : make_head(model.head));
  } catch (const Error& error) {
    throw mistake(error.code(), file, model.head_line, error.what());
  }
}

/// What the shapes of layers do not tell. @param lines of every node
void check_network(const Graph& graph, int points, const std::string& file, const std::vector<int>& lines) {
  const auto consumers = graph.consumers();
  for (int i = 0; i < graph.size(); ++i) {
    if (!consumers[static_cast<std::size_t>(i)].empty() || graph.is_output(i)) continue;
    throw mistake(ErrorCode::usage, file, lines[static_cast<std::size_t>(i)],
                  "nothing reads layer '" + excerpt(graph.node(i).name) +
                      "'. Name it in the inputs of a later layer, make it an [[output]] or remove it.");
  }
  const int last_line = lines[static_cast<std::size_t>(graph.output())];
  try {
    check_head(*graph.head(), graph.output_shape(), points);
  } catch (const Error& error) {
    throw mistake(error.code(), file, last_line,
                  std::string(error.what()) +
                      ". End it with kind = \"landmarks\", or with kind = \"heatmaps\" for one map per point.");
  }
  try {
    static_cast<void>(drop_training_only(graph));
  } catch (const Error& error) {
    throw mistake(error.code(), file, last_line, error.what());
  }
}

}  // namespace

NetworkDefinition parse_model(std::string_view text, const std::string& file, const ModelFileOptions& options) {
  const std::vector<TomlEntry> entries = parse_toml(text, file);
  const ModelText model = read_model(entries, file);
  Graph graph(input_shape(model, file, options));
  add_inputs(graph, model, file);
  std::map<std::string, int> count_of_kind;
  std::vector<int> lines(static_cast<std::size_t>(graph.first_layer()), 1);
  std::vector<HeadPtr> heads(lines.size());
  for (const LayerText& layer : model.layers) {
    const int number = ++count_of_kind[layer.kind];
    const std::string name = layer.name.empty() ? layer.kind + std::to_string(number) : layer.name;
    try {
      auto [built, inputs] = resolve(layer, name, graph, options.points);
      if (inputs.empty() && graph.size() == graph.first_layer()) inputs = {0};
      const int owner = layer.owner.empty() ? -1 : layer_called(graph, layer.owner, file, layer.line);
      graph.add(name, std::move(built.layer), std::move(inputs), owner < 0 ? std::string() : graph.node(owner).owner);
      heads.push_back(std::move(built.head));
    } catch (const Error& error) {
      if (std::string_view(error.what()).starts_with(file)) throw;
      throw mistake(error.code(), file, layer.line, error.what());
    }
    lines.push_back(layer.line);
  }
  if (graph.size() > graph.first_layer()) add_outputs(graph, model, file, heads);
  set_head(graph, model, file, heads);
  check_network(graph, options.points, file, lines);
  Recipe recipe = read_recipe(entries, graph, file);
  return {std::move(graph), std::move(recipe)};
}

NetworkDefinition load_model_file(const std::filesystem::path& file, const ModelFileOptions& options) {
  return parse_model(read_file(file, kMaxTomlBytes + 1), file.string(), options);
}

}  // namespace fpcpu
