// SPDX-License-Identifier: MIT
#pragma once

#include "train/run_writer.hpp"
#include "train/session.hpp"

namespace fpcpu {

/// The end of a training: saves what is unsaved, says what came out of it and writes the report.
/// @param writer  null for a run that leaves nothing behind
[[nodiscard]] TrainResult conclude(Session& session, RunWriter* writer, Dialogue& dialogue, bool interrupted);

}  // namespace fpcpu
