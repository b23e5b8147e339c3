// SPDX-License-Identifier: MIT
#include "train/stages.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/foreign_text.hpp"
#include "core/nearest.hpp"
#include "fpcpu/error.hpp"
#include "optim/grouped_optimizer.hpp"

namespace fpcpu {

namespace {

std::uint32_t terms_of(const StageSpec& stage, const Objective& objective) {
  if (stage.terms.empty()) return UINT32_MAX;
  std::vector<std::string_view> names;
  for (const Term& term : objective.terms()) names.emplace_back(term.name);
  std::uint32_t terms = 0;
  for (const std::string& name : stage.terms) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      throw Error(ErrorCode::usage, "[[stage]]: no term is called '" + excerpt(name) + "'." + suggest(name, names));
    }
    terms |= 1U << static_cast<unsigned>(found - names.begin());
  }
  return terms;
}

void check(std::span<const StageSpec> specs, std::size_t i, bool continues_turns) {
  const StageSpec& stage = specs[i];
  const bool last = std::all_of(specs.begin() + static_cast<std::ptrdiff_t>(i) + 1, specs.end(),
                                [&](const StageSpec& s) { return stage.steps > 0 && s.steps > 0; });
  if (stage.steps < 0 || !std::isfinite(stage.epochs) || stage.epochs < 0) {
    throw Error(ErrorCode::usage, "[[stage]]: epochs and steps must be 0 or more.");
  }
  if (stage.epochs == 0 && !last && !continues_turns) {
    throw Error(ErrorCode::usage, "[[stage]]: only the last stage may leave out its epochs.");
  }
  if (stage.epochs != 0 && continues_turns) {
    throw Error(ErrorCode::usage,
                "[[stage]]: stages that take turns last for the epochs of the first; leave out those of the others.");
  }
  const bool begins_turns = i + 1 < specs.size() && specs[i + 1].steps > 0;
  if (stage.steps > 0 && !continues_turns && !begins_turns) {
    throw Error(ErrorCode::usage, "[[stage]]: steps are for stages that take turns; no stage beside it has any.");
  }
}

}  // namespace

Stages::Stages(std::span<const StageSpec> specs, const Objective& objective, const ParamLayout& layout,
               int steps_per_epoch)
    : steps_per_epoch_(steps_per_epoch) {
  std::int64_t first = 0;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const StageSpec& stage = specs[i];
    const bool continues_turns = i > 0 && stage.steps > 0 && specs[i - 1].steps > 0;
    check(specs, i, continues_turns);
    if (!continues_turns) {
      phases_.push_back({first, {}, {}});
      if (stage.epochs > 0) first += std::max<std::int64_t>(1, std::llround(stage.epochs * steps_per_epoch));
    }
    StepChoice choice{terms_of(stage, objective), {}};
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
