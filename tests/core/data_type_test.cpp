// SPDX-License-Identifier: MIT
#include "core/data_type.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace fpcpu;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// Checks that every number stored in 16 bits survives, and that what lies between two neighbours goes to the nearer
/// one, in the middle to the even one.
template <class Stored, class Store>
void check_rounding(const Store& store, std::uint16_t infinity) {
  for (std::uint32_t bits = 0; bits < infinity; ++bits) {
    const Stored low{static_cast<std::uint16_t>(bits)};
    const Stored high{static_cast<std::uint16_t>(bits + 1)};
    const float a = to_float(low);
    REQUIRE(store(a) == low);
    REQUIRE(store(-a) == Stored{static_cast<std::uint16_t>(bits | 0x8000U)});
    if (bits + 1 == infinity) break;
    const float b = to_float(high);
    REQUIRE(b > a);
    const auto middle = static_cast<float>((static_cast<double>(a) + static_cast<double>(b)) / 2);
    REQUIRE(store(middle) == (bits % 2 == 0 ? low : high));
    REQUIRE(store(std::nextafter(middle, 0.0F)) == low);
    REQUIRE(store(std::nextafter(middle, kInfinity)) == high);
  }
  CHECK(store(kInfinity) == Stored{infinity});
  CHECK(to_float(Stored{infinity}) == kInfinity);
  CHECK(to_float(store(-kInfinity)) == -kInfinity);
  CHECK(std::isnan(to_float(store(kNan))));
  CHECK(std::isnan(to_float(store(std::bit_cast<float>(0x7F800001U)))));  // whose upper bits are those of infinity
  CHECK(to_float(store(std::numeric_limits<float>::max())) == kInfinity);
}

}  // namespace

TEST_CASE("bf16 and fp16 take the nearest number, of two the even one") {
  check_rounding<Bf16>(to_bf16, 0x7F80);
  check_rounding<Fp16>(to_fp16, 0x7C00);
  CHECK(to_bf16(1.0F).bits == 0x3F80);
  CHECK(to_fp16(1.0F).bits == 0x3C00);
  CHECK(to_float(Fp16{0x0001}) == std::ldexp(1.0F, -24));
  CHECK(to_float(to_fp16(65519.0F)) == 65504.0F);
  CHECK(to_float(to_fp16(65520.0F)) == kInfinity);
}

TEST_CASE("int8 holds multiples of a scale") {
  CHECK(to_int8(1.0F, 0.5F) == 2);
  CHECK(to_int8(1.2F, 0.5F) == 2);
  CHECK(to_int8(1.25F, 0.5F) == 2);
  CHECK(to_int8(1.75F, 0.5F) == 4);
  CHECK(to_int8(-1000.0F, 0.5F) == -127);
  CHECK(to_int8(kInfinity, 0.5F) == 127);
  CHECK(to_int8(kNan, 0.5F) == 0);
}

TEST_CASE("a view knows how its numbers are stored") {
  const std::vector<float> values{1.0F, -2.5F, 0.3F};
  const StoredView view = values.data();
  CHECK(view.storage.type == DataType::fp32);
  CHECK(view.as<float>() == values.data());
  CHECK(view.as<Bf16>() == nullptr);
  CHECK(view.behind(2).as<float>() == values.data() + 2);
  CHECK(StoredView(nullptr).behind(2).data == nullptr);
  const Tensor<float> tensor = values.data();
  CHECK(tensor + 1 == values.data() + 1);
  const std::vector<Bf16> kept(3);
  const Tensor<float> other = kept.data();
  CHECK(static_cast<const float*>(other) == nullptr);
  CHECK(other.behind(2).as<Bf16>() == kept.data() + 2);
  CHECK(size_of(DataType::fp64) == sizeof(double));
  CHECK(size_of(DataType::bf16) == sizeof(Bf16));
  CHECK(std::string(to_string(DataType::int8)) == "int8");
}

TEST_CASE("tensors are converted to every type and back") {
  const std::vector<double> values{1.0, -2.5, 0.375, 0.0};  // exact in each of them, as eighths
  for (const DataType type : {DataType::fp64, DataType::fp32, DataType::bf16, DataType::fp16, DataType::int8}) {
    CAPTURE(std::string(to_string(type)));
    std::vector<std::byte> stored(values.size() * size_of(type));
    convert(values.data(), {stored.data(), {type, 0.125F}}, values.size());
    const StoredView view(stored.data(), {type, 0.125F});
    for (std::size_t i = 0; i < values.size(); ++i) CHECK(value_at(view, i) == values[i]);
    std::vector<float> back(values.size());
    convert(view, {back.data(), {DataType::fp32}}, values.size());
    CHECK(std::vector<double>(back.begin(), back.end()) == values);
  }
}
