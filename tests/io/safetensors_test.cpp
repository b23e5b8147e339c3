// SPDX-License-Identifier: MIT
#include "io/safetensors.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <limits>

#include "core/file.hpp"
#include "fpcpu/error.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace fpcpu {
namespace {

using test::contains;
using test::message_of;

/// A file with this header and so many bytes of data.
void write_raw(const std::filesystem::path& file, const std::string& header, std::size_t data_bytes,
               std::int64_t claimed_length = -1) {
  const std::uint64_t length = claimed_length < 0 ? header.size() : static_cast<std::uint64_t>(claimed_length);
  const std::string data(data_bytes, '\1');
  const std::vector<Bytes> chunks = {std::as_bytes(std::span(&length, 1)), as_bytes(header), as_bytes(data)};
  write_file_atomically(file, chunks);
}

TEST_CASE("what is written comes back: types, shapes, values, metadata, alignment, order") {
  const test::TemporaryFolder folder;
  const auto file = folder / "t.safetensors";
  const std::vector<float> floats = {1.5F, -2.25F, 3e-40F, std::numeric_limits<float>::infinity(), 0, 7};
  const std::vector<double> doubles = {0.1};
  const std::vector<std::int64_t> integers = {-5, std::int64_t{1} << 60};
  const std::vector<std::uint8_t> bytes = {1, 2, 255};
  const Metadata metadata = {{"a", "line\n\"quoted\" \xC3\xA9"}, {"b", ""}};
  const std::vector<TensorView> tensors = {
      {"bytes", Dtype::u8, {3}, std::as_bytes(std::span(bytes))},
      {"z", Dtype::f32, {2, 3}, std::as_bytes(std::span(floats))},
      {"empty", Dtype::f32, {0, 4}, {}},
      {"scalar", Dtype::f64, {}, std::as_bytes(std::span(doubles))},
      {"i", Dtype::i64, {1, 2}, std::as_bytes(std::span(integers))},
  };
  write_safetensors(file, tensors, metadata);
  const SafetensorsFile read(file);
  CHECK(read.metadata() == metadata);
  REQUIRE(read.tensors().size() == tensors.size());
  std::uint64_t header = 0;
  std::memcpy(&header, read_file(file).data(), 8);
  CHECK((8 + header) % 64 == 0);
  for (const TensorView& written : tensors) {
    CAPTURE(written.name);
    const auto* tensor = read.find(written.name);
    REQUIRE(tensor != nullptr);
    CHECK(tensor->dtype == written.dtype);
    CHECK(tensor->dims == written.dims);
    CHECK(tensor->begin % size_of(tensor->dtype) == 0);
    const auto content = read.bytes(*tensor);
    REQUIRE(content.size() == written.bytes.size());
    if (!content.empty()) CHECK(std::memcmp(content.data(), written.bytes.data(), content.size()) == 0);
  }
  CHECK(read.find("nothing") == nullptr);
  std::vector<float> copied(6);
  read.copy(*read.find("z"), copied);
  CHECK(copied == floats);
  CHECK(contains(message_of(ErrorCode::format, [&] { read.copy(*read.find("scalar"), copied); }), "'scalar' is F64"));

  const std::string first = read_file(file);
  write_safetensors(file, {tensors.rbegin(), tensors.rend()}, metadata);
  CHECK(read_file(file) == first);
}

TEST_CASE("tensors that do not fit their shape or share a name are not written") {
  const test::TemporaryFolder folder;
  const std::vector<float> floats(4);
  const auto bytes = std::as_bytes(std::span(floats));
  const auto file = folder / "t.safetensors";
  message_of(ErrorCode::format, [&] { write_safetensors(file, {{"a", Dtype::f32, {5}, bytes}}, {}); });
  message_of(ErrorCode::format, [&] { write_safetensors(file, {{"a", Dtype::f32, {-4}, bytes}}, {}); });
  message_of(ErrorCode::format, [&] {
    write_safetensors(file, {{"a", Dtype::f32, {4}, bytes}, {"a", Dtype::f32, {4}, bytes}}, {});
  });
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("damaged and malicious files are refused, naming the file and the tensor") {
  const test::TemporaryFolder folder;
  const auto file = folder / "bad.safetensors";
  const auto refused = [&](const std::string& header, std::size_t bytes, const std::string& what,
                           std::int64_t length = -1) {
    write_raw(file, header, bytes, length);
    const std::string message = message_of(ErrorCode::format, [&] { SafetensorsFile{file}; });
    CAPTURE(message);
    CHECK(contains(message, file.string()));
    CHECK(contains(message, what));
  };
  const auto one = [](const std::string& type, const std::string& shape, const std::string& offsets) {
    return R"({"w":{"dtype":")" + type + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
  };
  refused("{}", 0, "claims to have", 3);
  refused("{}", 0, "claims to have", std::numeric_limits<std::int64_t>::max());
  refused("{", 0, "header");
  refused("[]", 0, "not a JSON object");
  refused("\xFF\xFE", 0, "header");
  refused(one("F16", "[2]", "[0,4]"), 4, "'w': type 'F16'");
  refused(one("F32", "[2]", "[0,4]"), 4, "do not agree");
  refused(one("F32", "[-1]", "[0,4]"), 4, "dimension");
  refused(one("F32", "[1.5]", "[0,4]"), 4, "dimension");
  refused(one("F32", "[18446744073709551615]", "[0,4]"), 4, "'w'");
  refused(one("F32", "[4611686018427387904,4]", "[0,0]"), 0, "do not agree");  // wraps to 0 bytes
  refused(one("F32", "[1]", "[0,8]"), 4, "outside");
  refused(one("F32", "[1]", "[4,0]"), 4, "outside");
  refused(one("F32", "[1]", "[-4,0]"), 4, "the begin of its data is -4");
  refused(one("F32", "[1]", "[0]"), 4, "data_offsets");
  refused(one("F32", "[1]", "[4,8]"), 8, "gap");
  refused(one("F32", "[1]", "[0,4]"), 8, "belong to no tensor");
  refused(R"({"w":{"dtype":"F32","shape":[1]}})", 4, "data_offsets");
  refused(R"({"w":7})", 4, "'w'");
  refused(R"({"__metadata__":{"a":1}})", 0, "__metadata__");
  refused(
      R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[3],"data_offsets":[3,6]}})", 6,
      "overlaps");
  refused(
      R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", 2,
      "twice");
  write_file_atomically(file, "short");
  message_of(ErrorCode::format, [&] { SafetensorsFile{file}; });
}

}  // namespace
}  // namespace fpcpu
