// SPDX-License-Identifier: MIT
#include "io/safetensors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <tuple>

#include "core/arena.hpp"
#include "core/checked.hpp"
#include "core/file.hpp"
#include "core/foreign_text.hpp"
#include "fpcpu/error.hpp"
#include "io/bounded_json.hpp"

static_assert(std::endian::native == std::endian::little, "safetensors data is little endian and read as it is");

namespace fpcpu {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kMaxDims = 8;
constexpr const char* kMetadataKey = "__metadata__";

struct DtypeRow {
  Dtype type;
  std::string_view name;
  std::size_t bytes;
};
constexpr std::array<DtypeRow, 4> kDtypes = {
    {{Dtype::f64, "F64", 8}, {Dtype::i64, "I64", 8}, {Dtype::f32, "F32", 4}, {Dtype::u8, "U8", 1}}};

/// Bytes of a tensor, or nothing when a dimension is negative or the product does not fit.
std::optional<std::size_t> tensor_bytes(Dtype type, const std::vector<std::int64_t>& dims) {
  return checked_product_of(dims, size_of(type));
}

SafetensorsFile::Tensor read_entry(const std::string& name, const Json& entry, std::size_t data_bytes) {
  SafetensorsFile::Tensor tensor;
  tensor.name = name;
  const std::string type = entry.at("dtype").get<std::string>();
  const auto* row = std::find_if(kDtypes.begin(), kDtypes.end(), [&](const DtypeRow& r) { return r.name == type; });
  if (row == kDtypes.end()) {
    throw Error(ErrorCode::format, "type '" + excerpt(type) + "' is not one of F64, I64, F32, U8");
  }
  tensor.dtype = row->type;
  const Json& shape = entry.at("shape");
  if (!shape.is_array() || shape.size() > kMaxDims) throw Error(ErrorCode::format, "its shape is no list of numbers");
  for (const Json& dim : shape) tensor.dims.push_back(whole_number(dim, 0, INT64_MAX, "a dimension"));
  const Json& offsets = entry.at("data_offsets");
  if (!offsets.is_array() || offsets.size() != 2) throw Error(ErrorCode::format, "data_offsets are not two numbers");
  tensor.begin = static_cast<std::size_t>(whole_number(offsets[0], 0, INT64_MAX, "the begin of its data"));
  tensor.end = static_cast<std::size_t>(whole_number(offsets[1], 0, INT64_MAX, "the end of its data"));
  if (tensor.begin > tensor.end || tensor.end > data_bytes) {
    throw Error(ErrorCode::format, "its data lies outside the file");
  }
  if (tensor_bytes(tensor.dtype, tensor.dims) != tensor.end - tensor.begin) {
    throw Error(ErrorCode::format, "its shape and the length of its data do not agree");
  }
  return tensor;
}

}  // namespace

std::size_t size_of(Dtype type) noexcept { return kDtypes[static_cast<std::size_t>(type)].bytes; }
std::string_view to_string(Dtype type) noexcept { return kDtypes[static_cast<std::size_t>(type)].name; }

void write_safetensors(const std::filesystem::path& file, std::vector<TensorView> tensors, const Metadata& metadata) {
  std::sort(tensors.begin(), tensors.end(), [](const TensorView& a, const TensorView& b) {
    return std::tie(a.dtype, a.name) < std::tie(b.dtype, b.name);
  });
  Json header = Json::object();
  if (!metadata.empty()) header[kMetadataKey] = metadata;
  std::size_t offset = 0;
  for (const TensorView& tensor : tensors) {
    if (tensor.name == kMetadataKey || header.contains(tensor.name)) {
      throw Error(ErrorCode::format, file.string() + ": two tensors are named '" + excerpt(tensor.name) + "'.");
    }
    if (tensor_bytes(tensor.dtype, tensor.dims) != tensor.bytes.size()) {
      throw Error(ErrorCode::format, file.string() + ": tensor '" + excerpt(tensor.name) + "' has " +
                                         std::to_string(tensor.bytes.size()) + " bytes, which do not fit its shape.");
    }
    header[tensor.name] = {{"dtype", to_string(tensor.dtype)},
                           {"shape", tensor.dims},
                           {"data_offsets", {offset, offset + tensor.bytes.size()}}};
    offset += tensor.bytes.size();
  }
  std::string text = header.dump();
  text.resize(align_up(kLengthBytes + text.size()) - kLengthBytes, ' ');
  if (tensors.size() > kMaxTensors || text.size() > kMaxHeaderBytes) {
    throw Error(ErrorCode::format, path_text(file) + ": " + std::to_string(tensors.size()) + " tensors with " +
                                       std::to_string(text.size()) + " bytes of names and shapes; a file holds " +
                                       std::to_string(kMaxTensors) + " and 1 MiB. Use fewer layers or shorter names.");
  }
  const std::uint64_t length = text.size();
  std::vector<Bytes> chunks = {std::as_bytes(std::span(&length, 1)), as_bytes(text)};
  for (const TensorView& tensor : tensors) chunks.push_back(tensor.bytes);
  write_file_atomically(file, chunks);
}

