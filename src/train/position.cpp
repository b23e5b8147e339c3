// SPDX-License-Identifier: MIT
#include "train/position.hpp"

#include <cstdint>

#include "fpcpu/error.hpp"

namespace fpcpu {

void TermSums::add(std::span<const double> terms, std::uint32_t active) {
  sums_.resize(terms.size());
  for (std::size_t t = 0; t < terms.size(); ++t) {
    if ((active >> t & 1U) == 0) continue;
    sums_[t].value += terms[t];
    ++sums_[t].steps;
  }
}

std::vector<double> TermSums::means() const {
  std::vector<double> means;
  for (const Sum& sum : sums_) means.push_back(sum.value / sum.steps);
  return means.size() > 1 ? means : std::vector<double>{};
}

void TermSums::save(saved_state::Texts& state) const {
  for (std::size_t t = 0; t < sums_.size() && sums_.size() > 1; ++t) {
    saved_state::put(state, "term_sum" + std::to_string(t), sums_[t].value);
    saved_state::put(state, "term_steps" + std::to_string(t), std::int64_t{sums_[t].steps});
  }
}

void TermSums::load(const saved_state::Texts& state) {
  sums_.clear();
  for (std::string t = "0"; state.contains("term_sum" + t); t = std::to_string(sums_.size())) {
    sums_.push_back({saved_state::get_number(state, "term_sum" + t),
                     static_cast<int>(saved_state::get_count(state, "term_steps" + t, saved_state::kMostEpochs))});
  }
}

void Position::pass_epoch(std::optional<double> best_so_far) {
  ++epoch;
  if (best_so_far) {
    best_error = *best_so_far;
    best_epoch = epoch;
  }
  batch = skipped = 0;
  loss_sum = mse_sum = epoch_seconds = 0;
  terms.clear();
}

void Position::save(saved_state::Texts& state) const {
  saved_state::put(state, "epoch", std::int64_t{epoch});
  saved_state::put(state, "batch", std::int64_t{batch});
  saved_state::put(state, "undone", std::int64_t{skipped});
  saved_state::put(state, "best_epoch", std::int64_t{best_epoch});
  saved_state::put(state, "loss_sum", loss_sum);
  saved_state::put(state, "mse_sum", mse_sum);
  saved_state::put(state, "setup_seconds", setup_seconds);
  saved_state::put(state, "seconds", seconds);
  saved_state::put(state, "budget", budget);
  saved_state::put(state, "epoch_seconds", epoch_seconds);
  saved_state::put(state, "best_error", best_error);
  saved_state::put(state, "waiting_since", std::int64_t{waiting_since});
  saved_state::put(state, "lr", lr);
  terms.save(state);
}

void Position::load(const saved_state::Texts& state) {
  epoch = static_cast<int>(saved_state::get_count(state, "epoch", saved_state::kMostEpochs));
  batch = static_cast<int>(saved_state::get_count(state, "batch", saved_state::kMostEpochs));
  skipped = static_cast<int>(saved_state::get_count(state, "undone", saved_state::kMostEpochs));
  best_epoch = static_cast<int>(saved_state::get_count(state, "best_epoch", saved_state::kMostEpochs));
  loss_sum = saved_state::get_amount(state, "loss_sum");
  mse_sum = saved_state::get_amount(state, "mse_sum");
  setup_seconds = saved_state::get_amount(state, "setup_seconds");
  seconds = saved_state::get_amount(state, "seconds");
  budget = saved_state::get_amount(state, "budget");
  epoch_seconds = saved_state::get_amount(state, "epoch_seconds");
  best_error = saved_state::get_number(state, "best_error");
  if (skipped > batch || best_epoch > epoch) {
    throw Error(ErrorCode::format, "checkpoint: 'undone' or 'best_epoch' lies behind 'batch' or 'epoch'.");
  }
  // Earlier versions did not save these two, and stopped where they do not matter.
  if (state.contains("waiting_since")) {
    waiting_since = static_cast<int>(saved_state::get_count(state, "waiting_since", saved_state::kMostEpochs));
  }
  terms.load(state);
  if (state.contains("lr")) lr = saved_state::get_amount(state, "lr");
}

}  // namespace fpcpu
