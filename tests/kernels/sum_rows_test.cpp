// SPDX-License-Identifier: MIT
// The order in which the rows of slices are summed, and that every instruction set keeps it to the last bit.
#include <doctest/doctest.h>

#include <cstring>

#include "kernels/guarded.hpp"

using namespace fpcpu::testing;
using fpcpu::Isa;
using fpcpu::kernels::eigen_table;
using fpcpu::kernels::float_table;

namespace {

// Around a vector of every instruction set, and around the blocks of 512 values that a tree is summed in.
constexpr std::size_t kLengths[] = {0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 100, 511, 512, 513, 1029};
constexpr int kCounts[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 15, 16, 17, 31, 33};

/// The definition once more, a value at a time: halves, the smaller one first.
template <class T>
T tree(const T* first, std::size_t stride, int count) {
  if (count == 1) return *first;
  const int left = count / 2;
  return tree(first, stride, left) + tree(first + static_cast<std::size_t>(left) * stride, stride, count - left);
}

template <class T>
bool same_bits(const T* a, const T* b, std::size_t n) {
  return n == 0 || std::memcmp(a, b, n * sizeof(T)) == 0;
}

template <class T, class Table>
void check_tree(const Table& table) {
  for (const std::size_t n : kLengths) {
    CAPTURE(n);
    const std::size_t stride = n + 5;
    const std::vector<float> values = random_values(33 * stride, 5);
    const std::vector<T> rows(values.begin(), values.end());
    for (const int count : kCounts) {
      CAPTURE(count);
      std::vector<T> want(n);
      for (std::size_t i = 0; i < n; ++i) want[i] = tree(rows.data() + i, stride, count);
      const Guarded<T> found(n);
      std::fill_n(found.data(), n, static_cast<T>(kNan));
      table.sum_rows(rows.data(), stride, count, found.data(), n);
      CHECK(same_bits(found.data(), want.data(), n));
      CHECK(found.intact());
    }
    const Guarded<T> nothing(n);
    std::fill_n(nothing.data(), n, static_cast<T>(kNan));
    table.sum_rows(rows.data(), stride, 0, nothing.data(), n);
    CHECK(std::all_of(nothing.data(), nothing.data() + n, [](T v) { return v == T(0); }));
    CHECK(nothing.intact());
  }
}

}  // namespace

TEST_CASE("rows are summed in a tree of halves, to the last bit on every instruction set") {
  check_tree<double>(eigen_table<double>());
  for (const Isa isa : isas()) {
    INFO("isa ", to_string(isa));
    check_tree<float>(float_table(isa));
  }
}

TEST_CASE("the order matters to the last bits of the values that the tests sum") {
  constexpr std::size_t kLength = 100;
  const std::vector<float> rows = random_values(8 * kLength, 5);
  std::vector<float> in_turn(kLength, 0.0F);
  for (std::size_t r = 0; r < 8; ++r) {
    for (std::size_t i = 0; i < kLength; ++i) in_turn[i] += rows[r * kLength + i];
  }
  std::vector<float> found(kLength);
  eigen_table<float>().sum_rows(rows.data(), kLength, 8, found.data(), kLength);
  CHECK_FALSE(same_bits(found.data(), in_turn.data(), kLength));
}

TEST_CASE("processes that hold equal runs of rows add their sums to the bits of the whole") {
  constexpr std::size_t kLength = 529;
  for (const Isa isa : isas()) {
    INFO("isa ", to_string(isa));
    const auto& table = float_table(isa);
    for (const int processes : {2, 4, 8}) {
      for (const int each : {1, 2, 3, 4, 5, 7}) {
        CAPTURE(processes);
        CAPTURE(each);
        const int count = processes * each;
        const std::vector<float> rows = random_values(static_cast<std::size_t>(count) * kLength, 6);
        std::vector<float> whole(kLength);
        table.sum_rows(rows.data(), kLength, count, whole.data(), kLength);
        std::vector<float> parts(static_cast<std::size_t>(processes) * kLength);
        for (std::size_t p = 0; p < static_cast<std::size_t>(processes); ++p) {
          table.sum_rows(rows.data() + p * static_cast<std::size_t>(each) * kLength, kLength, each,
                         parts.data() + p * kLength, kLength);
        }
        std::vector<float> joined(kLength);
        table.sum_rows(parts.data(), kLength, processes, joined.data(), kLength);
        CHECK(same_bits(joined.data(), whole.data(), kLength));
      }
    }
  }
}
