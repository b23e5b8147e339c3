// SPDX-License-Identifier: MIT
// The options of a training, as `--config FILE` takes them.

#include <span>

#include "fuzz/fuzz.hpp"
#include "options/config.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fpcpu::fuzz::expect_error_at_most([&] {
    fpcpu::TrainOptions options;
    fpcpu::read_config(fpcpu::fuzz::file_of(data, size), options);
    fpcpu::check_options(options);
    static_cast<void>(fpcpu::config_text(options, {}));
  });
}
