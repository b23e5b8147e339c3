// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "core/rng.hpp"
#include "data/synth/vector.hpp"

namespace fpcpu::synth {

/// Everything that makes one face what it is. Lengths in mm; the origin lies between the eyes.
struct Face {
  std::uint32_t texture_seed = 0;
  // head
  float width = 1;        // of the head, relative
  float jaw = 1;          // of the lower half, relative
  float chin = 0;         // the chin lies this much lower
  float forehead = 0;     // the top lies this much higher
  float plumpness = 0;    // of the cheeks
  float bend = 0;         // no face is symmetric: every place is moved by up to this
  float flatness = 0.3F;  // of the front: 0 = an ellipse seen from above, 1 = a wall
  // eyes
  float eye_x = 32.5F;
  float eye_half = 14;  // half of its width
  float eye_tilt = 0.05F;
  float eye_upper = 6;  // height of the lids over the corners when open
  float eye_lower = 3.5F;
  float eye_open[2] = {1, 1};
  float gaze_x = 0;
  float gaze_y = 0;
  float iris = 6;
  float crease = 0.5F;  // how dark the fold over the eye is
  float lashes = 0.6F;
  float bags = 0;
  Vec3 eye_shadow{1, 1, 1};  // colour of the lids relative to the skin
  Vec3 iris_colour;
  // brows
  float brow_inner_x = 14;
  float brow_inner_y = -17;
  float brow_outer_x = 60;
  float brow_outer_y = -13;
  float brow_arch = 3;
  float brow_thickness = 4;
  float brow_strength = 0.7F;
  float brow_lift[2] = {0, 0};
  // nose
  float nose_y = 36;
  float nose_height = 19;
  float nose_half = 16;
  float nose_bridge = 6;
  float nose_shift = 0;    // the tip lies this much to the right
  float nostril_drop = 8;  // from the tip
  float nostril_size = 1;
  float nostril_dark = 0.9F;
  // mouth
  float mouth_y = 71;
  float mouth_half = 26;
  float mouth_open = 0;
  float smile = 0;
  float mouth_shift = 0;  // a crooked mouth: its middle lies this much to the right ...
  float mouth_slant = 0;  // ... and its right corner this much lower than the middle
  float lip_upper = 5;
  float lip_lower = 7;
  Vec3 lip_colour;
  // skin
  Vec3 skin;
  float blush = 0.3F;
  float mottle = 0.05F;
  float freckles = 0;
  float wrinkles = 0;
  float gloss = 0.2F;
  float stubble = 0;  // 0 none .. 1 full beard
  float beard_length = 0;
  float moustache = 0;
  // hair
  Vec3 hair;
  float hairline = -62;
  float hair_side = 0;  // hair in front of the ears reaches this far down
  float hair_volume = 10;
  float hair_part = 0;                     // makes the hairline lopsided
  float fringe = 0;                        // 0 none .. 1 down to the brows
  float long_hair = 0;                     // length of the hair beside the face, 0 none
  float hair_opening[2] = {0.36F, 0.36F};  // it begins so far left and right of the front, in half turns
  float curls = 0;
  bool bald = false;
  bool hat = false;
  bool scarf = false;  // a hat that covers sides and neck as well
  float brim = 0;      // its length, 0 none
  bool brim_around = false;
  float brim_tilt = 0;
  Vec3 hat_colour;
  Vec3 hat_second;  // its bands
  float hat_bands = 0;
  float hat_slant = 0;
  // things
  bool glasses = false;
  bool dark_lenses = false;
  Vec3 lens_colour;
  float lens_opacity = 0.9F;
  float glass_width = 26;
  float glass_height = 20;
  float glass_round = 0.5F;
  float glass_thickness = 2;
  Vec3 glass_colour;
  Vec3 clothes;
  Vec3 clothes_second;
  float collar = 150;
};

[[nodiscard]] Face draw_face(Rng& rng);

/// The lids of the eye on one side of the picture (0 left, 1 right), as heights over the face at e = -1 (inner corner)
/// .. 1 (outer corner).
struct Lids {
  float upper;
  float lower;
};
[[nodiscard]] Lids lids(const Face& face, int side, float e) noexcept;

/// Inner and outer edges of the lips at m = -1 (left corner) .. 1 (right corner).
struct Lips {
  float upper_outer;
  float upper_inner;
  float lower_inner;
  float lower_outer;
};
[[nodiscard]] Lips lips(const Face& face, float m) noexcept;

/// Height of the middle of the brow on one side of the picture at t = 0 (inner end) .. 1 (outer end).
[[nodiscard]] float brow_y(const Face& face, int side, float t) noexcept;

}  // namespace fpcpu::synth
