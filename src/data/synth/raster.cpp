// SPDX-License-Identifier: MIT
#include "data/synth/raster.hpp"

#include <cmath>

namespace fpcpu::synth {

void HitBuffer::draw(const Mesh& mesh) {
  const auto columns = static_cast<std::size_t>(mesh.columns);
  for (int r = 0; r + 1 < mesh.rows; ++r) {
    for (int c = 0; c + 1 < mesh.columns; ++c) {
      const Vertex* v = mesh.vertices.data() + static_cast<std::size_t>(r) * columns + static_cast<std::size_t>(c);
      draw_triangle(mesh.part, v[0], v[1], v[columns]);
      draw_triangle(mesh.part, v[1], v[columns + 1], v[columns]);
    }
  }
}

void HitBuffer::draw_triangle(Part part, const Vertex& a, const Vertex& b, const Vertex& c) {
  // Sample (i,j) of the buffer lies at picture position ((i + 0.5) / kGrid - 0.5, ...).
  const auto to_grid = [](float v) { return (v + 0.5F) * kGrid - 0.5F; };
  const float ax = to_grid(a.screen.x), ay = to_grid(a.screen.y);
  const float bx = to_grid(b.screen.x), by = to_grid(b.screen.y);
  const float cx = to_grid(c.screen.x), cy = to_grid(c.screen.y);
  const float area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
  // Closed surfaces show their front only; a curtain of hair has an inside, a brim an underside.
  if (part == Part::long_hair || part == Part::brim ? std::abs(area) < 1e-6F : area < 1e-6F) return;
  const int x0 = std::max(0, static_cast<int>(std::ceil(std::min({ax, bx, cx}))));
  const int x1 = std::min(width_ - 1, static_cast<int>(std::floor(std::max({ax, bx, cx}))));
  const int y0 = std::max(0, static_cast<int>(std::ceil(std::min({ay, by, cy}))));
  const int y1 = std::min(height_ - 1, static_cast<int>(std::floor(std::max({ay, by, cy}))));
  if (x0 > x1 || y0 > y1) return;
  const float inverse_area = 1 / area;
  const float b_step = (cy - ay) * inverse_area;
  const float c_step = -(by - ay) * inverse_area;
  for (int y = y0; y <= y1; ++y) {
    const float py = static_cast<float>(y) - ay;
    const float px = static_cast<float>(x0) - ax;
    float wb = px * b_step - (cx - ax) * py * inverse_area;
    float wc = px * c_step + (bx - ax) * py * inverse_area;
    Hit* hit =
        hits_.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x0);
    for (int x = x0; x <= x1; ++x, ++hit, wb += b_step, wc += c_step) {
      const float wa = 1 - wb - wc;
      if (wa < 0 || wb < 0 || wc < 0) continue;
      const float depth = wa * a.screen.z + wb * b.screen.z + wc * c.screen.z;
      if (depth <= hit->depth) continue;
      *hit = {depth, part, a.normal * wa + b.normal * wb + c.normal * wc, a.site * wa + b.site * wb + c.site * wc};
    }
  }
}

}  // namespace fpcpu::synth
