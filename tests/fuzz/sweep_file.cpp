// SPDX-License-Identifier: MIT
// A sweep: settings and trainings to rank. Inputs that name data other than rendered faces are left out, because they
// would be read; so are those of long lists, which are slow and nothing else.

#include "search/sweep_file.hpp"

#include <algorithm>

#include "fuzz/fuzz.hpp"
#include "search/sweep_content.hpp"

namespace {

bool is_harmless(const fpcpu::SweepContent& content) {
  std::size_t settings = std::max<std::size_t>(1, content.variants.size());
  for (const fpcpu::SweepAxis& axis : content.axes) settings *= std::max<std::size_t>(1, axis.choices.size());
  if (content.count > 20 || settings > 20 || content.seeds.size() > 5) return false;
  const auto names_file = [](const fpcpu::TomlEntry& e) {
    return e.key.find("data") != std::string::npos || e.key.find("val") != std::string::npos ||
           e.key.find("model") != std::string::npos;
  };
  for (const auto& e : content.base) {
    if (names_file(e)) return false;
  }
  for (const auto& [position, variant] : content.variants) {
    for (const auto& e : variant.entries) {
      if (names_file(e)) return false;
    }
  }
  for (const fpcpu::SweepAxis& axis : content.axes) {
    if (axis.option == "data" || axis.option == "val" || axis.option == "model") return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fpcpu::fuzz::expect_error_at_most([&] {
    const auto& file = fpcpu::fuzz::file_of(data, size);
    if (is_harmless(fpcpu::read_sweep_content(file))) static_cast<void>(fpcpu::read_sweep_file(file));
  });
}
