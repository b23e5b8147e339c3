// SPDX-License-Identifier: MIT
#include "optim/optimizer.hpp"

#include <algorithm>
#include <cmath>

#include "core/foreign_text.hpp"
#include "core/nearest.hpp"
#include "fpcpu/error.hpp"
#include "optim/saved_state.hpp"

namespace fpcpu {

namespace {

const OptimizerRecipe& find(std::string_view name) {
  for (const OptimizerRecipe& recipe : optimizers()) {
    if (recipe.name == name) return recipe;
  }
  throw Error(ErrorCode::usage, "unknown optimizer '" + excerpt(name) + "'." + suggest(name, optimizer_names()));
}

bool is_kept(Moment moment, double momentum) noexcept {
  return moment == Moment::always || (moment == Moment::with_momentum && momentum > 0);
}

/// Powers in double, but of the rounded factors that the kernel multiplies with: 1 - float(0.999) is 1.3e-5 off 0.001,
/// and the correction must undo what the kernel did.
void correct_bias(kernels::OptimizerUpdate<float>& update, std::int64_t updates) noexcept {
  const double t = static_cast<double>(updates);
  update.bias1 = static_cast<float>(1.0 - std::pow(static_cast<double>(update.momentum), t));
  update.bias2 = static_cast<float>(1.0 - std::pow(static_cast<double>(update.beta2), t));
}

void require(bool ok, const char* what, double value, const char* expected) {
  if (ok) return;
  throw Error(ErrorCode::usage,
              std::string("optimizer: ") + what + " is " + std::to_string(value) + ", expected " + expected + ".");
}

}  // namespace

std::vector<std::string_view> optimizer_names() {
  std::vector<std::string_view> names;
  for (const OptimizerRecipe& recipe : optimizers()) names.push_back(recipe.name);
  return names;
}

OptimizerOptions optimizer_defaults(std::string_view name) {
  const OptimizerRecipe& r = find(name);
  return {.name = std::string(name),
          .momentum = r.momentum,
          .beta2 = r.beta2,
          .eps = r.eps,
          .weight_decay = r.weight_decay};
}

double usual_lr(std::string_view name) { return find(name).lr; }

Optimizer::Optimizer(const OptimizerOptions& options, const ParamLayout& layout,
                     const kernels::KernelTable<float>& kernels)
    : options_(options),
      recipe_(find(options.name)),
      update_(recipe_.update(kernels)),
      blocks_(make_update_blocks(layout)),
      updates_(blocks_.size(), 0) {
  require(options.momentum >= 0 && options.momentum < 1, "momentum", options.momentum, "0 <= momentum < 1");
  require(options.beta2 >= 0 && options.beta2 < 1, "beta2", options.beta2, "0 <= beta2 < 1");
  require(options.eps >= 0, "eps", options.eps, "0 or more");
  require(options.weight_decay >= 0, "weight decay", options.weight_decay, "0 or more");
  require(options.l1 >= 0, "l1", options.l1, "0 or more");
  if (is_kept(recipe_.m, options.momentum)) m_ = AlignedBuffer<float>(layout.trainable_size());
  if (is_kept(recipe_.v, options.momentum)) v_ = AlignedBuffer<float>(layout.trainable_size());
  step_.momentum = static_cast<float>(options.momentum);
  step_.beta2 = static_cast<float>(options.beta2);
  step_.eps = static_cast<float>(options.eps);
  step_.nesterov = recipe_.nesterov;
}

void Optimizer::begin_step(double lr, double grad_scale) noexcept {
  ++steps_;
  step_.lr = static_cast<float>(lr);
  step_.grad_scale = static_cast<float>(grad_scale);
  correct_bias(step_, steps_);
}

void Optimizer::update_block(std::size_t block, float* params, const float* grads, BlockOptions own) noexcept {
  const UpdateBlock& range = blocks_[block];
  kernels::OptimizerUpdate<float> update = step_;
  const std::int64_t updates = ++updates_[block];
  if (updates != steps_) correct_bias(update, updates);
  update.lr *= own.rate;
  update.w = params + range.begin;
  update.grad = grads + range.begin;
  update.m = m_.size() == 0 ? nullptr : m_.data() + range.begin;
  update.v = v_.size() == 0 ? nullptr : v_.data() + range.begin;
  update.n = range.end - range.begin;
  if (range.decay) {
    const float decay = own.weight_decay < 0 ? static_cast<float>(options_.weight_decay) : own.weight_decay;
    (recipe_.decoupled_decay ? update.decoupled : update.l2) = decay;
    update.l1 = static_cast<float>(options_.l1);
  }
  update_(update);
}

void Optimizer::save(std::map<std::string, std::vector<float>>& arrays, std::map<std::string, std::string>& state,
                     const std::string& prefix) const {
  if (m_.size() != 0) saved_state::put(arrays, prefix + ".m", m_);
  if (v_.size() != 0) saved_state::put(arrays, prefix + ".v", v_);
  saved_state::put(state, prefix + ".steps", steps_);
  const bool all = std::all_of(updates_.begin(), updates_.end(), [&](std::int64_t n) { return n == steps_; });
  if (!all) saved_state::put(state, prefix + ".updates", updates_);
}

void Optimizer::load(const std::map<std::string, std::vector<float>>& arrays,
                     const std::map<std::string, std::string>& state, const std::string& prefix) {
  if (m_.size() != 0) saved_state::get(arrays, prefix + ".m", m_);
  if (v_.size() != 0) saved_state::get(arrays, prefix + ".v", v_);
  steps_ = saved_state::get_count(state, prefix + ".steps", saved_state::kMostSteps);
  std::fill(updates_.begin(), updates_.end(), steps_);
  const std::string updates = prefix + ".updates";
  if (state.contains(updates)) saved_state::get_counts(state, updates, updates_, steps_);
}

}  // namespace fpcpu
