// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "streams/target_stream.hpp"

namespace fpcpu {

/// A stream of the data set itself: Dataset::streams()[which].
/// @throws Error{shape} for one without numbers, or one per point that has another number of them.
[[nodiscard]] TargetStream make_offered_stream(const StreamContext& context, std::size_t which);

}  // namespace fpcpu
