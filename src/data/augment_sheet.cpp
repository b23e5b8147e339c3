// SPDX-License-Identifier: MIT
#include "data/augment_sheet.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>

#include "core/coordinates.hpp"
#include "data/augments/registry.hpp"
#include "data/bitmap_font.hpp"
#include "data/drawing.hpp"

namespace fpcpu {

namespace {

constexpr int kTile = 160;  // longer side
constexpr int kGap = 4;
constexpr int kFontScale = 2;
constexpr int kTitle = kFontScale * kGlyphHeight + 10;
constexpr int kTogetherRows = 3;
constexpr std::uint8_t kPaper = 250;
constexpr Colour kInk = {30.0F, 30.0F, 40.0F};

std::string number(float value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.3g", static_cast<double>(value));
  return text;
}

/// This augmentation on every face: "rotation 20 degrees, 70 % of the faces".
SheetRow alone(const Augmentation& augmentation, const AugmentOptions& all) {
  SheetRow row{std::string(augmentation.title), {}};
  const AugmentValues given = all.of(augmentation);
  const std::span<float> values = row.augment.of(augmentation);
  std::string faces;
  char between = ' ';
  for (std::size_t i = 0; i < given.size(); ++i) {
    values[i] = given[i];
    if (augmentation.ranges[i].is_chance) {
      values[i] = 1;
      faces = ", " + number(100 * given[i]) + " % of the faces";
    } else {
      row.title += between + number(given[i]);
      between = '-';
    }
  }
  row.title.append(augmentation.unit).append(faces);
  return row;
}

/// Colours of equal steps around the circle of hues.
Colour point_colour(std::size_t k, std::size_t points) {
  const float turn = 2 * std::numbers::pi_v<float> * static_cast<float>(k) / static_cast<float>(points);
  const auto channel = [&](float phase) { return 150 + 105 * std::cos(turn - phase); };
  constexpr float kThird = 2 * std::numbers::pi_v<float> / 3;
  return {channel(0), channel(kThird), channel(2 * kThird)};
}

struct TileMaker {
  Preprocessing preprocessing;
  int width;
  int height;
  AugmentScratch scratch;
  std::vector<float> x, targets, visible;

  explicit TileMaker(const Preprocessing& given) : preprocessing(given), width(kTile), height(kTile) {
    const Shape input = preprocessing.input;
    const float zoom = static_cast<float>(kTile) / static_cast<float>(std::max(input.w, input.h));
    width = std::max(1, static_cast<int>(std::lround(zoom * static_cast<float>(input.w))));
    height = std::max(1, static_cast<int>(std::lround(zoom * static_cast<float>(input.h))));
    preprocessing.mean.assign(static_cast<std::size_t>(input.c), 0.0F);
    preprocessing.deviation.assign(static_cast<std::size_t>(input.c), 1.0F);
    x.resize(input.size());
    targets.resize(2 * static_cast<std::size_t>(preprocessing.points));
    visible.resize(static_cast<std::size_t>(preprocessing.points));
  }

  Image make(const Source& source, const Landmarks& marks, const AugmentOptions& augment, const SampleDraws& draws) {
    augment_sample(source, marks, preprocessing, augment, draws, scratch, {x.data(), targets.data(), visible.data()});
    Image sample{preprocessing.input.w, preprocessing.input.h, preprocessing.input.c, {}};
    for (const float v : x) sample.pixels.push_back(static_cast<std::uint8_t>(std::lround(v)));
    Image tile = resized(sample, width, height);
    const float radius = visible.size() > 30 ? 1.3F : 2.0F;
    for (std::size_t k = 0; k < visible.size(); ++k) {
      if (visible[k] == 0) continue;
      draw_dot(tile, fraction_to_pixel(targets[2 * k], width), fraction_to_pixel(targets[2 * k + 1], height), radius,
               point_colour(k, visible.size()));
    }
    return tile;
  }
};

}  // namespace

std::vector<SheetRow> sheet_rows(const AugmentOptions& augment) {
  std::vector<SheetRow> rows = {{"unchanged", {}}};
  for (const Augmentation& a : augmentations()) {
    if (is_on(a, augment.of(a))) rows.push_back(alone(a, augment));
  }
  if (rows.size() == 1) return rows;
  for (int i = 0; i < kTogetherRows; ++i) rows.push_back({i == 0 ? "all together" : "", augment});
  return rows;
}

Image augment_sheet(const Dataset& data, const SheetOptions& options) {
  const std::vector<SheetRow> rows = sheet_rows(options.augment);
  TileMaker tiles(options.preprocessing);
  Image sheet{options.count * (tiles.width + kGap) + kGap, kGap, 3, {}};
  for (const SheetRow& row : rows) sheet.height += (row.title.empty() ? 0 : kTitle) + tiles.height + kGap;
  sheet.pixels.assign(static_cast<std::size_t>(sheet.width) * static_cast<std::size_t>(sheet.height) * 3, kPaper);

  for (int column = 0; column < options.count; ++column) {
    const std::size_t face = static_cast<std::size_t>(column) * data.size() / static_cast<std::size_t>(options.count);
    const Source source = make_source(data.image(face), options.preprocessing.input);
    const int x = kGap + column * (tiles.width + kGap);
    int y = kGap;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      if (!rows[r].title.empty()) {
        if (column == 0) draw_text(sheet, kGap, y + 6, rows[r].title, kFontScale, kInk);
        y += kTitle;
      }
      const SampleDraws draws{options.seed, static_cast<std::uint32_t>(r), static_cast<std::uint32_t>(column)};
      paste(sheet, x, y, tiles.make(source, data.landmarks(face), rows[r].augment, draws));
      y += tiles.height + kGap;
    }
  }
  return sheet;
}

}  // namespace fpcpu
