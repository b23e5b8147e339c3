// SPDX-License-Identifier: MIT
#include "graph/node_kernels.hpp"

#include <algorithm>
#include <cstdint>

namespace fpcpu {

std::vector<const kernels::KernelTable<float>*> node_kernels(const Graph& graph,
                                                             const kernels::KernelTable<float>& kernels) {
  const auto size = static_cast<std::size_t>(graph.size());
  std::vector<const kernels::KernelTable<float>*> tables(size, &kernels);
  if (kernels.precision == Precision::fp32) return tables;
  const auto readers = graph.consumers();
  std::vector<std::uint8_t> leads_to_params(size, 0);  // through its readers
  for (std::size_t i = size; i-- > 0;) {
    leads_to_params[i] = std::any_of(readers[i].begin(), readers[i].end(), [&](int reader) {
      return leads_to_params[static_cast<std::size_t>(reader)] != 0 || !graph.node(reader).signature.params.empty();
    });
    if (leads_to_params[i] == 0 || graph.is_output(static_cast<int>(i)))
      tables[i] = &kernels::float_table(kernels.isa, Precision::fp32);
  }
  return tables;
}

}  // namespace fpcpu
