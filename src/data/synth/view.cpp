// SPDX-License-Identifier: MIT
#include "data/synth/view.hpp"

#include <numbers>

namespace fpcpu::synth {

namespace {

constexpr float kPi = std::numbers::pi_v<float>;

// The neck joint, around which a head turns.
constexpr Vec3 kPivot{0, 90, -95};

/// Normals from the neighbours in the grid; closed grids meet themselves at the back, where nobody looks.
void finish(Mesh& mesh, const View& view, std::vector<Vec3>& positions) {
  const auto at = [&](int r, int c) {
    r = std::clamp(r, 0, mesh.rows - 1);
    c = std::clamp(c, 0, mesh.columns - 1);
    return positions[static_cast<std::size_t>(r) * static_cast<std::size_t>(mesh.columns) +
                     static_cast<std::size_t>(c)];
  };
  for (int r = 0; r < mesh.rows; ++r) {
    for (int c = 0; c < mesh.columns; ++c) {
      const Vec3 across = at(r, c + 1) - at(r, c - 1);
      const Vec3 down = at(r + 1, c) - at(r - 1, c);
      mesh.at(r, c).normal = view.turn(unit(cross(across, down)));
      mesh.at(r, c).screen = view.project(at(r, c));
    }
  }
}

Mesh make_mesh(Part part, int rows, int columns) {
  Mesh mesh{part, rows, columns, {}};
  mesh.vertices.resize(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
  return mesh;
}

}  // namespace

View::View(float yaw, float pitch, float roll, float camera_distance) : distance_(camera_distance) {
  const float cy = std::cos(yaw), sy = std::sin(yaw);
  const float cp = std::cos(pitch), sp = std::sin(pitch);
  const float cr = std::cos(roll), sr = std::sin(roll);
  // First yaw, then pitch, then roll. With yaw the front (0,0,1) goes to (sin yaw, 0, cos yaw).
  const Vec3 right{cy, 0, sy};
  const Vec3 down{-sp * sy, cp, sp * cy};
  rows_[0] = right * cr - down * sr;
  rows_[1] = right * sr + down * cr;
  rows_[2] = {-cp * sy, -sp, cp * cy};
}

Vec3 View::turn(Vec3 d) const noexcept { return {dot(rows_[0], d), dot(rows_[1], d), dot(rows_[2], d)}; }

Vec3 View::project(Vec3 position) const noexcept {
  const Vec3 p = turn(position - kPivot) + kPivot;
  const float k = distance_ / (distance_ - p.z);
  return {p.x * k * scale_ + offset_x_, p.y * k * scale_ + offset_y_, p.z};
}

Vec3 View::position(Vec3 projected) const noexcept {
  const float k = (distance_ - projected.z) / (distance_ * scale_);
  return {(projected.x - offset_x_) * k, (projected.y - offset_y_) * k, projected.z};
}

void View::frame(float left, float top, float side, float pixels) noexcept {
  scale_ = pixels / side;
  offset_x_ = -left * scale_ - 0.5F;
  offset_y_ = -top * scale_ - 0.5F;
}

Mesh head_mesh(const Head& head, const View& view) {
  constexpr int kRows = 64;
  constexpr int kColumns = 58;
  Mesh mesh = make_mesh(Part::head, kRows, kColumns);
  std::vector<Vec3> positions(mesh.vertices.size());
  for (int c = 0; c < kColumns; ++c) {
    // Columns crowd in the front, where the nose is: u = 0.45 t + 0.55 t^3 of a half turn.
    const float t = 2 * static_cast<float>(c) / (kColumns - 1) - 1;
    const float u = kPi * (0.45F * t + 0.55F * t * t * t);
    const Vec3 outward{std::sin(u), 0, std::cos(u)};
    for (int r = 0; r < kRows; ++r) {
      const float s = static_cast<float>(r) / (kRows - 1);
      const float y = mix(head.top() + 0.01F, head.bottom() - 0.01F, 0.75F * s + 0.25F * s * s * (3 - 2 * s));
      const float x = head.half_width(y) * std::sin(u);
      const float cover = head.hair_cover(u, x, y, 6, 0);
      const float lump = 1 + 0.4F * noise(u * 4, y * 0.05F, head.face().texture_seed ^ 5U);
      const float thickness =
          cover * head.face().hair_volume * (head.face().hat ? 1.0F : lump) * mix(0.3F, 1, smooth_step(60, -30, y));
      const Vec3 up{0, smooth_step(-70, head.top(), y) * -1.2F, 0};
      const auto i = static_cast<std::size_t>(r * kColumns + c);
      positions[i] = head.at(u, y) + (outward + up) * thickness;
      mesh.vertices[i].site = {u, x, y};
    }
  }
  finish(mesh, view, positions);
  return mesh;
}

Mesh long_hair_mesh(const Head& head, const View& view) {
  constexpr int kRows = 28;
  constexpr int kColumns = 56;
  const Face& f = head.face();
  Mesh mesh = make_mesh(Part::long_hair, kRows, kColumns);
  std::vector<Vec3> positions(mesh.vertices.size());
  for (int r = 0; r < kRows; ++r) {
    const float s = static_cast<float>(r) / (kRows - 1);
    const float y = mix(head.top() + 12, f.long_hair, s);
    const float width = std::max(head.half_width(std::clamp(y, -60.0F, 10.0F)) + f.hair_volume * 0.8F,
                                 mix(78, 92, smooth_step(20, 160, y))) *
                        smooth_step(head.top() - 10, -70, y);
    for (int c = 0; c < kColumns; ++c) {
      const float u = kPi * mix(f.hair_opening[1], 2 - f.hair_opening[0], static_cast<float>(c) / (kColumns - 1));
      const float wave =
          1 + 0.05F * noise(u * 5, y * 0.02F, f.texture_seed ^ 9U) + 0.05F * f.curls * std::sin(y * 0.12F + 3 * u);
      const auto i = static_cast<std::size_t>(r * kColumns + c);
      positions[i] = {width * wave * std::sin(u), y, Head::kMiddleZ + width * wave * 1.05F * std::cos(u)};
      mesh.vertices[i].site = {u, positions[i].x, y};
    }
  }
  finish(mesh, view, positions);
  return mesh;
}

Mesh brim_mesh(const Head& head, const View& view) {
  constexpr int kRows = 5;
  constexpr int kColumns = 33;
  const Face& f = head.face();
  Mesh mesh = make_mesh(Part::brim, kRows, kColumns);
  std::vector<Vec3> positions(mesh.vertices.size());
  const float reach = f.brim_around ? kPi : 1.2F;  // a peak is in front only
  for (int c = 0; c < kColumns; ++c) {
    const float t = 2 * static_cast<float>(c) / (kColumns - 1) - 1;
    const float u = reach * t;
    const Vec3 root = head.at(u, Head::kHatLine);
    const Vec3 outward{std::sin(u), 0, std::cos(u)};
    for (int r = 0; r < kRows; ++r) {
      const float s = static_cast<float>(r) / (kRows - 1);
      const float length = f.brim * s * (f.brim_around ? 1.0F : std::sqrt(std::max(0.0F, 1 - t * t)));
      const float drop = f.brim_tilt * length + (f.brim_around ? 0.0F : 0.1F * f.brim * t * t);
      const auto i = static_cast<std::size_t>(r * kColumns + c);
      positions[i] = root + outward * (length + 2) + Vec3{0, drop - 4, 0};
      mesh.vertices[i].site = {u, positions[i].x, positions[i].z};
    }
  }
  finish(mesh, view, positions);
  return mesh;
}

Mesh body_mesh(const Head& head, const View& view) {
  constexpr int kRows = 24;
  constexpr int kColumns = 28;
  Mesh mesh = make_mesh(Part::body, kRows, kColumns);
  std::vector<Vec3> positions(mesh.vertices.size());
  const float neck = 47 * head.face().width * (0.7F + 0.3F * head.face().jaw);
  for (int r = 0; r < kRows; ++r) {
    const float y = mix(70, 330, static_cast<float>(r) / (kRows - 1));
    const float shoulders = smooth_step(142, 215, y);
    const float width = neck + 8 * smooth_step(110, 150, y) + 150 * shoulders;
    const float depth = 46 + 8 * smooth_step(110, 150, y) + 40 * shoulders;
    for (int c = 0; c < kColumns; ++c) {
      const float u = kPi * mix(-0.6F, 0.6F, static_cast<float>(c) / (kColumns - 1));
      const auto i = static_cast<std::size_t>(r * kColumns + c);
      positions[i] = {width * std::sin(u), y, -88 + depth * std::cos(u)};
      mesh.vertices[i].site = {u, positions[i].x, y};
    }
  }
  finish(mesh, view, positions);
  return mesh;
}

}  // namespace fpcpu::synth
