// SPDX-License-Identifier: MIT
// What last.safetensors says about where a run stands: lines of "key value".

#include <algorithm>
#include <map>

#include "fuzz/fuzz.hpp"
#include "optim/optimizer.hpp"
#include "optim/schedule.hpp"
#include "train/position.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fpcpu::fuzz::expect_error_at_most([&] {
    std::map<std::string, std::string> state;
    std::string_view text = fpcpu::fuzz::text_of(data, size);
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(text.size(), line.size() + 1));
      const std::size_t space = line.find(' ');
      if (space == std::string_view::npos) continue;
      state[std::string(line.substr(0, space))] = line.substr(space + 1);
    }
    fpcpu::Position position;
    position.load(state);
    static_cast<void>(position.mean_loss() + position.mean_mse100());
    fpcpu::ScheduleOptions options;
    options.name = "plateau";
    fpcpu::Schedule schedule(options);
    schedule.load(state);
    schedule.observe(1.0);
    static_cast<void>(schedule.lr(position.epoch));
    position.save(state);
    schedule.save(state);
  });
}
