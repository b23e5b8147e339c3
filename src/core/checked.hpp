// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>
#include <optional>

namespace fpcpu {

/// a * b, or nothing where the product does not fit. For sizes that come from a file or from an option.
[[nodiscard]] constexpr std::optional<std::size_t> checked_product(std::size_t a, std::size_t b) noexcept {
  if (b != 0 && a > std::numeric_limits<std::size_t>::max() / b) return std::nullopt;
  return a * b;
}

/// The product of `count` and all values of a range of whole numbers, none of them negative; nothing where it does not
/// fit or a value is negative.
template <class Range>
[[nodiscard]] constexpr std::optional<std::size_t> checked_product_of(const Range& values, std::size_t count = 1) {
  std::optional<std::size_t> product = count;
  for (const auto value : values) {
    if (value < 0) return std::nullopt;
    product = checked_product(*product, static_cast<std::size_t>(value));
    if (!product) return std::nullopt;
  }
  return product;
}

}  // namespace fpcpu
