// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <new>

#include "core/checked.hpp"

namespace fpcpu {

/// Every tensor starts on a cache line, which is also one AVX-512 vector.
inline constexpr std::size_t kAlignment = 64;

[[nodiscard]] constexpr std::size_t align_up(std::size_t bytes) noexcept {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

/// @throws Error{resource} if `bytes` is more than this machine has: systems that promise memory before they have it
/// would end the process later, in the middle of its work.
void check_memory(std::size_t bytes);

/// One aligned block of zeroed memory, made before the first step and never resized. Offsets into it are planned.
class Arena {
 public:
  Arena() = default;
  /// @throws Error{resource} if the memory cannot be had, or is more than this machine has.
  explicit Arena(std::size_t bytes);

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::byte* data() const noexcept { return data_.get(); }

  template <class T>
  [[nodiscard]] T* at(std::size_t byte_offset) const noexcept {
    return reinterpret_cast<T*>(data_.get() + byte_offset);
  }

 private:
  struct Free {
    void operator()(std::byte* p) const noexcept { ::operator delete (p, std::align_val_t{kAlignment}); }
  };
  std::unique_ptr<std::byte[], Free> data_;
  std::size_t bytes_ = 0;
};

/// A typed, aligned, zeroed array for everything that is not planned: parameters, optimizer moments, test data.
template <class T>
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t count)
      // What does not fit is asked for as the largest size, which is refused with a message.
      : arena_(checked_product(count, sizeof(T)).value_or(std::numeric_limits<std::size_t>::max() - kAlignment)),
        count_(count) {}

  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] T* data() const noexcept { return arena_.at<T>(0); }
  [[nodiscard]] T& operator[](std::size_t i) const noexcept { return data()[i]; }
  [[nodiscard]] T* begin() const noexcept { return data(); }
  [[nodiscard]] T* end() const noexcept { return data() + count_; }

 private:
  Arena arena_;
  std::size_t count_ = 0;
};

}  // namespace fpcpu
