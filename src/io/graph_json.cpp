// SPDX-License-Identifier: MIT
#include "io/graph_json.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include "core/foreign_text.hpp"
#include "fpcpu/error.hpp"
#include "io/bounded_json.hpp"
#include "layers/layer.hpp"

namespace fpcpu {

namespace {

// Ordered: attributes come back in the order in which the layer described them.
using Json = nlohmann::ordered_json;

Json to_json(const Attributes& attributes) {
  Json json = Json::object();
  for (const auto& [name, value] : attributes.items()) {
    std::visit([&, &key = name](const auto& v) { json[key] = v; }, value);
  }
  return json;
}

Json to_json(const Shape& shape) { return {shape.h, shape.w, shape.c}; }

Json to_json(const Head& head) { return {{"kind", head.kind()}, {"attributes", to_json(head.describe())}}; }

AttributeValue attribute(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return whole_number(json, INT64_MIN, INT64_MAX, "an attribute");
  if (json.is_number_float()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  throw Error(ErrorCode::format, "an attribute of the graph is neither a text, a number nor true or false.");
}

Attributes attributes_of(const Json& node) {
  Attributes attributes;
  for (const auto& [key, value] : node.at("attributes").items()) attributes.set(key, attribute(value));
  return attributes;
}

Shape shape_of(const Json& json, int most_channels) {
  const auto side = [&](std::size_t i, int high) {
    return static_cast<int>(whole_number(json.at(i), 1, high, "a side of the input"));
  };
  return {side(0, kMaxInputSide), side(1, kMaxInputSide), side(2, most_channels)};
}

int node_of(const Json& json) { return static_cast<int>(whole_number(json, 0, kMaxNodes, "the number of a layer")); }

HeadPtr head_of(const Json& json) { return make_head(json.at("kind").get<std::string>(), attributes_of(json), "head"); }

void read_inputs(const Json& json, Graph& graph) {
  if (!json.contains("more_inputs")) return;
  for (const Json& input : json.at("more_inputs")) {
    graph.add_input(input.at("name").get<std::string>(), shape_of(input.at("shape"), kMaxSide));
  }
}

void read_outputs(const Json& json, Graph& graph) {
  if (const auto main = json.find("output"); main != json.end()) {
    const int node = node_of(*main);
    if (node < graph.first_layer() || node >= graph.size()) {
      throw Error(ErrorCode::format, "the output is a layer that does not exist.");
    }
    graph.set_output(node);
  }
  if (!json.contains("more_outputs")) return;
  for (const Json& output : json.at("more_outputs")) {
    const auto head = output.find("head");
    graph.add_output({output.at("name").get<std::string>(), node_of(output.at("node")),
                      output.at("training_only").get<bool>(), head == output.end() ? nullptr : head_of(*head)});
  }
}

std::vector<int> inputs_of(const Json& node) {
  std::vector<int> inputs;
  for (const Json& input : node.at("inputs")) {
    inputs.push_back(static_cast<int>(whole_number(input, 0, kMaxNodes, "the number of an input")));
  }
  return inputs;
}

}  // namespace

std::string graph_to_json(const Graph& graph) {
  Json nodes = Json::array();
  for (int i = graph.first_layer(); i < graph.size(); ++i) {
    const Node& node = graph.node(i);
    Json json = {{"name", node.name},
                 {"kind", node.layer->kind()},
                 {"inputs", node.inputs},
                 {"attributes", to_json(node.layer->describe())}};
    if (node.owner != node.name) json["parameters"] = node.owner;
    nodes.push_back(std::move(json));
  }
  Json json = {{"input", to_json(graph.input_shape())}};
  for (int i = 1; i < graph.first_layer(); ++i) {
    json["more_inputs"].push_back({{"name", graph.node(i).name}, {"shape", to_json(graph.node(i).signature.out)}});
  }
  json["nodes"] = std::move(nodes);
  json["head"] = to_json(*graph.head());
  if (graph.output() != graph.size() - 1) json["output"] = graph.output();
  for (const Output& output : graph.outputs()) {
    if (output.node == graph.output()) continue;
    Json one = {{"name", output.name}, {"node", output.node}, {"training_only", output.training_only}};
    if (output.head) one["head"] = to_json(*output.head);
    json["more_outputs"].push_back(std::move(one));
  }
  return json.dump();
}

Graph graph_from_json(const std::string& text, const std::string& where) {
  std::string place = "graph";
  try {
    const Json json = parse_bounded_json(text);
    const Shape input = shape_of(json.at("input"), 3);
    if (input.c == 2) throw Error(ErrorCode::format, "the input has 2 channels, expected 1 (gray) or 3 (colour).");
    Graph graph(input);
    read_inputs(json, graph);
    const Json& nodes = json.at("nodes");
    if (!nodes.is_array() || nodes.empty()) throw Error(ErrorCode::format, "the network has no layers.");
    for (const Json& node : nodes) {
      const std::string name = node.at("name").get<std::string>();
      place = "layer '" + excerpt(name) + "'";
      const auto owner = node.find("parameters");
      graph.add(name, make_layer(node.at("kind").get<std::string>(), attributes_of(node), place), inputs_of(node),
                owner == node.end() ? std::string() : owner->get<std::string>());
    }
    // Files from before there were heads have none.
    if (const auto head = json.find("head"); head != json.end()) {
      place = "head";
      graph.set_head(head_of(*head));
    }
    place = "outputs";
    read_outputs(json, graph);
    return graph;
  } catch (const Json::exception& error) {
    throw Error(ErrorCode::format, where + ": " + place + ": " + printable(error.what()) + ".");
  } catch (const Error& error) {
    throw Error(ErrorCode::format, where + ": " + error.what());
  }
}

}  // namespace fpcpu
