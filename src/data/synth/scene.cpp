#include "data/synth/scene.hpp"

#include <array>
#include <numbers>

#include "data/synth/canvas.hpp"
#include "data/synth/paint.hpp"

namespace fpcpu::synth {

namespace {

struct Light {
  Vec3 to_key;  // direction to the lamp
  Vec3 key;
  Vec3 ambient;
  Vec3 bounce;  // from below
};

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
  const float yaw = angle(17, 45);
  const float pitch = angle(9, 24);
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

Light draw_light(Rng& rng) {
  Light l{};
  const float side = rng.chance(0.3F) ? 1.2F : 0.5F;
  l.to_key = unit({side * rng.normal(), -0.35F + 0.4F * rng.normal(), 0.9F});
  const float warm = 0.12F * rng.normal();
  const float strength = rng.uniform(0.35F, 1.1F);
  l.key = Vec3{1 + warm, 1, 1 - warm} * strength;
  const float fill = std::max(0.12F, rng.uniform(0.75F, 1.0F) - 0.75F * strength);
  const float cool = 0.1F * rng.normal();
  l.ambient = Vec3{1 - cool, 1, 1 + cool} * fill;
  l.bounce = l.ambient * rng.uniform(0.4F, 0.9F);
  return l;
}

Vec3 shine(const Material& m, Vec3 normal, const Light& l) {
  const Vec3 n = unit(normal);
  // Light enters skin and comes out around the corner: the terminator is wrapped by a fifth.
  const float facing = saturate((dot(n, l.to_key) + 0.2F) / 1.2F);
  const Vec3 half = unit(l.to_key + Vec3{0, 0, 1});
  const float base = saturate(dot(n, half));
  const float p2 = base * base;
  const float p4 = p2 * p2;
  const float p16 = p4 * p4 * p4 * p4;
  const Vec3 around = mix(l.ambient, l.bounce, saturate(0.5F + 0.5F * n.y));
  const Vec3 diffuse = m.colour * (l.key * (facing * (0.35F + 0.65F * m.shade)) + around * m.shade);
  return diffuse + l.key * (m.gloss * 0.35F * p16 * facing) + Vec3{1, 1, 1} * m.glow;
}

Vec3 colour_at(const Head& head, const Hit& hit, float blur, const Light& light) {
  const float u = hit.site.x;
  switch (hit.part) {
    case Part::head:
      return shine(paint_head(head, u, hit.site.y, hit.site.z, blur), hit.normal, light);
    case Part::long_hair: {
      Material m = paint_hair(head, u, hit.site.z);
      Vec3 n = hit.normal;
      if (n.z < 0) {  // the inside
        n = n * -1;
        m.shade *= 0.35F;
        m.colour = m.colour * 0.6F;
      }
      return shine(m, n, light);
    }
    case Part::body:
      return shine(paint_body(head, u, hit.site.y, hit.site.z, blur), hit.normal, light);
    case Part::none:
      break;
  }
  return {};
}

/// One colour per part that a pixel shows, weighted by the samples it takes.
Vec3 resolve(const HitBuffer& hits, int px, int py, const Head& head, float blur, const Light& light, Vec3 behind) {
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
    colour = colour + colour_at(head, sums[part], blur, light) * (count[part] / kSamples);
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
  hits.draw(body_mesh(s.head, s.body_view));
  if (s.head.face().long_hair > 0) hits.draw(long_hair_mesh(s.head, s.head_view));
  hits.draw(head_mesh(s.head, s.head_view));
  const float blur = 1.2F / s.head_view.pixels_per_mm();
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) canvas.at(x, y) = resolve(hits, x, y, s.head, blur, light, canvas.at(x, y));
  }
  if (s.head.face().glasses) draw_glasses(canvas, s.head, s.head_view, 0.3F + light.key.y + light.ambient.y);
  return develop(std::move(canvas), rng);
}

}  // namespace fpcpu::synth
