// SPDX-License-Identifier: MIT
#include "train/stages.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "fpcpu/error.hpp"
#include "optim/grouped_optimizer.hpp"

namespace fpcpu {

namespace {

bool continues_turns(std::span<const StageSpec> specs, std::size_t i) {
  return i > 0 && specs[i].steps > 0 && specs[i - 1].steps > 0;
}

void check(std::span<const StageSpec> specs, std::size_t i) {
  const StageSpec& stage = specs[i];
  const bool continues = continues_turns(specs, i);
  const bool last = std::all_of(specs.begin() + static_cast<std::ptrdiff_t>(i) + 1, specs.end(),
                                [&](const StageSpec& s) { return stage.steps > 0 && s.steps > 0; });
  if (stage.steps < 0 || !std::isfinite(stage.epochs) || stage.epochs < 0) {
    throw Error(ErrorCode::usage, "[[stage]]: epochs and steps must be 0 or more.");
  }
  if (stage.epochs == 0 && !last && !continues) {
    throw Error(ErrorCode::usage, "[[stage]]: only the last stage may leave out its epochs.");
  }
  if (stage.epochs != 0 && continues) {
    throw Error(ErrorCode::usage,
                "[[stage]]: stages that take turns last for the epochs of the first; leave out those of the others.");
  }
  const bool begins_turns = i + 1 < specs.size() && specs[i + 1].steps > 0;
  if (stage.steps > 0 && !continues && !begins_turns) {
    throw Error(ErrorCode::usage, "[[stage]]: steps are for stages that take turns; no stage beside it has any.");
  }
}

}  // namespace

void check_stages(std::span<const StageSpec> specs) {
  for (std::size_t i = 0; i < specs.size(); ++i) check(specs, i);
}

Stages::Stages(std::span<const StageSpec> specs, const Objective& objective, const ParamLayout& layout,
               int steps_per_epoch)
    : steps_per_epoch_(steps_per_epoch) {
  check_stages(specs);
  std::int64_t first = 0;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const StageSpec& stage = specs[i];
    if (!continues_turns(specs, i)) {
      phases_.push_back({first, {}, {}});
      if (stage.epochs > 0) first += std::max<std::int64_t>(1, std::llround(stage.epochs * steps_per_epoch));
    }
    StepChoice choice{terms_of(stage, objective.terms()), {}};
    if (!stage.frozen.empty()) choice.frozen = blocks_that_fit(stage.frozen, layout);
    phases_.back().choices.push_back(std::move(choice));
    phases_.back().steps.push_back(std::max(stage.steps, 1));
  }
  if (phases_.empty() || phases_.back().first < first) phases_.push_back({first, {StepChoice{}}, {1}});
}

const StepChoice& Stages::at(std::int64_t step) const noexcept {
  auto phase = std::prev(phases_.end());
  while (phase != phases_.begin() && phase->first > step) --phase;
  std::int64_t turns = 0;
  for (const int steps : phase->steps) turns += steps;
  std::int64_t place = (step - phase->first) % turns;
  std::size_t turn = 0;
  while (place >= phase->steps[turn]) place -= phase->steps[turn++];
  return phase->choices[turn];
}

double Stages::epochs_before_last() const noexcept {
  return static_cast<double>(phases_.back().first) / steps_per_epoch_;
}

void check_length(const Stages& stages, int epochs) {
  if (stages.epochs_before_last() < epochs) return;
  std::array<char, 32> begin{};
  std::snprintf(begin.data(), begin.size(), "%.3g", stages.epochs_before_last());
  throw Error(ErrorCode::usage,
              "the network's file goes on to another stage after " + std::string(begin.data()) +
                  " epochs, but the run has " + std::to_string(epochs) +
                  ". Give more --epochs or --time, shorten the stages, or leave out the epochs of the last one.");
}

}  // namespace fpcpu
