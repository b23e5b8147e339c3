// SPDX-License-Identifier: MIT
#include "data/assignment.hpp"

#include <cstddef>
#include <limits>

namespace fpcpu {

std::vector<int> best_assignment(std::span<const double> cost, int n) {
  const double far = std::numeric_limits<double>::infinity();
  const auto size = static_cast<std::size_t>(n) + 1;
  std::vector<double> row_potential(size, 0);
  std::vector<double> column_potential(size, 0);
  std::vector<std::size_t> row_of(size, 0);  // row_of[column], both counted from 1; column 0 is the entry
  for (std::size_t row = 1; row < size; ++row) {
    std::vector<double> shortest(size, far);
    std::vector<std::size_t> previous(size, 0);
    std::vector<bool> done(size, false);
    std::size_t column = 0;
    row_of[0] = row;
    do {
      done[column] = true;
      const std::size_t r = row_of[column];
      double delta = far;
      std::size_t next = 0;
      for (std::size_t c = 1; c < size; ++c) {
        if (done[c]) continue;
        const double reduced = cost[(r - 1) * (size - 1) + c - 1] - row_potential[r] - column_potential[c];
        if (reduced < shortest[c]) {
          shortest[c] = reduced;
          previous[c] = column;
        }
        if (shortest[c] < delta) {
          delta = shortest[c];
          next = c;
        }
      }
      for (std::size_t c = 0; c < size; ++c) {
        if (done[c]) {
          row_potential[row_of[c]] += delta;
          column_potential[c] -= delta;
        } else {
          shortest[c] -= delta;
        }
      }
      column = next;
    } while (row_of[column] != 0);
    while (column != 0) {
      row_of[column] = row_of[previous[column]];
      column = previous[column];
    }
  }
  std::vector<int> assignment(static_cast<std::size_t>(n));
  for (std::size_t c = 1; c < size; ++c) assignment[row_of[c] - 1] = static_cast<int>(c) - 1;
  return assignment;
}

}  // namespace fpcpu
