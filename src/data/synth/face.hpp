#pragma once

#include <cstdint>

#include "core/rng.hpp"
#include "data/synth/vector.hpp"

namespace fpcpu::synth {

/// Everything that makes one face what it is. Lengths in mm; the origin lies between the eyes.
struct Face {
  std::uint32_t texture_seed = 0;
  // head
  float width = 1;      // of the head, relative
  float jaw = 1;        // of the lower half, relative
  float chin = 0;       // the chin lies this much lower
  float forehead = 0;   // the top lies this much higher
  float plumpness = 0;  // of the cheeks
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
  Vec3 iris_colour;
  // brows
  float brow_inner_x = 14;
  float brow_inner_y = -17;
  float brow_outer_x = 60;
  float brow_outer_y = -13;
  float brow_arch = 3;
  float brow_thickness = 4;
  float brow_strength = 0.7F;
  // nose
  float nose_y = 36;
  float nose_height = 19;
  float nose_half = 16;
  float nose_bridge = 6;
  // mouth
  float mouth_y = 71;
  float mouth_half = 26;
  float mouth_open = 0;
  float smile = 0;
  float lip_upper = 5;
  float lip_lower = 7;
  Vec3 lip_colour;
  // skin
  Vec3 skin;
  float blush = 0.3F;
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
  float hair_part = 0;  // makes the hairline lopsided
  float fringe = 0;     // 0 none .. 1 down to the brows
  float long_hair = 0;  // length of the hair beside the face, 0 none
  float curls = 0;
  bool bald = false;
  bool hat = false;
  Vec3 hat_colour;
  // things
  bool glasses = false;
  bool dark_lenses = false;
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

/// Height of the middle of the brow at t = 0 (inner end) .. 1 (outer end).
[[nodiscard]] float brow_y(const Face& face, float t) noexcept;

}  // namespace fpcpu::synth
