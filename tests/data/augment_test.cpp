#include "data/augment.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <cstdio>

#include "data/augments/geometry.hpp"
#include "data/augments/pixel_augment.hpp"
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

Sample augment(const Image& image, const Landmarks& marks, const Preprocessing& p, const AugmentOptions& o, Rng rng) {
  AugmentScratch scratch;
  Sample s;
  s.x.assign(p.input.size(), std::nanf(""));
  s.targets.assign(marks.xy.size(), std::nanf(""));
  s.visible.assign(marks.visible.size(), std::nanf(""));
  augment_sample(make_source(image, p.input), marks, p, o, rng, scratch,
                 {s.x.data(), s.targets.data(), s.visible.data()});
  return s;
}

Rng stream(std::uint64_t sample) { return {7, RandomUse::augment, 0, sample}; }

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
        CHECK(s.targets[j] == doctest::Approx((marks.xy[j] + 0.5) / faces->width(i) - 0.5).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("mirroring flips the picture exactly and exchanges points and visibility") {
  const DatasetPtr faces = open_dataset("synth:6:4");
  AugmentOptions o;
  o.mirror = 1;
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
  o.rotation_chance = 1;
  const DatasetPtr faces = open_dataset("synth:20:9");
  for (std::size_t i = 0; i < faces->size(); ++i) {
    const Landmarks& marks = faces->landmarks(i);
    Source source = make_source(faces->image(i), kInput);
    Rng rng = stream(i);
    std::vector<float> warped(marks.xy.size());
    const Placement placement = place_sample(source, marks, kInput, o, rng, warped);
    for (std::size_t k = 0; k < 14; ++k) {
      const Point back = placement.input_to_original({warped[2 * k], warped[2 * k + 1]});
      CHECK(std::abs(back.x - marks.xy[2 * k]) < 1e-3);
      CHECK(std::abs(back.y - marks.xy[2 * k + 1]) < 1e-3);
    }
  }
}

TEST_CASE("a dot is painted where its point lands") {
  AugmentOptions o = augment_preset("basic");
  o.rotation_chance = 1;
  o.perspective = 0.05F;
  Preprocessing p = preprocessing();
  p.mirror = {0};
  p.mean.assign(3, 0.0F);
  for (const auto& [width, height] : {std::pair{90, 120}, std::pair{300, 260}}) {
    for (std::uint64_t trial = 0; trial < 30; ++trial) {
      const double x = 0.4 * width, y = 0.65 * height, sigma = 0.06 * width;
      Image image{width, height, 1, {}};
      for (int v = 0; v < height; ++v) {
        for (int u = 0; u < width; ++u) {
          const double r = ((u - x) * (u - x) + (v - y) * (v - y)) / (2 * sigma * sigma);
          image.pixels.push_back(static_cast<std::uint8_t>(std::lround(250 * std::exp(-r))));
        }
      }
      o.brightness = o.contrast = 0;
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
      CHECK(std::abs((sx / total + 0.5) / 96 - 0.5 - s.targets[0]) * 96 < 0.12);
      CHECK(std::abs((sy / total + 0.5) / 96 - 0.5 - s.targets[1]) * 96 < 0.12);
    }
  }
}

TEST_CASE("points keep clear of the border, and one that was outside does not forbid everything") {
  AugmentOptions o = augment_preset("full");
  o.scale = 0.5F;
  o.shift = 0.3F;
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

TEST_CASE("each change does what its name says and stays off when off") {
  const Shape shape{24, 30, 3};
  AugmentScratch scratch;
  std::vector<float> start;
  for (std::size_t i = 0; i < shape.size(); ++i) start.push_back(static_cast<float>(60 + i * 29 % 130));
  const auto run = [&](std::string_view name, const AugmentOptions& o, std::uint64_t sample) {
    std::vector<float> pixels = start;
    for (const PixelAugment& augment : pixel_augments()) {
      Rng rng = stream(sample);
      if (augment.name == name) augment.apply(o, rng, {pixels.data(), shape}, scratch);
    }
    return pixels;
  };
  for (const PixelAugment& augment : pixel_augments()) CHECK(run(augment.name, {}, 1) == start);
  const auto statistics = [](const std::vector<float>& v) {
    double sum = 0, squares = 0;
    for (const float f : v) sum += f, squares += static_cast<double>(f) * f;
    const double mean = sum / static_cast<double>(v.size());
    return std::pair{mean, std::sqrt(squares / static_cast<double>(v.size()) - mean * mean)};
  };
  const auto [mean, deviation] = statistics(start);
  AugmentOptions o;
  o.noise_chance = o.blur_chance = o.occlusion_chance = o.gray = 1;
  o.noise = 0.03F;
  o.blur = 8;
  o.occlusion = 0.4F;
  CHECK(std::abs(statistics(run("noise", o, 1)).first - mean) < 1);
  CHECK(statistics(run("noise", o, 1)).second > deviation);
  CHECK(std::abs(statistics(run("blur", o, 1)).first - mean) < 2);
  CHECK(statistics(run("blur", o, 1)).second < 0.9 * deviation);
  const std::vector<float> gray = run("colour", o, 1);
  for (std::size_t i = 0; i < gray.size(); i += 3) CHECK(std::abs(gray[i] - gray[i + 2]) < 1e-3F);
  std::size_t same = 0;
  const std::vector<float> hidden = run("occlusion", o, 1);
  for (std::size_t i = 0; i < start.size(); ++i) same += hidden[i] == start[i] ? 1U : 0U;
  CHECK(same > start.size() / 2);
  CHECK(same < start.size());
  AugmentOptions light;
  light.contrast = 0.5F;
  CHECK(std::abs(statistics(run("colour", light, 1)).first - mean) < 0.1);
  CHECK(std::abs(statistics(run("colour", light, 1)).second - deviation) > 0.5);
  light = {};
  light.brightness = 0.3F;
  CHECK(std::abs(statistics(run("colour", light, 2)).first - mean) > 1);
  light = {};
  light.hue = 0.1F;
  const std::vector<float> turned = run("colour", light, 1);
  CHECK(std::abs(turned[0] + turned[1] + turned[2] - start[0] - start[1] - start[2]) < 0.01F);
  CHECK(std::abs(turned[0] - start[0]) > 0.5F);
}

TEST_CASE("blur replicates the ends: a flat picture stays flat") {
  AugmentOptions o;
  o.blur_chance = 1;
  o.blur = 100;  // of a 100-pixel input; these are tiny
  AugmentScratch scratch;
  for (const Shape shape : {Shape{1, 1, 3}, Shape{2, 3, 3}, Shape{20, 1, 1}, Shape{9, 40, 1}}) {
    std::vector<float> pixels;
    for (std::size_t i = 0; i < shape.size(); ++i)
      pixels.push_back(static_cast<float>(80 + 40 * (i % static_cast<std::size_t>(shape.c))));
    const std::vector<float> before = pixels;
    Rng rng = stream(1);
    augment_blur(o, rng, {pixels.data(), shape}, scratch);
    for (std::size_t i = 0; i < pixels.size(); ++i) CHECK(pixels[i] == doctest::Approx(before[i]));
  }
}

TEST_CASE("presets") {
  CHECK(augment_preset("none") == AugmentOptions{});
  CHECK(augment_preset("basic").rotation == 20);
  CHECK(augment_preset("basic").occlusion_chance == 0);
  CHECK(augment_preset("full").occlusion_chance > 0);
  CHECK(
      test::contains(test::message_of(ErrorCode::usage, [] { (void)augment_preset("ful"); }), "Did you mean 'full'?"));
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
