// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "fpcpu/dataset.hpp"

namespace fpcpu::synth {

/// The points of face `index`, without rendering it.
[[nodiscard]] Landmarks scene_points(std::uint64_t seed, std::uint64_t index, int size);

/// The picture of face `index`, `size` pixels square; 3 channels, or 1 now and then.
[[nodiscard]] Image render_scene(std::uint64_t seed, std::uint64_t index, int size);

}  // namespace fpcpu::synth
