// SPDX-License-Identifier: MIT
#include "train/epoch_line.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/duration.hpp"
#include "report/html_text.hpp"

namespace fpcpu {

namespace {

/// A cell that stands right in `width` columns; it may be wider, but then cells run on rather than into each other.
std::string cell(const std::string& text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ') + text;
}

/// Four significant digits in at most seven columns for everything a loss may be.
std::string loss_text(double value) {
  if (std::isnan(value)) return "-";
  std::array<char, 32> text{};
  const double size = std::abs(value);
  const char* format = size >= 1e5 || (size > 0 && size < 1e-3) ? "%.1e" : (size >= 100 ? "%.1f" : "%.4f");
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

/// The same for mse100.
std::string error_text(double value) { return html::fixed(value, std::abs(value) >= 1e4 ? 0 : 2); }

struct Cells {
  std::string epoch, lr, loss, mse100, val_loss, val_mse100, fit, nme, speed, time, best;
};

std::string joined(const Cells& c, const EpochResult& r, std::size_t columns) {
  const std::size_t digits = std::to_string(r.epochs).size();
  std::string line = cell(c.epoch, std::max<std::size_t>(5, 2 * digits + 1));
  const auto add = [&](const std::string& text, std::size_t width) { line.append(1, ' ').append(cell(text, width)); };
  if (columns >= kWideColumns) add(c.lr, 8);
  add(c.loss, 7);
  add(c.mse100, 6);
  line += " |";
  if (!std::isnan(r.val_mse100)) {
    add(c.val_loss, 7);
    add(c.val_mse100, 6);
    add(c.fit, 6);
    add(c.nme, 5);
    line += " |";
  }
  add(c.speed, 5);
  add(c.time, 7);
  return line + c.best;
}

}  // namespace

std::string epoch_header(const EpochResult& r, std::size_t columns) {
  return joined({"epoch", "lr", "loss", "mse100", "valloss", "mse100", "fit", "nme %", "img/s", "time", ""}, r,
                columns);
}

std::string epoch_line(const EpochResult& r, std::size_t columns) {
  std::array<char, 32> lr{};
  std::snprintf(lr.data(), lr.size(), "%.2e", r.lr);
  return joined(
      {std::to_string(r.epoch) + "/" + std::to_string(r.epochs), lr.data(), loss_text(r.train_loss),
       error_text(r.train_mse100), loss_text(r.val_loss), error_text(r.val_mse100), error_text(r.fit_mse100),
       html::fixed(100 * r.val_nme, 2), html::fixed(r.images_per_s, 0), duration(r.seconds), r.best ? " *" : ""},
      r, columns);
}

}  // namespace fpcpu
