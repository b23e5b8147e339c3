// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/synth/vector.hpp"

namespace fpcpu::synth {

/// What a visible surface belongs to.
enum class Part : std::uint8_t { none, head, long_hair, body, brim };
inline constexpr std::size_t kParts = 5;

/// A corner of the mesh in the picture: position in pixels with depth, and what the painter needs there.
struct Vertex {
  Vec3 screen;  // z grows towards the viewer
  Vec3 normal;
  Vec3 site;  // u (radians), x, y on the undistorted surface
};

/// A grid of vertices, rows x columns, that makes (rows-1) x (columns-1) quads.
struct Mesh {
  Part part = Part::none;
  int rows = 0;
  int columns = 0;
  std::vector<Vertex> vertices;

  [[nodiscard]] Vertex& at(int r, int c) noexcept {
    return vertices[static_cast<std::size_t>(r) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(c)];
  }
};

/// What was hit at one of the kGrid x kGrid sample positions of a pixel.
struct Hit {
  float depth = -1e30F;
  Part part = Part::none;
  Vec3 normal;
  Vec3 site;
};

/// Depth buffer with 2x2 samples per pixel: enough to smooth outlines, while colours are computed once per pixel.
class HitBuffer {
 public:
  static constexpr int kGrid = 2;

  HitBuffer(int width, int height)
      : width_(width * kGrid),
        height_(height * kGrid),
        hits_(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_)) {}

  void draw(const Mesh& mesh);
  [[nodiscard]] const Hit& at(int x, int y) const noexcept {
    return hits_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x)];
  }

 private:
  void draw_triangle(Part part, const Vertex& a, const Vertex& b, const Vertex& c);

  int width_;
  int height_;
  std::vector<Hit> hits_;
};

}  // namespace fpcpu::synth
