// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

/// The order in which rows are summed that slices of a batch have written, one each: a binary tree of halves.
///
///   sum(rows [0, n)) = sum(rows [0, h)) + sum(rows [h, n)),  h = n / 2 rounded down;  sum(one row) = the row
///
/// A tree depends on the number of its rows only. So whenever n rows are dealt out in runs of n / P to P = 2^k
/// processes, each run is a subtree, and the P sums are added in the tree of P rows, whoever holds them. (With the
/// largest power of two below n on the left, runs would be subtrees only where n / P is a power of two itself: 6 rows
/// of 2 processes would be cut into 4 and 2.)
///
/// The kernels of every instruction set include this file; what they make of it is their own, so that no function
/// compiled with their flags is offered to the rest of the program.
namespace fpcpu::kernels {

/// Rows of the left part of a tree of `count` >= 2.
[[nodiscard, gnu::always_inline]] constexpr int left_rows(int count) noexcept { return count / 2; }

/// Values that are summed together, so that the sums of subtrees stay in the first-level cache.
inline constexpr std::size_t kTreeBlock = 512;

/// Values [at, at + size) of the tree of rows [first, first + count), size <= kTreeBlock.
template <int kFew, class T, class SumFew>
void sum_block_in_tree(int first, int count, std::size_t at, std::size_t size, T* out, const SumFew& sum_few) noexcept {
  if (count <= kFew) return sum_few(first, count, at, size, out);
  const int left = left_rows(count);
  sum_block_in_tree<kFew>(first, left, at, size, out, sum_few);
  T right[kTreeBlock];
  sum_block_in_tree<kFew>(first + left, count - left, at, size, right, sum_few);
  for (std::size_t i = 0; i < size; ++i) out[i] += right[i];
}

/// out[i] = the tree of `count` rows at value i, for i < n.
/// @param sum_few  (first, count, at, size, to) writes values [at, at + size) of the tree of at most kFew >= 1 rows,
///                 or zeros for none, to to[0..size), size <= kTreeBlock
template <int kFew, class T, class SumFew>
void sum_in_tree(int count, T* out, std::size_t n, const SumFew& sum_few) noexcept {
  for (std::size_t at = 0; at < n; at += kTreeBlock) {
    const std::size_t size = n - at < kTreeBlock ? n - at : kTreeBlock;
    sum_block_in_tree<kFew>(0, count, at, size, out + at, sum_few);
  }
}

}  // namespace fpcpu::kernels