SafetensorsFile::SafetensorsFile(const std::filesystem::path& file)
    : name_(file.string()), content_(read_file(file, kLengthBytes + kMaxHeaderBytes)) {
  const auto fail = [this](const std::string& what) {
    return Error(ErrorCode::format, name_ + ": " + what + ". It is damaged or not a safetensors file.");
  };
  if (content_.size() < kLengthBytes) throw fail("only " + std::to_string(content_.size()) + " bytes long");
  std::uint64_t length = 0;
  std::memcpy(&length, content_.data(), kLengthBytes);
  if (length > kMaxHeaderBytes || length > content_.size() - kLengthBytes) {
    throw fail("its header claims to have " + std::to_string(length) + " bytes, at most " +
               std::to_string(std::min<std::size_t>(kMaxHeaderBytes, content_.size() - kLengthBytes)) +
               " are possible");
  }
  data_begin_ = kLengthBytes + static_cast<std::size_t>(length);
  // The header must explain every byte of the file before the file gets that much memory.
  const std::uintmax_t file_bytes = std::filesystem::file_size(file);
  const std::size_t data_bytes = static_cast<std::size_t>(file_bytes) - data_begin_;

  std::string where = "header";
  try {
    const Json header =
        parse_bounded_json(std::string_view(content_).substr(kLengthBytes, static_cast<std::size_t>(length)));
    if (!header.is_object()) throw Error(ErrorCode::format, "not a JSON object");
    const std::size_t count = header.size() - header.count(kMetadataKey);
    if (count > kMaxTensors) {
      throw Error(ErrorCode::format,
                  std::to_string(count) + " tensors, at most " + std::to_string(kMaxTensors) + " are possible");
    }
    for (const auto& [key, entry] : header.items()) {
      where.assign("'").append(excerpt(key)).append("'");
      if (key == kMetadataKey) {
        metadata_ = entry.get<Metadata>();
      } else {
        tensors_.push_back(read_entry(key, entry, data_bytes));
      }
    }
  } catch (const Json::exception& error) {
    throw fail(where + ": " + printable(error.what()));
  } catch (const Error& error) {
    throw fail(where + ": " + error.what());
  }

  std::sort(tensors_.begin(), tensors_.end(),
            [](const Tensor& a, const Tensor& b) { return std::tie(a.begin, a.end) < std::tie(b.begin, b.end); });
  std::size_t covered = 0;
  for (const Tensor& tensor : tensors_) {
    if (tensor.begin != covered)
      throw fail("'" + excerpt(tensor.name) + "': its data overlaps another's or leaves a gap");
    covered = tensor.end;
  }
  if (covered != data_bytes) throw fail(std::to_string(data_bytes - covered) + " bytes at the end belong to no tensor");
  if (content_.size() < file_bytes) content_ = read_file(file);
  if (content_.size() != file_bytes) throw fail("its length changed while it was read");
  for (std::size_t i = 0; i < tensors_.size(); ++i) by_name_.emplace(tensors_[i].name, i);
}

const SafetensorsFile::Tensor* SafetensorsFile::find(std::string_view name) const noexcept {
  const auto it = by_name_.find(name);
  return it == by_name_.end() ? nullptr : &tensors_[it->second];
}

std::span<const std::byte> SafetensorsFile::bytes(const Tensor& tensor) const noexcept {
  return as_bytes(std::string_view(content_).substr(data_begin_ + tensor.begin, tensor.end - tensor.begin));
}

void SafetensorsFile::copy(const Tensor& tensor, std::span<float> values) const {
  const std::span<const std::byte> source = bytes(tensor);
  if (tensor.dtype != Dtype::f32 || source.size() != values.size_bytes()) {
    throw Error(ErrorCode::format, name_ + ": tensor '" + excerpt(tensor.name) + "' is " +
                                       std::string(to_string(tensor.dtype)) + " with " + std::to_string(source.size()) +
                                       " bytes, expected F32 with " + std::to_string(values.size_bytes()) + ".");
  }
  if (!source.empty()) std::memcpy(values.data(), source.data(), source.size());
}

}  // namespace fpcpu
