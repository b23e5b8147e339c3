// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace fpcpu {

/// What a stored number is.
enum class DataType : std::uint8_t {
  fp64,
  fp32,
  bf16,  ///< the upper half of a float's bits
  fp16,  ///< IEEE 754 binary16
  int8,  ///< scale * q, q in [-127, 127]
};

/// Stored numbers, to be told apart from integers.
struct Bf16 {
  std::uint16_t bits = 0;
  friend bool operator==(const Bf16&, const Bf16&) = default;
};
struct Fp16 {
  std::uint16_t bits = 0;
  friend bool operator==(const Fp16&, const Fp16&) = default;
};

/// What an array may hold: every C++ type that stands for a DataType.
template <class T>
concept Storable = std::is_same_v<T, double> || std::is_same_v<T, float> || std::is_same_v<T, Bf16> ||
    std::is_same_v<T, Fp16> || std::is_same_v<T, std::int8_t>;

/// The data type of an array of T.
template <Storable T>
inline constexpr DataType kDataType = DataType::fp32;
template <>
inline constexpr DataType kDataType<double> = DataType::fp64;
template <>
inline constexpr DataType kDataType<Bf16> = DataType::bf16;
template <>
inline constexpr DataType kDataType<Fp16> = DataType::fp16;
template <>
inline constexpr DataType kDataType<std::int8_t> = DataType::int8;

/// How the numbers of a tensor are stored.
struct Storage {
  DataType type = DataType::fp32;
  float scale = 1.0F;  // of int8
  friend bool operator==(const Storage&, const Storage&) = default;
};

/// Bytes of one number.
[[nodiscard]] constexpr std::size_t size_of(DataType type) noexcept {
  switch (type) {
    case DataType::fp64:
      return 8;
    case DataType::fp32:
      return 4;
    case DataType::bf16:
    case DataType::fp16:
      return 2;
    case DataType::int8:
      return 1;
  }
  return 0;
}

/// "fp32" and so on.
[[nodiscard]] const char* to_string(DataType type) noexcept;

// Kernels of all instruction sets use what follows: inlined always, or a copy made for one of them could become the
// program's only one.
#define FPCPU_ALWAYS_INLINE __attribute__((always_inline)) constexpr

/// A tensor to read. Null data stays null.
struct StoredView {
  const void* data = nullptr;
  Storage storage;

  constexpr StoredView() noexcept = default;
  FPCPU_ALWAYS_INLINE StoredView(const void* values, const Storage& how) noexcept : data(values), storage(how) {}
  template <Storable T>
  FPCPU_ALWAYS_INLINE StoredView(const T* values) noexcept : data(values), storage{kDataType<T>} {}
  FPCPU_ALWAYS_INLINE StoredView(std::nullptr_t) noexcept {}

  /// Null if it is stored as something else.
  template <Storable T>
  [[nodiscard]] FPCPU_ALWAYS_INLINE const T* as() const noexcept {
    return storage.type == kDataType<T> ? static_cast<const T*>(data) : nullptr;
  }
  /// What is behind the first `count` numbers.
  [[nodiscard]] FPCPU_ALWAYS_INLINE StoredView behind(std::size_t count) const noexcept {
    if (data == nullptr) return *this;
    return {static_cast<const std::byte*>(data) + count * size_of(storage.type), storage};
  }
};

/// A tensor whose readers mostly want T, and get null if it is stored as something else.
template <Storable T>
struct Tensor : StoredView {
  using StoredView::StoredView;
  FPCPU_ALWAYS_INLINE Tensor(const StoredView& view) noexcept : StoredView(view) {}
  [[nodiscard]] FPCPU_ALWAYS_INLINE const T* values() const noexcept { return as<T>(); }
  FPCPU_ALWAYS_INLINE operator const T*() const noexcept { return values(); }
};

/// A tensor to write.
struct StoredTarget {
  void* data = nullptr;
  Storage storage;
};

#undef FPCPU_ALWAYS_INLINE

[[nodiscard]] float to_float(Bf16 value) noexcept;
[[nodiscard]] float to_float(Fp16 value) noexcept;
// To the nearest value, of two equally near ones to the even one; what is too large becomes infinite, NaN stays NaN.
[[nodiscard]] Bf16 to_bf16(float value) noexcept;
[[nodiscard]] Fp16 to_fp16(float value) noexcept;
/// The same for value / scale, which is clamped to [-127, 127]; NaN becomes 0.
[[nodiscard]] std::int8_t to_int8(float value, float scale) noexcept;

/// Number i of a tensor, whatever it is stored as.
[[nodiscard]] double value_at(const StoredView& tensor, std::size_t i) noexcept;

/// Stores n numbers in another way. Numbers go through float, except from fp64 to fp64.
void convert(const StoredView& from, const StoredTarget& to, std::size_t n) noexcept;

}  // namespace fpcpu
