// SPDX-License-Identifier: MIT
#include "streams/stream_set.hpp"

#include <algorithm>

#include "core/foreign_text.hpp"
#include "core/nearest.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

StreamSet::StreamSet(std::vector<TargetStream> all, const Graph& graph, const Objective& objective, int batch) {
  for (int i = 1; i < graph.first_layer(); ++i) {
    input_places_.push_back(use(graph.node(i).name, graph.node(i).signature.out, all, batch));
  }
  for (const StreamShape& stream : objective.streams()) {
    target_places_.push_back(use(stream.name, stream.shape, all, batch));
  }
  inputs_.resize(input_places_.size());
  targets_.resize(target_places_.size());
}

std::size_t StreamSet::use(const std::string& name, const Shape& shape, std::vector<TargetStream>& all, int batch) {
  for (std::size_t i = 0; i < used_.size(); ++i) {
    if (used_[i].stream.name == name) return i;
  }
  const auto found = std::find_if(all.begin(), all.end(), [&](const TargetStream& s) { return s.name == name; });
  if (found == all.end()) {
    std::vector<std::string_view> known;
    for (const TargetStream& stream : all) known.emplace_back(stream.name);
    throw Error(ErrorCode::usage, "the network reads '" + excerpt(name) + "', but there is no such target stream." +
                                      (known.empty() ? "" : suggest(name, known)));
  }
  const Shape offered = found->shape().shape;
  if (offered != shape) {
    throw Error(ErrorCode::shape, "the network reads '" + excerpt(name) + "' as " + to_string(shape) +
                                      ", but the stream is " + to_string(offered) + ".");
  }
  Used used{*found};
  if (found->sample) {
    used.loaded = from_samples_.size();
    from_samples_.push_back(found->sample);
  } else {
    used.made = AlignedBuffer<float>(static_cast<std::size_t>(batch) * shape.size());
  }
  used_.push_back(std::move(used));
  return used_.size() - 1;
}

void StreamSet::bind(const Batch& batch) {
  for (Used& used : used_) {
    if (used.stream.sample) {
      used.value = batch.streams[used.loaded];
    } else {
      used.stream.batch->fill(batch, used.made.data());
      used.value = used.made.data();
    }
  }
  for (std::size_t i = 0; i < inputs_.size(); ++i) inputs_[i] = used_[input_places_[i]].value;
  for (std::size_t i = 0; i < targets_.size(); ++i) targets_[i] = used_[target_places_[i]].value;
}

}  // namespace fpcpu
