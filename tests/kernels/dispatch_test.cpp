#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "fpcpu/error.hpp"
#include "kernels/guarded.hpp"

using fpcpu::Isa;
using fpcpu::kernels::choose_table;
using fpcpu::kernels::float_table;

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

TEST_CASE("packed weights show the vector width of each instruction set") {
  // A single output channel is padded to one vector.
  fpcpu::kernels::ConvShape s;
  s.h = s.w = s.c = s.oh = s.ow = s.k = 1;
  const auto width = [&](Isa isa) { return float_table(isa).conv_packed_size(s, fpcpu::kernels::ConvPass::forward); };
  for (const Isa isa : fpcpu::testing::isas()) {
    INFO("isa ", to_string(isa));
    if (isa == Isa::sse4 || isa == Isa::neon) CHECK(width(isa) == 4);
    if (isa == Isa::avx2) CHECK(width(isa) == 8);
    if (isa == Isa::avx512) CHECK(width(isa) == 16);
  }
}
