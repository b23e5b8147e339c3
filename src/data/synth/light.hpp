// SPDX-License-Identifier: MIT
#pragma once

#include "core/rng.hpp"
#include "data/synth/paint.hpp"
#include "data/synth/shadow.hpp"

namespace fpcpu::synth {

/// One lamp that casts shadows, one weaker lamp that does not, and what comes from the sky and the ground.
/// Directions lead from the scene to the lamp; x right, y down, z to the viewer.
struct Light {
  Vec3 to_key;
  Vec3 key;
  Vec3 to_rim;
  Vec3 rim;
  Vec3 ambient;
  Vec3 bounce;  // from below
  // Leaves, blinds and the like between lamp and scene: patches of so many mm, this much darker.
  float patch_size = 0;
  float patch_depth = 0;
  std::uint32_t patch_seed = 0;
};

[[nodiscard]] Light draw_light(Rng& rng);

/// The colour that the viewer sees of a surface at `position` (mm, camera space) with this normal.
[[nodiscard]] Vec3 shine(const Material& material, Vec3 normal, Vec3 position, const Light& light,
                         const ShadowMap& shadows);

}  // namespace fpcpu::synth
