// SPDX-License-Identifier: MIT
#include "optim/grouped_optimizer.hpp"

#include <algorithm>
#include <cmath>

#include "core/foreign_text.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

void check(const GroupSpec& group) {
  const auto fail = [&](const std::string& what) {
    throw Error(ErrorCode::usage, "group '" + excerpt(group.parameters) + "': " + what);
  };
  if (!std::isfinite(group.rate) || group.rate < 0) fail("rate must be 0 or more.");
  if (!std::isfinite(group.weight_decay) || (group.weight_decay < 0 && group.weight_decay != -1)) {
    fail("weight_decay must be 0 or more.");
  }
  if (!group.optimizer.empty()) static_cast<void>(optimizer_defaults(group.optimizer));
}

/// Momentum and smoothing of the group's optimizer are its usual ones; what the run adds to gradients stays.
OptimizerOptions options_of(const std::string& optimizer, const OptimizerOptions& usual) {
  OptimizerOptions options = optimizer_defaults(optimizer);
  options.weight_decay = usual.weight_decay;
  options.l1 = usual.l1;
  return options;
}

/// Names in checkpoints; those of a run without groups are as they always were.
std::string prefix(std::size_t optimizer) {
  return optimizer == 0 ? "optimizer" : "optimizer" + std::to_string(optimizer + 1);
}

}  // namespace

void check_groups(std::span<const GroupSpec> groups) {
  for (const GroupSpec& group : groups) check(group);
}

std::vector<std::uint8_t> blocks_that_fit(std::span<const std::string> patterns, const ParamLayout& layout) {
  const std::vector<UpdateBlock> blocks = make_update_blocks(layout);
  std::vector<std::uint8_t> found(blocks.size(), 0);
  for (const std::string& pattern : patterns) {
    for (const ParamSlot* slot : layout.trainable_like(pattern)) {
      for (std::size_t b = 0; b < blocks.size(); ++b) {
        if (blocks[b].begin >= slot->offset && blocks[b].end <= slot->offset + slot->spec.size()) found[b] = 1;
      }
    }
  }
  return found;
}

GroupedOptimizer::GroupedOptimizer(const OptimizerOptions& usual, std::span<const GroupSpec> groups,
                                   const ParamLayout& layout, const kernels::KernelTable<float>& kernels) {
  check_groups(groups);
  optimizers_.emplace_back(usual, layout, kernels);
  places_.resize(blocks().size());
  std::vector<std::uint8_t> placed(places_.size(), 0);
  std::vector<std::string> names = {""};
  for (const GroupSpec& group : groups) {
    Place place{0, {static_cast<float>(group.rate), static_cast<float>(group.weight_decay)}, group.frozen};
    const auto known = std::find(names.begin(), names.end(), group.optimizer);
    place.optimizer = static_cast<std::size_t>(known - names.begin());
    if (known == names.end()) {
      names.push_back(group.optimizer);
      optimizers_.emplace_back(options_of(group.optimizer, usual), layout, kernels);
    }
    const auto members = blocks_that_fit(std::span(&group.parameters, 1), layout);
    for (std::size_t b = 0; b < members.size(); ++b) {
      if (members[b] == 0 || placed[b] != 0) continue;
      places_[b] = place;
      placed[b] = 1;
    }
  }
}

void GroupedOptimizer::begin_step(double lr, double grad_scale) noexcept {
  for (Optimizer& optimizer : optimizers_) optimizer.begin_step(lr, grad_scale);
}

void GroupedOptimizer::update_block(std::size_t block, float* params, const float* grads) noexcept {
  const Place& place = places_[block];
  if (!place.frozen) optimizers_[place.optimizer].update_block(block, params, grads, place.options);
}

void GroupedOptimizer::save(std::map<std::string, std::vector<float>>& arrays,
                            std::map<std::string, std::string>& state) const {
  for (std::size_t i = 0; i < optimizers_.size(); ++i) optimizers_[i].save(arrays, state, prefix(i));
}

void GroupedOptimizer::load(const std::map<std::string, std::vector<float>>& arrays,
                            const std::map<std::string, std::string>& state) {
  for (std::size_t i = 0; i < optimizers_.size(); ++i) optimizers_[i].load(arrays, state, prefix(i));
}

}  // namespace fpcpu
