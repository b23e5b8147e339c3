// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

namespace fpcpu::image_gate {

/// The entropy-coded bytes between two markers of a JPEG, without the zeros that stand behind each FF, as bits.
class JpegBits {
 public:
  /// @param most  bytes that one load() may have; more are a fault
  explicit JpegBits(std::size_t most)
      : most_(most), bytes_(std::make_unique_for_overwrite<std::uint8_t[]>(most + kBeyond)) {}

  /// Takes the bytes from `at` up to the next marker. False if there are more than fit.
  /// @param at  becomes the position of the marker, or the end of the file where none follows
  [[nodiscard]] bool load(std::span<const std::uint8_t> file, std::size_t& at) {
    std::size_t count = 0;
    for (bool more = true; more;) {
      const void* mark = std::memchr(file.data() + at, 0xFF, file.size() - at);
      const std::size_t stop = mark == nullptr
                                   ? file.size()
                                   : static_cast<std::size_t>(static_cast<const std::uint8_t*>(mark) - file.data());
      more = stop + 1 < file.size() && file[stop + 1] == 0;
      const std::size_t length = stop - at + (more ? 1 : 0);
      if (length > most_ - count) return false;
      std::memcpy(bytes_.get() + count, file.data() + at, length);
      count += length;
      at = stop + (more ? 2 : 0);
    }
    std::memset(bytes_.get() + count, 0, kBeyond);
    end_ = 8 * std::uint64_t{count};
    at_ = 0;
    return true;
  }

  /// The next bits, the first of them highest; at least 57 are valid, zeros beyond the end.
  [[nodiscard]] std::uint64_t front() const {
    const std::uint8_t* from = bytes_.get() + (at_ >> 3U);
    std::uint64_t word = 0;
    std::memcpy(&word, from, sizeof(word));
    if constexpr (std::endian::native == std::endian::little) {
#if defined(__GNUC__)
      word = __builtin_bswap64(word);
#else
      std::uint64_t turned = 0;
      for (unsigned i = 0; i < 8; ++i) turned = (turned << 8U) | ((word >> (8U * i)) & 255U);
      word = turned;
#endif
    }
    return word << (at_ & 7U);
  }
  void skip(std::uint64_t bits) { at_ += bits; }
  /// The next `count` bits (at most 16) as a number.
  [[nodiscard]] std::uint32_t take(unsigned count) {
    const std::uint64_t bits = count == 0 ? 0 : front() >> (64U - count);
    at_ += count;
    return static_cast<std::uint32_t>(bits);
  }

  /// More was taken than there is. To be asked at least once a block: what follows the end is good for one.
  [[nodiscard]] bool overdrawn() const { return at_ > end_; }
  [[nodiscard]] std::uint64_t left() const { return at_ > end_ ? 0 : end_ - at_; }

  /// No block has more: 64 codes of 16 bits with values of 15.
  static constexpr std::size_t kMostBlockBytes = 256;

 private:
  static constexpr std::size_t kBeyond = 2 * kMostBlockBytes;

  std::size_t most_;
  std::unique_ptr<std::uint8_t[]> bytes_;
  std::uint64_t at_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace fpcpu::image_gate
