// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "core/arena.hpp"

namespace fpcpu::test {

/// An aligned array between two canaries of 64 bytes; the second one begins right behind the last element.
template <class T>
class GuardedBuffer {
 public:
  GuardedBuffer() = default;
  GuardedBuffer(std::size_t count, T value) : bytes_(2 * kGuard + count * sizeof(T)), count_(count) {
    std::fill(bytes_.begin(), bytes_.end(), kCanary);
    fill(value);
  }

  [[nodiscard]] T* data() const noexcept { return reinterpret_cast<T*>(bytes_.data() + kGuard); }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] T& operator[](std::size_t i) const noexcept { return data()[i]; }
  void fill(T value) const noexcept { std::fill_n(data(), count_, value); }
  void assign(const std::vector<T>& values) const noexcept { std::copy(values.begin(), values.end(), data()); }
  [[nodiscard]] std::vector<T> values() const { return std::vector<T>(data(), data() + count_); }

  /// True if nobody wrote outside.
  [[nodiscard]] bool intact() const noexcept {
    const auto is_canary = [](std::byte b) { return b == kCanary; };
    return std::all_of(bytes_.begin(), bytes_.begin() + kGuard, is_canary) &&
           std::all_of(bytes_.begin() + kGuard + count_ * sizeof(T), bytes_.end(), is_canary);
  }

 private:
  static constexpr std::size_t kGuard = kAlignment;
  static constexpr std::byte kCanary{0xA5};
  AlignedBuffer<std::byte> bytes_;
  std::size_t count_ = 0;
};

}  // namespace fpcpu::test
