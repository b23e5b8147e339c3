// SPDX-License-Identifier: MIT
#include "optim/ema.hpp"

#include <algorithm>
#include <utility>

#include "fpcpu/error.hpp"
#include "optim/saved_state.hpp"

namespace fpcpu {

Ema::Ema(std::string name, double decay, const float* values, std::size_t count)
    : name_(std::move(name)), decay_(decay), average_(count) {
  if (!(decay >= 0 && decay < 1)) {
    throw Error(ErrorCode::usage, "moving average: decay is " + std::to_string(decay) + ", expected 0 <= decay < 1.");
  }
  std::copy(values, values + count, average_.begin());
}

void Ema::begin_step() noexcept {
  ++steps_;
  const double t = static_cast<double>(steps_);
  weight_ = static_cast<float>(1.0 - std::min(decay_, (1.0 + t) / (10.0 + t)));
}

void Ema::update_range(const float* values, std::size_t begin, std::size_t end) const noexcept {
  float* average = average_.data();
  for (std::size_t i = begin; i < end; ++i) average[i] += weight_ * (values[i] - average[i]);
}

void Ema::save(std::map<std::string, std::vector<float>>& arrays, std::map<std::string, std::string>& state) const {
  saved_state::put(arrays, name_, average_);
  saved_state::put(state, name_ + ".steps", steps_);
}

void Ema::load(const std::map<std::string, std::vector<float>>& arrays,
               const std::map<std::string, std::string>& state) {
  saved_state::get(arrays, name_, average_);
  steps_ = saved_state::get_count(state, name_ + ".steps", saved_state::kMostSteps);
}

}  // namespace fpcpu
