// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "fpcpu/error.hpp"
#include "kernels/guarded.hpp"

using fpcpu::Isa;
using fpcpu::Precision;
using fpcpu::kernels::choose_table;
using fpcpu::kernels::ConvAlgorithm;
using fpcpu::kernels::ConvPass;
using fpcpu::kernels::describe;
using fpcpu::kernels::float_table;
using fpcpu::kernels::has_table;
using fpcpu::kernels::name_of;
using fpcpu::kernels::precision_notice;

namespace {

/// Sets FPCPU_ISA for one scope.
class Environment {
 public:
  explicit Environment(const char* value) {
    const char* old = std::getenv("FPCPU_ISA");
    had_ = old != nullptr;
    if (had_) old_ = old;
    if (value == nullptr) {
      unsetenv("FPCPU_ISA");
    } else {
      setenv("FPCPU_ISA", value, 1);
    }
  }
  ~Environment() {
    if (had_) {
      setenv("FPCPU_ISA", old_.c_str(), 1);
    } else {
      unsetenv("FPCPU_ISA");
    }
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  bool had_ = false;
  std::string old_;
};

std::string message_of(const char* name) {
  try {
    static_cast<void>(choose_table(name));
  } catch (const fpcpu::Error& e) {
    CHECK(e.code() == fpcpu::ErrorCode::usage);
    return e.what();
  }
  return {};
}

}  // namespace

TEST_CASE("a forced instruction set is the one that runs") {
  const auto isas = fpcpu::testing::isas();
  REQUIRE(!isas.empty());
  CHECK(isas.front() == Isa::eigen);
  for (const Isa isa : isas) {
    const std::string name(to_string(isa));
    CHECK(float_table(isa).isa == isa);
    CHECK(choose_table(name.c_str()).isa == isa);
    const Environment environment(name.c_str());
    CHECK(choose_table().isa == isa);
  }
  const Environment environment(nullptr);
  CHECK(choose_table().isa == isas.back());
}

TEST_CASE("the option wins over the environment") {
  const Environment environment("no-such-set");
  CHECK(choose_table("eigen").isa == Isa::eigen);
  CHECK(message_of(nullptr).find("FPCPU_ISA") != std::string::npos);
}

TEST_CASE("an unknown or missing instruction set names the available ones") {
  CHECK(message_of("avx3").find("eigen") != std::string::npos);
  CHECK(message_of("avx3").find("'avx3'") != std::string::npos);
#if defined(__x86_64__)
  CHECK(message_of("neon").find("Available: eigen") != std::string::npos);
#endif
}

TEST_CASE("bf16 is chosen where it can run, and what is chosen instead elsewhere is told") {
  for (const Isa isa : fpcpu::testing::isas()) {
    const std::string name(to_string(isa));
    INFO("isa ", name);
    CHECK(has_table(isa, Precision::fp32));
    CHECK(choose_table(name.c_str()).precision == Precision::fp32);
    const auto& table = choose_table(name.c_str(), Precision::bf16);
    CHECK(table.isa == isa);
    CHECK((table.precision == Precision::bf16) == has_table(isa, Precision::bf16));
    const std::string notice = precision_notice(table, Precision::bf16);
    if (has_table(isa, Precision::bf16)) {
      CHECK(&table == &float_table(isa, Precision::bf16));
      CHECK(notice.empty());
    } else {
      CHECK(notice.find("'" + name + "'") != std::string::npos);
      CHECK(notice.find("fp32") != std::string::npos);
      CHECK_THROWS_AS(static_cast<void>(float_table(isa, Precision::bf16)), fpcpu::Error);
    }
  }
  CHECK(!has_table(Isa::eigen, Precision::bf16));
#ifndef FPCPU_SANITIZED
  CHECK(has_table(Isa::avx512, Precision::bf16) == fpcpu::cpu_supports(Isa::avx512, Precision::bf16));
#endif
}

TEST_CASE("bf16 runs in AMX wherever the processor has it, and says so") {
#ifndef FPCPU_SANITIZED
  if (!has_table(Isa::avx512, Precision::bf16)) return;
  const auto& table = float_table(Isa::avx512, Precision::bf16);
  CHECK(table.amx == fpcpu::cpu_has_amx());
  CHECK(name_of(table) == (table.amx ? "avx512_amx" : "avx512_bf16"));
  CHECK(describe(table) == (table.amx ? "avx512 bf16 (AMX)" : "avx512 bf16"));
#endif
}

TEST_CASE("only tables for bf16 compute with rounded factors") {
  fpcpu::kernels::ConvShape s = fpcpu::testing::conv_shape({8, 8, 32, 32, 3, 3, 1, 1, 1, 1, 1});
  for (const auto* table : fpcpu::testing::tables()) {
    INFO("table ", fpcpu::kernels::name_of(*table));
    for (const ConvAlgorithm algorithm :
         {ConvAlgorithm::direct_bf16, ConvAlgorithm::winograd2_bf16, ConvAlgorithm::winograd4_bf16}) {
      s.algorithm = algorithm;
      const ConvAlgorithm used = table->conv_algorithm(s, ConvPass::backward_data);
      const ConvAlgorithm own = table->amx ? ConvAlgorithm::direct_bf16 : algorithm;
      CHECK(used == (table->precision == Precision::bf16 ? own : ConvAlgorithm::direct));
    }
    s.algorithm = ConvAlgorithm::winograd2_bf16;
    s.stride = 2;
    CHECK(table->conv_algorithm(s, ConvPass::forward) ==
          (table->precision == Precision::bf16 ? ConvAlgorithm::direct_bf16 : ConvAlgorithm::direct));
    s.stride = 1;
  }
}

TEST_CASE("packed weights show the vector width of each instruction set") {
  // A single output channel is padded to one vector.
  fpcpu::kernels::ConvShape s;
  s.h = s.w = s.c = s.oh = s.ow = s.k = 1;
  const auto width = [&](Isa isa) {
    const auto& table = float_table(isa);
    return table.conv_packed_size(decided(table, s, ConvPass::forward), ConvPass::forward);
  };
  for (const Isa isa : fpcpu::testing::isas()) {
    INFO("isa ", to_string(isa));
    if (isa == Isa::sse4 || isa == Isa::neon) CHECK(width(isa) == 4);
    if (isa == Isa::avx2) CHECK(width(isa) == 8);
    if (isa == Isa::avx512) CHECK(width(isa) == 16);
  }
}
