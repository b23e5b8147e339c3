// SPDX-License-Identifier: MIT
#include "data/augment.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "data/augments/geometry.hpp"
#include "data/synth.hpp"
#include "fpcpu/dataset.hpp"
#include "support/messages.hpp"

using namespace fpcpu;

namespace {

constexpr Shape kInput{96, 96, 3};

Preprocessing preprocessing(Shape input = kInput) {
  Preprocessing p;
  p.input = input;
  p.mean.assign(static_cast<std::size_t>(input.c), 110.0F);
  p.deviation.assign(static_cast<std::size_t>(input.c), 60.0F);
  p.mirror = {3, 2, 1, 0, 9, 8, 7, 6, 5, 4, 10, 13, 12, 11};
  return p;
}

struct Sample {
  std::vector<float> x, targets, visible;
};

Sample augment(const Image& image, const Landmarks& marks, const Preprocessing& p, const AugmentOptions& o,
               const SampleDraws& draws) {
  AugmentScratch scratch;
  Sample s;
  s.x.assign(p.input.size(), std::nanf(""));
  s.targets.assign(marks.xy.size(), std::nanf(""));
  s.visible.assign(marks.visible.size(), std::nanf(""));
  augment_sample(make_source(image, p.input), marks, p, o, draws, scratch,
                 {s.x.data(), s.targets.data(), s.visible.data()});
  return s;
}

SampleDraws stream(std::uint64_t sample) { return {7, 0, static_cast<std::uint32_t>(sample)}; }

}  // namespace

