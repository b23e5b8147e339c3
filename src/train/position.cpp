#include "train/position.hpp"

#include <cstdint>

namespace fpcpu {

void Position::save(saved_state::Texts& state) const {
  saved_state::put(state, "epoch", std::int64_t{epoch});
  saved_state::put(state, "batch", std::int64_t{batch});
  saved_state::put(state, "undone", std::int64_t{undone});
  saved_state::put(state, "best_epoch", std::int64_t{best_epoch});
  saved_state::put(state, "loss_sum", loss_sum);
  saved_state::put(state, "mse_sum", mse_sum);
  saved_state::put(state, "setup_seconds", setup_seconds);
  saved_state::put(state, "seconds", seconds);
  saved_state::put(state, "budget", budget);
  saved_state::put(state, "epoch_seconds", epoch_seconds);
  saved_state::put(state, "best_error", best_error);
}

void Position::load(const saved_state::Texts& state) {
  epoch = static_cast<int>(saved_state::get_integer(state, "epoch"));
  batch = static_cast<int>(saved_state::get_integer(state, "batch"));
  undone = static_cast<int>(saved_state::get_integer(state, "undone"));
  best_epoch = static_cast<int>(saved_state::get_integer(state, "best_epoch"));
  loss_sum = saved_state::get_number(state, "loss_sum");
  mse_sum = saved_state::get_number(state, "mse_sum");
  setup_seconds = saved_state::get_number(state, "setup_seconds");
  seconds = saved_state::get_number(state, "seconds");
  budget = saved_state::get_number(state, "budget");
  epoch_seconds = saved_state::get_number(state, "epoch_seconds");
  best_error = saved_state::get_number(state, "best_error");
}

}  // namespace fpcpu
