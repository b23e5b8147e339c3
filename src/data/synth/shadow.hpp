// SPDX-License-Identifier: MIT
#pragma once

#include "data/synth/raster.hpp"
#include "data/synth/view.hpp"

namespace fpcpu::synth {

/// What a lamp far away sees: a point that lies behind the nearest surface is in shadow.
class ShadowMap {
 public:
  explicit ShadowMap(Vec3 to_light);

  /// Adds a mesh that `view` has projected.
  void cast(const Mesh& mesh, const View& view);
  /// 0 = in full shadow, 1 = lit. Position in camera space, mm.
  [[nodiscard]] float lit(Vec3 position) const noexcept;

 private:
  [[nodiscard]] Vec3 seen(Vec3 position) const noexcept;

  Vec3 right_;
  Vec3 down_;
  Vec3 to_light_;
  HitBuffer nearest_;
};

}  // namespace fpcpu::synth
