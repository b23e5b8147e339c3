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
#if defined(FPCPU_HAS_neon)
namespace neon {
const KernelTable<float>& table() noexcept;
}
#endif

namespace {

/// Null if this build has no such table.
const KernelTable<float>* built_table(Isa isa) noexcept {
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
    if (built_table(isa) != nullptr && cpu_supports(isa)) list.items[list.count++] = isa;
  }
  return list;
}

const KernelTable<float>& float_table(Isa isa) {
  const KernelTable<float>* table = built_table(isa);
  if (table == nullptr || !cpu_supports(isa)) {
    throw Error(ErrorCode::usage, "Instruction set '" + std::string(to_string(isa)) +
                                      "' cannot run on this machine. Available: " + available_names() + ".");
  }
  return *table;
}

const KernelTable<float>& choose_table(const char* name) {
  const char* source = "--isa";
  if (name == nullptr || *name == '\0') {
    name = std::getenv("FPCPU_ISA");
    source = "FPCPU_ISA";
  }
  if (name == nullptr || *name == '\0') {
    const IsaList list = available_isas();
    return float_table(list.items[list.count - 1]);
  }
  const std::optional<Isa> isa = parse_isa(name);
  if (!isa) {
    throw Error(ErrorCode::usage, std::string(source) + ": unknown instruction set '" + name +
                                      "'. Available: " + available_names() + ".");
  }
  return float_table(*isa);
}

}  // namespace fpcpu::kernels
