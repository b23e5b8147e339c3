// SPDX-License-Identifier: MIT
#include "train/tensorboard_log.hpp"

#include <algorithm>
#include <cmath>

#include "data/drawing.hpp"
#include "data/image_write.hpp"

namespace fpcpu {

namespace {

constexpr std::size_t kFaces = 4;

}  // namespace

void TensorboardLog::epoch(const EpochRow& row) {
  const std::pair<const char*, double> values[] = {{"loss/train", row.train_loss},
                                                   {"loss/validation", row.val_loss},
                                                   {"mse100/train_augmented", row.train_mse100},
                                                   {"mse100/train", row.fit_mse100},
                                                   {"mse100/validation", row.val_mse100},
                                                   {"nme/validation", row.val_nme},
                                                   {"lr", row.lr},
                                                   {"images_per_s", row.images_per_s}};
  for (const auto& [tag, value] : values) {
    if (std::isfinite(value)) events_.scalar(row.step, tag, value);
  }
}

void TensorboardLog::faces(std::int64_t step, const Dataset& val, const std::vector<float>& predictions) {
  const std::size_t count = std::min(kFaces, val.size());
  const auto width = static_cast<std::size_t>(2 * val.points());
  for (std::size_t f = 0; f < count; ++f) {
    const std::size_t i = f * val.size() / count;
    const Image picture = draw_points(val.image(i), {predictions.data() + i * width, width});
    events_.image(step, "validation/" + std::to_string(f + 1), picture.width, picture.height,
                  encode_image(picture, ImageFormat::jpeg, 85));
  }
}

}  // namespace fpcpu
