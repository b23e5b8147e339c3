// SPDX-License-Identifier: MIT
#pragma once

#include "data/synth/head.hpp"

namespace fpcpu::synth {

/// What a surface looks like at one site before light falls on it.
struct Material {
  Vec3 colour;      // linear
  float gloss = 0;  // strength of the highlight
  float shade = 1;  // ambient light that reaches it
  float glow = 0;   // added white, for the spark in the eye
};

/// @param blur  width in mm over which edges are softened: about one pixel
[[nodiscard]] Material paint_head(const Head& head, float u, float x, float y, float blur);
[[nodiscard]] Material paint_hair(const Head& head, float u, float y);
/// Cloth of a hat or a scarf at two lengths in mm along it.
[[nodiscard]] Material paint_hat(const Head& head, float a, float b);
[[nodiscard]] Material paint_body(const Head& head, float u, float x, float y, float blur);

/// Eyes and mouth change `m` where they cover (x, y); see features.cpp.
void paint_eye(const Face& face, float x, float y, float blur, Material& m);
void paint_mouth(const Face& face, float x, float y, float blur, Material& m);

}  // namespace fpcpu::synth
