// SPDX-License-Identifier: MIT
#include "data/synth/scene.hpp"

#include <array>
#include <numbers>

#include "data/synth/canvas.hpp"
#include "data/synth/light.hpp"
#include "data/synth/paint.hpp"

namespace fpcpu::synth {

namespace {

/// A face, its pose and the window of the picture. Drawn from the first numbers of the stream, so that the points are
/// known without painting anything.
struct Setting {
  Head head;
  View head_view;
  View body_view;
  std::array<Vec3, 14> points;
};

Setting draw_setting(Rng& rng, int size) {
  Setting s{Head(draw_face(rng)), {}, {}, {}};
  const auto angle = [&](float deviation, float limit) {
    return std::clamp(deviation * rng.normal(), -limit, limit) * std::numbers::pi_v<float> / 180;
  };
  const float yaw = angle(19, 45);
  const float pitch = angle(11, 30);
  const float roll = angle(8, 28);
  const float distance = rng.uniform(450, 1600);
  s.head_view = View(yaw, pitch, roll, distance);
  s.body_view = View(0.35F * yaw, 0, 0.3F * roll, distance);
  const std::array<Vec3, 14> surface = landmark_positions(s.head);
  float left = 1e9F, right = -1e9F, top = 1e9F, bottom = -1e9F;
  for (const Vec3& p : surface) {
    const Vec3 q = s.head_view.project(p);
    left = std::min(left, q.x);
    right = std::max(right, q.x);
    top = std::min(top, q.y);
    bottom = std::max(bottom, q.y);
  }
  const float side = rng.uniform(1.45F, 1.75F) * std::max(right - left, bottom - top);
  const float window_left = 0.5F * (left + right) - 0.5F * side + rng.uniform(-0.04F, 0.04F) * side;
  const float window_top = 0.5F * (top + bottom) + (0.05F - 0.5F) * side + rng.uniform(-0.04F, 0.04F) * side;
  const auto pixels = static_cast<float>(size);
  s.head_view.frame(window_left, window_top, side, pixels);
  s.body_view.frame(window_left, window_top, side, pixels);
  for (std::size_t k = 0; k < surface.size(); ++k) s.points[k] = s.head_view.project(surface[k]);
  return s;
}

/// All that is needed to colour what a sample hit.
struct Scene {
  const Setting& setting;
  const Light& light;
  const ShadowMap& shadows;
  float blur;  // mm
};

Material material_at(const Scene& scene, const Hit& hit) {
  const Head& head = scene.setting.head;
  const float u = hit.site.x;
  switch (hit.part) {
    case Part::head:
      return paint_head(head, u, hit.site.y, hit.site.z, scene.blur);
    case Part::long_hair:
      return paint_hair(head, u, hit.site.z);
    case Part::body:
      return paint_body(head, u, hit.site.y, hit.site.z, scene.blur);
    case Part::brim:
      return paint_hat(head, hit.site.y, hit.site.z);
    case Part::none:
      break;
  }
  return {};
}

Vec3 colour_at(const Scene& scene, const Hit& hit, float px, float py) {
  Material m = material_at(scene, hit);
  Vec3 normal = hit.normal;
  if (normal.z < 0) {  // the inside of a curtain of hair, the underside of a brim, the rim of an outline
    normal = normal * -1;
    m.shade *= 0.35F;
    m.colour = m.colour * 0.6F;
  }
  return shine(m, normal, scene.setting.head_view.position({px, py, hit.depth}), scene.light, scene.shadows);
}

/// One colour per part that a pixel shows, weighted by the samples it takes.
Vec3 resolve(const HitBuffer& hits, int px, int py, const Scene& scene, Vec3 behind) {
  std::array<Hit, kParts> sums{};
  std::array<float, kParts> count{};
  for (int j = 0; j < HitBuffer::kGrid; ++j) {
    for (int i = 0; i < HitBuffer::kGrid; ++i) {
      const Hit& hit = hits.at(px * HitBuffer::kGrid + i, py * HitBuffer::kGrid + j);
      const auto part = static_cast<std::size_t>(hit.part);
      // Samples of one part are averaged unless an edge (the side of the nose) lies between them.
      if (count[part] > 0 && std::abs(hit.depth - sums[part].depth) > 12) {
        if (hit.depth > sums[part].depth) {
          const float n = count[part];
          sums[part] = hit;
          sums[part].normal = hit.normal * (n + 1);
          sums[part].site = hit.site * (n + 1);
        } else {
          sums[part].normal = sums[part].normal * ((count[part] + 1) / count[part]);
          sums[part].site = sums[part].site * ((count[part] + 1) / count[part]);
        }
      } else {
        sums[part].depth = hit.depth;
        sums[part].part = hit.part;
        sums[part].normal = sums[part].normal + hit.normal;
        sums[part].site = sums[part].site + hit.site;
      }
      count[part] += 1;
    }
  }
  constexpr float kSamples = HitBuffer::kGrid * HitBuffer::kGrid;
  Vec3 colour = behind * (count[0] / kSamples);
  for (std::size_t part = 1; part < kParts; ++part) {
    if (count[part] == 0) continue;
    sums[part].site = sums[part].site * (1 / count[part]);
    const Vec3 seen = colour_at(scene, sums[part], static_cast<float>(px), static_cast<float>(py));
    colour = colour + seen * (count[part] / kSamples);
  }
  return colour;
}

}  // namespace

Landmarks scene_points(std::uint64_t seed, std::uint64_t index, int size) {
  Rng rng(seed, RandomUse::synth, index);
  const Setting s = draw_setting(rng, size);
  Landmarks marks;
  for (const Vec3& p : s.points) {
    marks.xy.push_back(p.x);
    marks.xy.push_back(p.y);
  }
  marks.visible.assign(s.points.size(), 1.0F);
  return marks;
}

Image render_scene(std::uint64_t seed, std::uint64_t index, int size) {
  Rng rng(seed, RandomUse::synth, index);
  const Setting s = draw_setting(rng, size);
  const Light light = draw_light(rng);
  Canvas canvas(size);
  paint_background(canvas, rng);
  HitBuffer hits(size, size);
  ShadowMap shadows(light.to_key);
  const auto draw = [&](const Mesh& mesh, const View& view) {
    hits.draw(mesh);
    shadows.cast(mesh, view);
  };
  const Face& face = s.head.face();
  draw(body_mesh(s.head, s.body_view), s.body_view);
  if (face.long_hair > 0) draw(long_hair_mesh(s.head, s.head_view), s.head_view);
  if (face.brim > 0) draw(brim_mesh(s.head, s.head_view), s.head_view);
  draw(head_mesh(s.head, s.head_view), s.head_view);
  const Scene scene{s, light, shadows, 1.2F / s.head_view.pixels_per_mm()};
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) canvas.at(x, y) = resolve(hits, x, y, scene, canvas.at(x, y));
  }
  const Vec3 lit = light.key * 0.6F + light.ambient;
  if (face.glasses) draw_glasses(canvas, s.head, s.head_view, 0.3F + light.key.y + light.ambient.y);
  draw_obstacles(canvas, face, rng, lit, light.to_key);
  return develop(std::move(canvas), rng);
}

}  // namespace fpcpu::synth
