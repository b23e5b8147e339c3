// SPDX-License-Identifier: MIT
#include "fpcpu/network.hpp"

#include "core/foreign_text.hpp"
#include "core/nearest.hpp"
#include "fpcpu/error.hpp"
#include "graph/graph.hpp"
#include "graph/zoo/zoo.hpp"

namespace fpcpu {

Network::Network(Shape image) : graph_(std::make_unique<Graph>(image)) {}
Network::Network(const Network& other) : graph_(std::make_unique<Graph>(*other.graph_)) {}
Network& Network::operator=(const Network& other) {
  *graph_ = *other.graph_;
  return *this;
}
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

Network Network::zoo(std::string_view name, int points, InputSize input_size, int channels) {
  Graph graph = make_network(name, {.points = points, .input_size = input_size, .channels = channels});
  Network network(graph.input_shape());
  *network.graph_ = std::move(graph);
  return network;
}

int Network::find(const std::string& layer) const {
  const int node = graph_->find(layer);
  if (node >= 0) return node;
  std::vector<std::string_view> known;
  for (const Node& one : graph_->nodes()) known.emplace_back(one.name);
  throw Error(ErrorCode::usage, "the network has no layer '" + excerpt(layer) + "'." + suggest(layer, known));
}

Network& Network::input(const std::string& name, Shape shape) {
  graph_->add_input(name, shape);
  return *this;
}

Network& Network::add(const std::string& name, LayerPtr layer, const std::vector<std::string>& reads,
                      const std::string& parameters_of) {
  std::vector<int> inputs;
  for (const std::string& one : reads) inputs.push_back(find(one));
  if (inputs.empty() && graph_->size() == graph_->first_layer()) inputs.push_back(0);
  const std::string owner = parameters_of.empty() ? std::string() : graph_->node(find(parameters_of)).owner;
  graph_->add(name, std::move(layer), std::move(inputs), owner);
  return *this;
}

Network& Network::landmarks(const std::string& layer, const std::string& head) {
  graph_->set_output(find(layer));
  if (!head.empty()) graph_->set_head(make_head(head));
  return *this;
}

Network& Network::output(const std::string& name, const std::string& layer, bool training_only,
                         const std::string& head) {
  graph_->add_output({name, find(layer), training_only, head.empty() ? nullptr : make_head(head)});
  return *this;
}

Shape Network::shape(const std::string& layer) const { return graph_->node(find(layer)).signature.out; }

std::size_t Network::parameters() const { return ParamLayout(*graph_).parameter_count(); }

}  // namespace fpcpu
