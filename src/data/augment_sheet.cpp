// SPDX-License-Identifier: MIT
#include "data/augment_sheet.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>

#include "core/coordinates.hpp"
#include "data/bitmap_font.hpp"
#include "data/drawing.hpp"

namespace fpcpu {

namespace {

using A = AugmentOptions;

constexpr int kTile = 160;  // longer side
constexpr int kGap = 4;
constexpr int kFontScale = 2;
constexpr int kTitle = kFontScale * kGlyphHeight + 10;
constexpr int kTogetherRows = 3;
constexpr std::uint8_t kPaper = 250;
constexpr Colour kInk = {30.0F, 30.0F, 40.0F};

struct Single {
  const char* name;
  float A::*range;
  float A::*chance = nullptr;
  const char* unit = "";
};

constexpr Single kSingles[] = {
    {"mirror", nullptr, &A::mirror},
    {"rotation", &A::rotation, &A::rotation_chance, " degrees"},
    {"scale", &A::scale},
    {"shift", &A::shift},
    {"perspective", &A::perspective},
    {"crop", &A::crop, &A::crop_chance},
    {"brightness", &A::brightness},
    {"contrast", &A::contrast},
    {"gamma", &A::gamma},
    {"hue", &A::hue},
    {"saturation", &A::saturation},
    {"value", &A::value},
    {"gray", nullptr, &A::gray},
    {"occlusion", &A::occlusion, &A::occlusion_chance},
    {"blur", &A::blur, &A::blur_chance, " px"},
    {"noise", &A::noise, &A::noise_chance},
    {"jpeg quality", &A::jpeg_low, &A::jpeg_chance},
};

std::string number(float value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.3g", static_cast<double>(value));
  return text;
}

SheetRow alone(const Single& single, const AugmentOptions& all) {
  SheetRow row{single.name, {}};
  if (single.range != nullptr) {
    row.augment.*single.range = all.*single.range;
    row.title.append(" ").append(number(all.*single.range));
  }
  if (single.range == &A::jpeg_low) {
    row.augment.jpeg_high = all.jpeg_high;
    row.title.append("-").append(number(all.jpeg_high));
  }
  row.title += single.unit;
  if (single.chance != nullptr) {
    row.augment.*single.chance = 1;
    row.title.append(", ").append(number(100 * all.*single.chance)).append(" % of the faces");
  }
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

  Image make(const Source& source, const Landmarks& marks, const AugmentOptions& augment, Rng rng) {
    augment_sample(source, marks, preprocessing, augment, rng, scratch, {x.data(), targets.data(), visible.data()});
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
  for (const Single& single : kSingles) {
    const bool never = single.chance != nullptr && augment.*single.chance == 0;
    const bool nothing = single.range != nullptr && augment.*single.range == 0;
    if (!never && !nothing) rows.push_back(alone(single, augment));
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
      const Rng rng(options.seed, RandomUse::augment, r, static_cast<std::uint64_t>(column));
      paste(sheet, x, y, tiles.make(source, data.landmarks(face), rows[r].augment, rng));
      y += tiles.height + kGap;
    }
  }
  return sheet;
}

}  // namespace fpcpu
