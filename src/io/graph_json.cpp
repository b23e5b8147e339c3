#include "io/graph_json.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "fpcpu/error.hpp"
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

AttributeValue attribute(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number_float()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  throw Error(ErrorCode::format, "an attribute of the graph is neither a text, a number nor true or false.");
}

int dimension(const Json& json) {
  const std::int64_t value = json.get<std::int64_t>();
  if (value < 1 || value > (1 << 20))
    throw Error(ErrorCode::format, "a dimension of the graph's input is out of range.");
  return static_cast<int>(value);
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
  return Json{{"input", {in.h, in.w, in.c}}, {"nodes", std::move(nodes)}}.dump();
}

Graph graph_from_json(const std::string& text, const std::string& where) {
  std::string place = "graph";
  try {
    const Json json = Json::parse(text);
    const Json& in = json.at("input");
    Graph graph(Shape{dimension(in.at(0)), dimension(in.at(1)), dimension(in.at(2))});
    for (const Json& node : json.at("nodes")) {
      const std::string name = node.at("name").get<std::string>();
      place = "layer '" + name + "'";
      Attributes attributes;
      for (const auto& [key, value] : node.at("attributes").items()) attributes.set(key, attribute(value));
      const auto inputs = node.at("inputs").get<std::vector<int>>();
      graph.add(name, make_layer(node.at("kind").get<std::string>(), attributes, place), inputs);
    }
    return graph;
  } catch (const Json::exception& error) {
    throw Error(ErrorCode::format, where + ": " + place + ": " + error.what() + ".");
  } catch (const Error& error) {
    throw Error(ErrorCode::format, where + ": " + error.what());
  }
}

}  // namespace fpcpu
