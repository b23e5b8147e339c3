// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>

namespace fpcpu {

/// A position as x + iy.
using Complex = std::complex<double>;

/// A map that turns, scales and moves: z -> turn_and_size * (z - from) + to.
struct Similarity {
  Complex turn_and_size = 1;
  Complex from = 0;
  Complex to = 0;
  double spread = 0;  ///< root mean square distance of the points it was fitted to from their middle `from`

  [[nodiscard]] Complex operator()(Complex z) const noexcept { return turn_and_size * (z - from) + to; }
};

/// The similarity that minimises sum over k of weight(k) * |target(k) - map(source(k))|^2: with middles m_s and m_t,
///   turn_and_size = sum w (t - m_t) conj(s - m_s) / sum w |s - m_s|^2
/// Source: Umeyama, IEEE TPAMI 13(4), 1991, in two dimensions, where complex numbers do for matrices.
template <class Source, class Target, class Weight>
[[nodiscard]] Similarity fit_similarity(std::size_t count, const Source& source, const Target& target,
                                        const Weight& weight) noexcept {
  Similarity fit;
  double sum = 0;
  for (std::size_t k = 0; k < count; ++k) {
    sum += weight(k);
    fit.from += weight(k) * source(k);
    fit.to += weight(k) * target(k);
  }
  fit.from /= sum;
  fit.to /= sum;
  Complex cross = 0;
  double square = 0;
  for (std::size_t k = 0; k < count; ++k) {
    cross += weight(k) * (target(k) - fit.to) * std::conj(source(k) - fit.from);
    square += weight(k) * std::norm(source(k) - fit.from);
  }
  fit.turn_and_size = cross / std::max(square, 1e-12);
  fit.spread = std::sqrt(square / sum);
  return fit;
}

}  // namespace fpcpu
