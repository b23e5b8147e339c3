// SPDX-License-Identifier: MIT
#pragma once

#include "data/synth/canvas.hpp"

namespace fpcpu::synth {

/// A straight piece of wire, hair or finger with round ends, `half` pixels thick each way; a and b in pixels.
void stroke(Canvas& canvas, Vec3 a, Vec3 b, float half, Vec3 colour, float opacity);

}  // namespace fpcpu::synth
