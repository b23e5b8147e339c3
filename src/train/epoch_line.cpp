#include "train/epoch_line.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace fpcpu {

std::string duration(double seconds) {
  const auto whole = static_cast<long>(std::lround(std::max(0.0, seconds)));
  std::array<char, 48> text{};
  if (whole < 100) {
    std::snprintf(text.data(), text.size(), "%ld s", whole);
  } else if (whole < 3600) {
    std::snprintf(text.data(), text.size(), "%ld:%02ld", whole / 60, whole % 60);
  } else {
    std::snprintf(text.data(), text.size(), "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
  }
  return text.data();
}

std::string epoch_line(const EpochResult& r) {
  std::array<char, 256> text{};
  const int width = static_cast<int>(std::to_string(r.epochs).size());
  int n = std::snprintf(text.data(), text.size(), "epoch %*d/%d  loss %.4f  mse100 %.2f", width, r.epoch, r.epochs,
                        r.train_loss, r.train_mse100);
  if (!std::isnan(r.val_mse100)) {
    n += std::snprintf(text.data() + n, text.size() - static_cast<std::size_t>(n),
                       "  |  val loss %.4f  mse100 %.2f (fit %.2f)  nme %.2f %%", r.val_loss, r.val_mse100,
                       r.fit_mse100, 100 * r.val_nme);
  }
  std::snprintf(text.data() + n, text.size() - static_cast<std::size_t>(n), "  |  %.0f img/s  %s%s", r.images_per_s,
                duration(r.seconds).c_str(), r.best ? "  *" : "");
  return text.data();
}

}  // namespace fpcpu
