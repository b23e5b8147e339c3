// SPDX-License-Identifier: MIT
#include "cli/search_display.hpp"

#include <array>
#include <cmath>
#include <cstdio>

#include "cli/interrupt.hpp"
#include "core/duration.hpp"

namespace fpcpu::cli {

SearchCallbacks SearchDisplay::callbacks() {
  SearchCallbacks c;
  c.train.stop = interrupted;
  c.train.notice = [this](const std::string& text) { live_.print("note: " + text, stderr); };
  c.begin = [this](const std::string& label, std::size_t finished, std::size_t all) {
    release_interrupt();
    if (!quiet_) begin(label, finished, all);
  };
  if (quiet_) return c;
  c.train.step = [this](const StepProgress& p) {
    char text[200];
    std::snprintf(text, sizeof(text), "  epoch %d/%d  mse100 %.2f  %.0f img/s  %s left", p.epoch, p.epochs, p.mse100,
                  p.images_per_s, duration(p.seconds_left).c_str());
    live_.show(count_ + label_ + text);
  };
  c.end = [this](const std::string& label, double mse100) {
    std::array<char, 32> error{};
    std::snprintf(error.data(), error.size(), "mse100 %.3f", mse100);
    live_.print(count_ + label + ": " + (std::isnan(mse100) ? "the loss was not finite" : error.data()), stdout);
  };
  c.waiting = [this](std::size_t runs) {
    live_.show("waiting for " + std::to_string(runs) + (runs == 1 ? " run" : " runs") + " of other processes");
  };
  return c;
}

void SearchDisplay::begin(const std::string& label, std::size_t finished, std::size_t all) {
  label_ = label;
  count_ = '[' + std::to_string(finished + 1) + '/' + std::to_string(all) + "] ";
  live_.show(count_ + label_ + "  preparing");
}

std::string mean_and_spread(const MeanSpread& value, double unit) {
  if (std::isnan(value.mean)) return "-";
  char text[64];
  if (std::isnan(value.spread)) {
    std::snprintf(text, sizeof(text), "%.3f", unit * value.mean);
  } else {
    std::snprintf(text, sizeof(text), "%.3f +- %.3f", unit * value.mean, unit * value.spread);
  }
  return text;
}

}  // namespace fpcpu::cli
