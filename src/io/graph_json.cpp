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

constexpr int kMaxDepth = 8;

Json to_json(const Attributes& attributes) {
  Json json = Json::object();
  for (const auto& [name, value] : attributes.items()) {
    std::visit([&, &key = name](const auto& v) { json[key] = v; }, value);
  }
  return json;
}

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

std::vector<int> inputs_of(const Json& node) {
  std::vector<int> inputs;
  for (const Json& input : node.at("inputs")) {
    inputs.push_back(static_cast<int>(whole_number(input, 0, kMaxNodes, "the number of an input")));
  }
  return inputs;
}

}  // namespace

std::string graph_to_json(const Graph& graph) {
  const Shape in = graph.input_shape();
  Json nodes = Json::array();
  for (int i = 1; i < graph.size(); ++i) {
    const Node& node = graph.node(i);
    nodes.push_back({{"name", node.name},
                     {"kind", node.layer->kind()},
                     {"inputs", node.inputs},
                     {"attributes", to_json(node.layer->describe())}});
  }
  const HeadPtr head = graph.head();
  return Json{{"input", {in.h, in.w, in.c}},
              {"nodes", std::move(nodes)},
              {"head", {{"kind", head->kind()}, {"attributes", to_json(head->describe())}}}}
      .dump();
}

Graph graph_from_json(const std::string& text, const std::string& where) {
  std::string place = "graph";
  try {
    const Json json = parse_bounded_json(text, kMaxDepth);
    const Json& in = json.at("input");
    const auto side = [&](std::size_t i, int high) {
      return static_cast<int>(whole_number(in.at(i), 1, high, "a side of the input"));
    };
    const Shape input{side(0, kMaxInputSide), side(1, kMaxInputSide), side(2, 3)};
    if (input.c == 2) throw Error(ErrorCode::format, "the input has 2 channels, expected 1 (gray) or 3 (colour).");
    Graph graph(input);
    const Json& nodes = json.at("nodes");
    if (!nodes.is_array() || nodes.empty()) throw Error(ErrorCode::format, "the network has no layers.");
    for (const Json& node : nodes) {
      const std::string name = node.at("name").get<std::string>();
      place = "layer '" + excerpt(name) + "'";
      graph.add(name, make_layer(node.at("kind").get<std::string>(), attributes_of(node), place), inputs_of(node));
    }
    // Files from before there were heads have none.
    if (const auto head = json.find("head"); head != json.end()) {
      place = "head";
      graph.set_head(make_head(head->at("kind").get<std::string>(), attributes_of(*head), place));
    }
    return graph;
  } catch (const Json::exception& error) {
    throw Error(ErrorCode::format, where + ": " + place + ": " + printable(error.what()) + ".");
  } catch (const Error& error) {
    throw Error(ErrorCode::format, where + ": " + error.what());
  }
}

}  // namespace fpcpu
