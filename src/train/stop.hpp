// SPDX-License-Identifier: MIT
#pragma once

#include "fpcpu/trainer.hpp"

namespace fpcpu {

/// Thrown where work is given up because the caller wants to stop. Never leaves the room: whoever began the work saves
/// what there is and returns.
struct Interrupted {};

/// A place inside long work where the wish to stop is heard. @throws Interrupted
inline void stop_point(const TrainCallbacks& callbacks) {
  if (callbacks.stop && callbacks.stop()) throw Interrupted{};
}

}  // namespace fpcpu
