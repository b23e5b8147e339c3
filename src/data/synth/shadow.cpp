// SPDX-License-Identifier: MIT
#include "data/synth/shadow.hpp"

namespace fpcpu::synth {

namespace {

constexpr int kSide = 48;      // pixels of the buffer, with kGrid x kGrid samples each
constexpr float kReach = 170;  // mm from the middle of the head to the border of the map
constexpr Vec3 kMiddle{0, 20, -60};
constexpr float kBias = 5;  // mm; a mesh is not its smooth surface

}  // namespace

ShadowMap::ShadowMap(Vec3 to_light)
    : right_(unit(cross(std::abs(to_light.y) < 0.9F ? Vec3{0, 1, 0} : Vec3{0, 0, -1}, to_light))),
      down_(cross(to_light, right_)),
      to_light_(to_light),
      nearest_(kSide, kSide) {}

Vec3 ShadowMap::seen(Vec3 position) const noexcept {
  const Vec3 p = position - kMiddle;
  constexpr float kScale = 0.5F * kSide / kReach;
  constexpr float kOffset = 0.5F * kSide - 0.5F;
  return {dot(right_, p) * kScale + kOffset, dot(down_, p) * kScale + kOffset, dot(to_light_, p)};
}

void ShadowMap::cast(const Mesh& mesh, const View& view) {
  Mesh turned = mesh;
  for (Vertex& v : turned.vertices) v.screen = seen(view.position(v.screen));
  nearest_.draw(turned);
}

float ShadowMap::lit(Vec3 position) const noexcept {
  const Vec3 p = seen(position);
  constexpr int kSamples = kSide * HitBuffer::kGrid;
  const float x = std::clamp((p.x + 0.5F) * HitBuffer::kGrid - 0.5F, 0.0F, kSamples - 1.001F);
  const float y = std::clamp((p.y + 0.5F) * HitBuffer::kGrid - 0.5F, 0.0F, kSamples - 1.001F);
  const int i = static_cast<int>(x);
  const int j = static_cast<int>(y);
  // Four neighbours give a soft edge one sample wide.
  const auto free = [&](int u, int v) { return smooth_step(kBias + 4, kBias, nearest_.at(u, v).depth - p.z); };
  const float u = x - static_cast<float>(i);
  const float v = y - static_cast<float>(j);
  return mix(mix(free(i, j), free(i + 1, j), u), mix(free(i, j + 1), free(i + 1, j + 1), u), v);
}

}  // namespace fpcpu::synth
