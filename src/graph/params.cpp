// SPDX-License-Identifier: MIT
#include "graph/params.hpp"

#include <cmath>

#include "core/rng.hpp"

namespace fpcpu {

namespace {

float initial_value(const ParamSpec& spec, Rng& rng) noexcept {
  switch (spec.init) {
    case Initializer::zeros:
      return 0.0F;
    case Initializer::ones:
      return 1.0F;
    case Initializer::he_normal:
      return rng.normal() * std::sqrt(2.0F / static_cast<float>(spec.fan_in));
    case Initializer::small_normal:
      return rng.normal() * 0.001F;
    case Initializer::constant_025:
      return 0.25F;
  }
  return 0.0F;
}

}  // namespace

template <class T>
void initialize(Params<T>& params, std::uint64_t seed) {
  const auto& slots = params.layout.slots();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    Rng rng(seed, RandomUse::init, i);
    T* values = params.at(slots[i]);
    for (std::size_t k = 0; k < slots[i].spec.size(); ++k) values[k] = initial_value(slots[i].spec, rng);
  }
}

Params<float> part_of(const Params<float>& all, const Graph& graph) {
  Params<float> part{ParamLayout(graph)};
  for (const ParamSlot& slot : part.layout.slots()) {
    std::copy_n(all.at(*all.layout.find(slot.name)), slot.spec.size(), part.at(slot));
  }
  return part;
}

template void initialize<float>(Params<float>&, std::uint64_t);
template void initialize<double>(Params<double>&, std::uint64_t);

}  // namespace fpcpu
