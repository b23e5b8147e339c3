// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fpcpu {

/// The safetensors format (github.com/huggingface/safetensors): 8 bytes length of the header, little endian; the
/// header, a JSON object name -> {dtype, shape, data_offsets}, with "__metadata__" a map of texts; then the data
/// without gaps.
enum class Dtype : std::uint8_t { f64, i64, f32, u8 };  // widest first: the order in a file, so that all are aligned

[[nodiscard]] std::size_t size_of(Dtype type) noexcept;
[[nodiscard]] std::string_view to_string(Dtype type) noexcept;  // "F64", "I64", "F32", "U8"

/// Limits of what is read and written. The largest header that the zoo gives has 76 KB (hourglass).
inline constexpr std::size_t kMaxTensors = 4096;
inline constexpr std::size_t kMaxHeaderBytes = std::size_t{1} << 20U;

using Metadata = std::map<std::string, std::string>;

/// A tensor to write; `bytes` must hold exactly the product of dims values.
struct TensorView {
  std::string name;
  Dtype dtype = Dtype::f32;
  std::vector<std::int64_t> dims;
  std::span<const std::byte> bytes;
};

/// Writes the file atomically. Data starts at a multiple of 64 bytes (the header is padded with spaces); tensors are
/// ordered by type and name, so equal content gives equal bytes.
/// @throws Error{format} for two tensors of one name, bytes that do not fit dims or more than the limits allow;
/// Error{resource} if it cannot write.
void write_safetensors(const std::filesystem::path& file, std::vector<TensorView> tensors, const Metadata& metadata);

/// A file in memory, checked completely: header, types, shapes, and that the tensors cover the data exactly once.
class SafetensorsFile {
 public:
  struct Tensor {
    std::string name;
    Dtype dtype = Dtype::f32;
    std::vector<std::int64_t> dims;
    std::size_t begin = 0;  // bytes from the start of the data
    std::size_t end = 0;
  };

  /// @throws Error{io} if it cannot be read; Error{format} naming the file and the tensor otherwise.
  explicit SafetensorsFile(const std::filesystem::path& file);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const Metadata& metadata() const noexcept { return metadata_; }
  [[nodiscard]] const std::vector<Tensor>& tensors() const noexcept { return tensors_; }  // in the order of the data
  [[nodiscard]] const Tensor* find(std::string_view name) const noexcept;
  /// Copies an F32 tensor; `values` must have its size. @throws Error{format} if type or size differ.
  void copy(const Tensor& tensor, std::span<float> values) const;
  [[nodiscard]] std::span<const std::byte> bytes(const Tensor& tensor) const noexcept;

 private:
  std::string name_;
  std::string content_;
  std::size_t data_begin_ = 0;
  Metadata metadata_;
  std::vector<Tensor> tensors_;
  std::map<std::string, std::size_t, std::less<>> by_name_;  // places in tensors_
};

}  // namespace fpcpu
