// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "fpcpu/error.hpp"
#include "kernels/table.hpp"

namespace fpcpu::kernels {

#if defined(FPCPU_HAS_sse4)
namespace sse4 {
const KernelTable<float>& table() noexcept;
}
#endif
#if defined(FPCPU_HAS_avx2)
namespace avx2 {
const KernelTable<float>& table() noexcept;
}
#endif
#if defined(FPCPU_HAS_avx512)
namespace avx512 {
const KernelTable<float>& table() noexcept;
}
#endif
#if defined(FPCPU_HAS_avx512_bf16)
namespace avx512_bf16 {
const KernelTable<float>& table() noexcept;
}
#endif
#if defined(FPCPU_HAS_avx512_amx)
namespace avx512_amx {
const KernelTable<float>& table() noexcept;
}
#endif
#if defined(FPCPU_HAS_neon)
namespace neon {
const KernelTable<float>& table() noexcept;
}
#endif

namespace {

/// Null if this build has no such table. For bf16 that of AMX wherever it can be used: docs/adr/0012.
const KernelTable<float>* built_table(Isa isa, Precision precision) noexcept {
  if (precision == Precision::bf16) {
#if defined(FPCPU_HAS_avx512_amx)
    if (isa == Isa::avx512 && cpu_has_amx()) return &avx512_amx::table();
#endif
#if defined(FPCPU_HAS_avx512_bf16)
    if (isa == Isa::avx512) return &avx512_bf16::table();
#endif
    return nullptr;
  }
  switch (isa) {
    case Isa::eigen:
      return &eigen_table<float>();
#if defined(FPCPU_HAS_sse4)
    case Isa::sse4:
      return &sse4::table();
#endif
#if defined(FPCPU_HAS_avx2)
    case Isa::avx2:
      return &avx2::table();
#endif
#if defined(FPCPU_HAS_avx512)
    case Isa::avx512:
      return &avx512::table();
#endif
#if defined(FPCPU_HAS_neon)
    case Isa::neon:
      return &neon::table();
#endif
    default:
      return nullptr;
  }
}

std::string available_names() {
  std::string names;
  const IsaList list = available_isas();
  for (int i = 0; i < list.count; ++i) {
    if (i > 0) names += ", ";
    names += to_string(list.items[i]);
  }
  return names;
}

}  // namespace

IsaList available_isas() noexcept {
  IsaList list{};
  for (const Isa isa : {Isa::eigen, Isa::sse4, Isa::avx2, Isa::avx512, Isa::neon}) {
    if (has_table(isa, Precision::fp32)) list.items[list.count++] = isa;
  }
  return list;
}

bool has_table(Isa isa, Precision precision) noexcept {
  return built_table(isa, precision) != nullptr && cpu_supports(isa, precision);
}

const KernelTable<float>& float_table(Isa isa, Precision precision) {
  if (has_table(isa, precision)) return *built_table(isa, precision);
  const std::string what =
      precision == Precision::bf16 ? "' has no bf16 kernels that this machine can run" : "' cannot run on this machine";
  throw Error(ErrorCode::usage,
              "Instruction set '" + std::string(to_string(isa)) + what + ". Available: " + available_names() + ".");
}

const KernelTable<float>& choose_table(const char* name, Precision precision) {
  const char* source = "--isa";
  if (name == nullptr || *name == '\0') {
    name = std::getenv("FPCPU_ISA");
    source = "FPCPU_ISA";
  }
  const IsaList list = available_isas();
  Isa chosen = list.items[list.count - 1];
  if (name != nullptr && *name != '\0') {
    const std::optional<Isa> isa = parse_isa(name);
    if (!isa) {
      throw Error(ErrorCode::usage, std::string(source) + ": unknown instruction set '" + name +
                                        "'. Available: " + available_names() + ".");
    }
    chosen = *isa;
  }
  return float_table(chosen, has_table(chosen, precision) ? precision : Precision::fp32);
}

std::string name_of(const KernelTable<float>& table) {
  const std::string isa(to_string(table.isa));
  if (table.amx) return isa + "_amx";
  return table.precision == Precision::fp32 ? isa : isa + "_" + std::string(to_string(table.precision));
}

std::string describe(const KernelTable<float>& table) {
  return std::string(to_string(table.isa)) + " " + std::string(to_string(table.precision)) +
         (table.amx ? " (AMX)" : "");
}

std::string precision_notice(const KernelTable<float>& table, Precision wanted) {
  if (table.precision == wanted) return {};
  return "--precision " + std::string(to_string(wanted)) +
         " needs the AVX512-BF16 instructions, which instruction set '" + std::string(to_string(table.isa)) +
         "' does not have on this machine; computing in " + std::string(to_string(table.precision)) + ".";
}

}  // namespace fpcpu::kernels
