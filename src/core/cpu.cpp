// SPDX-License-Identifier: MIT
#include "core/cpu.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <thread>

#include "core/nearest.hpp"
#include "fpcpu/error.hpp"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#define FPCPU_X86 1
#endif
#if defined(__linux__)
#include <sched.h>
#include <sys/syscall.h>
#endif
#if defined(__unix__) || defined(__APPLE__)
#include <sys/resource.h>
#include <unistd.h>
#endif

namespace fpcpu {

namespace {
constexpr std::array<std::string_view, 5> kNames = {"eigen", "sse4", "avx2", "avx512", "neon"};
constexpr std::array<std::string_view, 2> kPrecisionNames = {"fp32", "bf16"};

#if defined(FPCPU_X86)
/// CPUID leaf 7, subleaf 1, EAX bit 5. Not every compiler knows the feature by name.
bool has_avx512_bf16() noexcept {
  std::uint32_t a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a >> 5U & 1U) != 0;
}
#endif

#if defined(FPCPU_X86) && defined(__linux__)
/// CPUID leaf 7, EDX bits 22 (AMX-BF16) and 24 (AMX-TILE). The system says no if it does not save tiles, or if signal
/// handlers run on a stack too small for them; so there is no need to look at XCR0.
bool request_amx() noexcept {
  constexpr std::uint32_t kNeeded = 1U << 22U | 1U << 24U;
  constexpr long kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr long kTileData = 18;               // XFEATURE_XTILEDATA
  std::uint32_t a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & kNeeded) == kNeeded &&
         syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}
#endif
}  // namespace

std::string_view to_string(Isa isa) noexcept { return kNames[static_cast<std::size_t>(isa)]; }

std::optional<Isa> parse_isa(std::string_view name) noexcept {
  const auto* it = std::find(kNames.begin(), kNames.end(), name);
  if (it == kNames.end()) return std::nullopt;
  return static_cast<Isa>(it - kNames.begin());
}

std::string_view to_string(Precision precision) noexcept {
  return kPrecisionNames[static_cast<std::size_t>(precision)];
}

Precision parse_precision(std::string_view name) {
  const auto* it = std::find(kPrecisionNames.begin(), kPrecisionNames.end(), name);
  if (it == kPrecisionNames.end()) {
    throw Error(ErrorCode::usage,
                "precision '" + std::string(name) + "' is not known." + suggest(name, kPrecisionNames));
  }
  return static_cast<Precision>(it - kPrecisionNames.begin());
}

bool cpu_supports(Isa isa, Precision precision) noexcept {
#if defined(FPCPU_X86)
  // The compiler's check includes the operating system's: it reads XCR0.
  if (precision == Precision::bf16) return isa == Isa::avx512 && cpu_supports(isa) && has_avx512_bf16();
#else
  if (precision == Precision::bf16) return false;
#endif
  if (isa == Isa::eigen) return true;
#if defined(FPCPU_X86)
  switch (isa) {
    case Isa::sse4:
      return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("ssse3");
    case Isa::avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    case Isa::avx512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
             __builtin_cpu_supports("avx512cd");
    default:
      return false;
  }
#elif defined(__aarch64__)
  return isa == Isa::neon;
#else
  return false;
#endif
}

bool cpu_has_amx() noexcept {
#if defined(FPCPU_X86) && defined(__linux__)
  static const bool granted = request_amx();
  return granted;
#else
  return false;
#endif
}

std::string cpu_name() {
#if defined(FPCPU_X86)
  std::array<std::uint32_t, 12> words{};
  if (static_cast<std::uint32_t>(__get_cpuid_max(0x80000000U, nullptr)) >= 0x80000004U) {
    for (unsigned i = 0; i < 3; ++i) {
      __get_cpuid(0x80000002U + i, &words[4 * i], &words[4 * i + 1], &words[4 * i + 2], &words[4 * i + 3]);
    }
    std::array<char, sizeof(words) + 1> text{};
    std::memcpy(text.data(), words.data(), sizeof(words));
    std::string name(text.data());
    const auto first = name.find_first_not_of(' ');
    const auto last = name.find_last_not_of(' ');
    if (first != std::string::npos) return name.substr(first, last - first + 1);
  }
#endif
  return "unknown processor";
}

int available_cores() noexcept {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(1, CPU_COUNT(&set));
#endif
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

std::size_t physical_memory() noexcept {
#if (defined(__unix__) || defined(__APPLE__)) && defined(_SC_PHYS_PAGES)
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page = sysconf(_SC_PAGESIZE);
  if (pages > 0 && page > 0) return static_cast<std::size_t>(pages) * static_cast<std::size_t>(page);
#endif
  return 0;
}

double peak_rss_mb() noexcept {
#if defined(__unix__) || defined(__APPLE__)
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0.0;
#if defined(__APPLE__)
  return static_cast<double>(usage.ru_maxrss) / (1024.0 * 1024.0);
#else
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
#endif
#else
  return 0.0;
#endif
}

}  // namespace fpcpu
