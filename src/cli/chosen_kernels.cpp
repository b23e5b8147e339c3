// SPDX-License-Identifier: MIT
#include "cli/chosen_kernels.hpp"

#include <cstdio>

namespace fpcpu::cli {

const kernels::KernelTable<float>& chosen_kernels(const Arguments& a) {
  const Precision wanted = parse_precision(a.text("precision", "fp32"));
  const kernels::KernelTable<float>& table = kernels::choose_table(a.isa().c_str(), wanted);
  const std::string notice = kernels::precision_notice(table, wanted);
  if (!notice.empty()) std::fprintf(stderr, "note: %s\n", notice.c_str());
  return table;
}

}  // namespace fpcpu::cli