TEST_CASE("without augmentation the sample is prepare_image, bit for bit") {
  const DatasetPtr faces = open_dataset("synth:12:4");
  for (std::size_t i = 0; i < faces->size(); ++i) {
    for (const Shape input : {kInput, Shape{40, 56, 1}}) {
      const Preprocessing p = preprocessing(input);
      const Image image = faces->image(i);
      const Sample s = augment(image, faces->landmarks(i), p, {}, stream(i));
      std::vector<float> expected(input.size());
      prepare_image(image, p, expected.data());
      CHECK(s.x == expected);
      const Landmarks& marks = faces->landmarks(i);
      for (std::size_t j = 0; j < s.targets.size(); ++j) {
        CHECK(s.targets[j] ==
              doctest::Approx((marks.xy[j] + 0.5) / (j % 2 == 0 ? faces->width(i) : faces->height(i)) - 0.5)
                  .epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("mirroring flips the picture exactly and exchanges points and visibility") {
  const DatasetPtr faces = open_dataset("synth:6:4");
  AugmentOptions o;
  o["mirror"] = 1;
  Landmarks marks = faces->landmarks(0);
  marks.visible[4] = 0;
  const Image image = faces->image(0);
  const Preprocessing p = preprocessing({image.height, image.width, 3});
  const Sample plain = augment(image, marks, p, {}, stream(0));
  const Sample mirrored = augment(image, marks, p, o, stream(0));
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const auto at = [&](int u) { return static_cast<std::size_t>((y * image.width + u) * 3); };
      CHECK(mirrored.x[at(x)] == plain.x[at(image.width - 1 - x)]);
    }
  }
  for (std::size_t k = 0; k < 14; ++k) {
    const auto to = static_cast<std::size_t>(p.mirror[k]);
    CHECK(mirrored.visible[to] == plain.visible[k]);
    if (plain.visible[k] == 0) continue;
    CHECK(mirrored.targets[2 * to] == doctest::Approx(-plain.targets[2 * k]).epsilon(1e-4));
    CHECK(mirrored.targets[2 * to + 1] == doctest::Approx(plain.targets[2 * k + 1]).epsilon(1e-4));
  }
  CHECK(mirrored.visible[9] == 0);
  CHECK(mirrored.targets[18] == 0);
}

TEST_CASE("points go where the picture goes, and back to 1e-3 px") {
  AugmentOptions o = augment_preset("full");
  o["rotation-chance"] = 1;
  const DatasetPtr faces = open_dataset("synth:20:9");
  for (std::size_t i = 0; i < faces->size(); ++i) {
    const Landmarks& marks = faces->landmarks(i);
    Source source = make_source(faces->image(i), kInput);
    std::vector<float> warped(marks.xy.size());
    const Placement placement = place_sample(source, marks, kInput, o, stream(i), warped);
    for (std::size_t k = 0; k < 14; ++k) {
      const Point back = placement.input_to_original({warped[2 * k], warped[2 * k + 1]});
      CHECK(std::abs(back.x - marks.xy[2 * k]) < 1e-3);
      CHECK(std::abs(back.y - marks.xy[2 * k + 1]) < 1e-3);
    }
  }
}

TEST_CASE("a dot is painted where its point lands") {
  AugmentOptions o = augment_preset("basic");
  o["rotation-chance"] = 1;
  o["perspective"] = 0.05F;
  Preprocessing p = preprocessing();
  p.mirror = {0};
  p.mean.assign(3, 0.0F);
  for (const auto& [width, height] : {std::pair{90, 120}, std::pair{300, 260}}) {
    for (std::uint64_t trial = 0; trial < 30; ++trial) {
      const double x = 0.4 * width, y = 0.65 * height, sigma = 0.04 * width;
      Image image{width, height, 1, {}};
      for (int v = 0; v < height; ++v) {
        for (int u = 0; u < width; ++u) {
          const double r = ((u - x) * (u - x) + (v - y) * (v - y)) / (2 * sigma * sigma);
          image.pixels.push_back(static_cast<std::uint8_t>(std::lround(250 * std::exp(-r))));
        }
      }
      o["brightness"] = o["contrast"] = 0;
      const Landmarks marks{{static_cast<float>(x), static_cast<float>(y)}, {1}};
      const Sample s = augment(image, marks, p, o, stream(trial));
      double sx = 0, sy = 0, total = 0;
      for (int v = 0; v < 96; ++v) {
        for (int u = 0; u < 96; ++u) {
          const double w = s.x[static_cast<std::size_t>((v * 96 + u) * 3)];
          sx += w * u;
          sy += w * v;
          total += w;
        }
      }
      // Perspective pulls the centre of a wide dot a little off its peak.
      CHECK(std::abs((sx / total + 0.5) / 96 - 0.5 - s.targets[0]) * 96 < 0.13);
      CHECK(std::abs((sy / total + 0.5) / 96 - 0.5 - s.targets[1]) * 96 < 0.13);
    }
  }
}

TEST_CASE("points keep clear of the border, and one that was outside does not forbid everything") {
  AugmentOptions o = augment_preset("full");
  o["scale"] = 0.5F;
  o["shift"] = 0.3F;
  const DatasetPtr faces = open_dataset("synth:1:2");
  const Image image = faces->image(0);
  int moved = 0;
  for (std::uint64_t trial = 0; trial < 200; ++trial) {
    Landmarks marks = faces->landmarks(0);
    if (trial % 2 == 1) marks.xy[23] = static_cast<float>(image.height) + 4;
    const Sample s = augment(image, marks, preprocessing(), o, stream(trial));
    const Sample plain = augment(image, marks, preprocessing(), {}, stream(trial));
    for (std::size_t j = 0; j < s.targets.size(); ++j) {
      if (trial % 2 == 0) CHECK(std::abs(s.targets[j]) <= 0.48F);
    }
    moved += std::abs(s.targets[21] - plain.targets[21]) > 1e-3F ? 1 : 0;
  }
  CHECK(moved > 100);
}

TEST_CASE("a sample depends on its stream alone") {
  const DatasetPtr faces = open_dataset("synth:1:2");
  const Image image = faces->image(0);
  const AugmentOptions o = augment_preset("full");
  const Sample a = augment(image, faces->landmarks(0), preprocessing(), o, stream(3));
  const Sample b = augment(image, faces->landmarks(0), preprocessing(), o, stream(3));
  const Sample c = augment(image, faces->landmarks(0), preprocessing(), o, stream(4));
  CHECK(a.x == b.x);
  CHECK(a.targets == b.targets);
  CHECK(a.x != c.x);
}

TEST_CASE("the corners of a square go where they are sent") {
  const std::array<Point, 4> corners = {{{0.1, -0.2}, {1.3, 0.1}, {0.9, 1.2}, {-0.1, 0.8}}};
  const Map2D map = square_to_quad(corners);
  const std::array<Point, 4> square = {{{0, 0}, {1, 0}, {1, 1}, {0, 1}}};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(map(square[i]).x == doctest::Approx(corners[i].x));
    CHECK(map(square[i]).y == doctest::Approx(corners[i].y));
  }
}

TEST_CASE("each change of geometry stays within its range and moves the points") {
  const DatasetPtr faces = make_synth_dataset(1, 2, 160);
  const Source source = make_source(faces->image(0), kInput);
  const Landmarks& marks = faces->landmarks(0);
  const Map2D plain = resize_map(source.width, source.height, kInput.w, kInput.h);
  const Point middle = plain({0.5 * (source.width - 1), 0.5 * (source.height - 1)});
  const auto run = [&](const AugmentOptions& o, const auto& check) {
    double largest = 0;
    for (std::uint64_t trial = 0; trial < 60; ++trial) {
      std::vector<float> warped(marks.xy.size());
      const Placement placement = place_sample(source, marks, kInput, o, stream(trial), warped);
      largest = std::max(largest, check(inverse(placement.input_to_original) * inverse(plain)));
    }
    return largest;
  };
  const auto moved = [](const Map2D& change, double x, double y) {
    const Point to = change({x, y});
    return std::max(std::abs(to.x - x), std::abs(to.y - y));
  };
  AugmentOptions o;
  o["rotation"] = 10;
  o["rotation-chance"] = 1;
  const double degrees = run(o, [](const Map2D& m) { return std::abs(std::atan2(m.a[3], m.a[0])) * 57.29578; });
  CHECK(degrees > 8);
  CHECK(degrees <= 10.001);
  o = {};
  o["scale"] = 0.1F;
  const double scaled = run(o, [](const Map2D& m) { return std::abs(m.a[0] - 1); });
  CHECK(scaled > 0.08);
  CHECK(scaled <= 0.1001);
  o = {};
  o["shift"] = 0.05F;
  const double shifted = run(o, [&](const Map2D& m) { return moved(m, middle.x, middle.y) / 96; });
  CHECK(shifted > 0.04);
  CHECK(shifted <= 0.0501);
  o = {};
  o["perspective"] = 0.05F;
  double bent = 0;
  const double corner = run(o, [&](const Map2D& m) {
    bent = std::max(bent, std::abs(m.a[6] / m.a[8]) * 96);
    return std::max({moved(m, -0.5, -0.5), moved(m, 95.5, -0.5), moved(m, -0.5, 95.5), moved(m, 95.5, 95.5)}) / 96;
  });
  CHECK(corner > 0.04);
  CHECK(corner <= 0.0501);
  CHECK(bent > 0.02);
  o = {};
  o["crop"] = 0.2F;
  o["crop-chance"] = 1;
  double smallest = 1;
  const double enlarged = run(o, [&](const Map2D& m) {
    smallest = std::min({smallest, m.a[0], m.a[4]});
    return std::max(m.a[0], m.a[4]);
  });
  CHECK(smallest >= 0.9999);
  CHECK(enlarged > 1.05);
  CHECK(enlarged < 1.0 / 0.6);
}

TEST_CASE("a crop never cuts a point off, however much it may cut") {
  AugmentOptions o;
  o["crop"] = 0.5F;
  o["crop-chance"] = 1;
  const DatasetPtr faces = open_dataset("synth:10:3");
  for (std::size_t i = 0; i < faces->size(); ++i) {
    const Landmarks& marks = faces->landmarks(i);
    const Source source = make_source(faces->image(i), kInput);
    std::vector<float> warped(marks.xy.size());
    const Placement placement = place_sample(source, marks, kInput, o, stream(i), warped);
    CHECK(placement.input_to_original({48, 48}).x != doctest::Approx((48.5) * source.width / 96 - 0.5).epsilon(1e-9));
    for (const float v : warped) CHECK((v >= 0.0F && v <= 95.0F));
  }
}

TEST_CASE("gamma darkens or brightens the middle and keeps black and white") {
  AugmentOptions o;
  o["gamma"] = 1;
  Preprocessing p = preprocessing({4, 3, 1});
  const Image image{3, 4, 1, {0, 128, 255, 0, 128, 255, 0, 128, 255, 0, 128, 255}};
  const Landmarks marks{{1, 1}, {1}};
  const Sample plain = augment(image, marks, p, {}, stream(1));
  double largest = 0;
  for (std::uint64_t trial = 0; trial < 20; ++trial) {
    const Sample s = augment(image, marks, p, o, stream(trial));
    CHECK(s.x[0] == plain.x[0]);
    CHECK(s.x[2] == plain.x[2]);
    largest = std::max(largest, std::abs(static_cast<double>(s.x[1] - plain.x[1])) * 60);
  }
  CHECK(largest > 20);
  CHECK(largest < 70);
}

TEST_CASE("presets") {
  CHECK(augment_preset("none") == AugmentOptions{});
  CHECK(augment_preset("basic")["rotation"] == 20);
  CHECK(augment_preset("basic")["occlusion"] == 0);
  CHECK(augment_preset("full")["occlusion"] > 0);
  CHECK(augment_preset("full")["jpeg-chance"] > 0);
  CHECK(
      test::contains(test::message_of(ErrorCode::usage, [] { (void)augment_preset("ful"); }), "Did you mean 'full'?"));
}

TEST_CASE("the calm end of a run: the last epochs, geometry as before, gentle pixels") {
  AugmentOptions o = augment_preset("full");
  const AugmentOptions calm = calmed(o);
  CHECK(calm["rotation"] == o["rotation"]);
  CHECK(calm["crop"] == o["crop"]);
  CHECK(calm["brightness"] == o["brightness"] / 2);
  for (const float off : {calm["gray"], calm["occlusion"], calm["blur"], calm["noise"], calm["jpeg-chance"]})
    CHECK(off == 0);
  CHECK(calmed({}) == AugmentOptions{});

  const auto calm_epochs = [&](float part, int epochs) {
    o["calm"] = part;
    int count = 0;
    bool started = false;
    for (int epoch = 0; epoch < epochs; ++epoch) {
      const bool now = is_calm_epoch(o, epoch, epochs);
      CHECK((now || !started));
      started = now;
      count += now ? 1 : 0;
    }
    return count;
  };
  CHECK(calm_epochs(0.1F, 30) == 3);
  CHECK(calm_epochs(0.1F, 9) == 0);
  CHECK(calm_epochs(0.7F, 10) == 7);
  CHECK(calm_epochs(0, 10) == 0);
  CHECK(calm_epochs(1, 4) == 4);
}

TEST_CASE("speed of one sample (printed, not checked)") {
  const DatasetPtr faces = open_dataset("synth:1:2");
  Image image = faces->image(0);
  Image wide{160, 160, 3, {}};
  for (int y = 0; y < 160; ++y) {
    for (int x = 0; x < 160 * 3; ++x) {
      const int from = (y % image.height) * image.width + (x / 3) % image.width;
      wide.pixels.push_back(image.pixels[static_cast<std::size_t>(from * image.channels + (x % 3) % image.channels)]);
    }
  }
  const Preprocessing p = preprocessing();
  const Source source = make_source(wide, p.input);
  Landmarks marks = faces->landmarks(0);
  std::vector<float> x(p.input.size()), targets(28), visible(14);
  AugmentScratch scratch;
  for (const char* name : {"none", "basic", "full"}) {
    const AugmentOptions o = augment_preset(name);
    double best = 1e9;
    for (std::uint64_t i = 0; i < 60; ++i) {
      const auto start = std::chrono::steady_clock::now();
      augment_sample(source, marks, p, o, stream(i / 10), scratch, {x.data(), targets.data(), visible.data()});
      best =
          std::min(best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
    std::printf("augment %-5s 160x160 -> 96x96x3: %.3f ms\n", name, best);
  }
}
