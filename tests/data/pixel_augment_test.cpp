// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "data/augment.hpp"
#include "data/augments/colour.hpp"
#include "data/augments/pixels.hpp"
#include "data/augments/stage.hpp"
#include "data/decode.hpp"
#include "data/image_write.hpp"
#include "fpcpu/dataset.hpp"

using namespace fpcpu;

namespace {

SampleDraws stream(std::uint64_t sample) { return {7, 0, static_cast<std::uint32_t>(sample)}; }

/// The planes after one augmentation, or after all of colours ("colour"), of those that `o` has on.
std::vector<float> changed(std::vector<float> planes, Shape shape, std::string_view name, const AugmentOptions& o,
                           std::uint64_t sample) {
  AugmentOptions only;
  for (const Augmentation& a : augmentations()) {
    const bool colour = name == "colour" && std::holds_alternative<StageEffect<Recolouring>>(a.effect);
    if (a.name == name || colour) std::ranges::copy(o.of(a), only.of(a).begin());
  }
  std::vector<float> work;
  Pixels pixels{planes.data(), shape, work};
  Recolouring colours{.before = pixels.all()};
  augment_stage(only, stream(sample), colours);
  recolour(colours, pixels);
  augment_stage(only, stream(sample), pixels);
  return planes;
}

/// A pattern that is changed.
struct Painter {
  Shape shape{24, 30, 3};
  std::vector<float> start;

  Painter() {
    for (std::size_t i = 0; i < shape.size(); ++i) start.push_back(static_cast<float>(60 + i * 29 % 130));
  }
  [[nodiscard]] std::size_t area() const { return shape.size() / 3; }

  [[nodiscard]] std::vector<float> run(std::string_view name, const AugmentOptions& o, std::uint64_t sample) const {
    return changed(start, shape, name, o, sample);
  }
};

struct Moments {
  double mean;
  double deviation;
};

Moments moments(const std::vector<float>& v) {
  double sum = 0, squares = 0;
  for (const float f : v) sum += f, squares += static_cast<double>(f) * f;
  const double mean = sum / static_cast<double>(v.size());
  return {mean, std::sqrt(squares / static_cast<double>(v.size()) - mean * mean)};
}

double rms(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
  return std::sqrt(sum / static_cast<double>(a.size()));
}

}  // namespace

TEST_CASE("each change of pixels does what its name says and stays off when off") {
  Painter painter;
  const std::vector<float>& start = painter.start;
  for (const Augmentation& a : augmentations()) CHECK(painter.run(a.name, {}, 1) == start);
  const auto [mean, deviation] = moments(start);
  AugmentOptions o;
  o["noise-chance"] = o["blur-chance"] = o["occlusion-chance"] = o["gray"] = 1;
  o["noise"] = 0.03F;
  o["blur"] = 8;
  o["occlusion"] = 0.4F;
  CHECK(std::abs(moments(painter.run("noise", o, 1)).mean - mean) < 1);
  CHECK(moments(painter.run("noise", o, 1)).deviation > deviation);
  CHECK(std::abs(moments(painter.run("blur", o, 1)).mean - mean) < 2);
  CHECK(moments(painter.run("blur", o, 1)).deviation < 0.9 * deviation);
  const std::vector<float> gray = painter.run("colour", o, 1);
  for (std::size_t i = 0; i < painter.area(); ++i) CHECK(std::abs(gray[i] - gray[i + 2 * painter.area()]) < 1e-3F);
  std::size_t same = 0;
  const std::vector<float> hidden = painter.run("occlusion", o, 1);
  for (std::size_t i = 0; i < start.size(); ++i) same += hidden[i] == start[i] ? 1U : 0U;
  CHECK(same > start.size() / 2);
  CHECK(same < start.size());
}

TEST_CASE("light and colour: contrast keeps the mean, brightness adds, value scales, hue and saturation keep gray") {
  Painter painter;
  const std::vector<float>& start = painter.start;
  const auto [mean, deviation] = moments(start);
  AugmentOptions light;
  light["contrast"] = 0.5F;
  CHECK(std::abs(moments(painter.run("colour", light, 1)).mean - mean) < 0.1);
  CHECK(std::abs(moments(painter.run("colour", light, 1)).deviation - deviation) > 0.5);
  light = {};
  light["brightness"] = 0.3F;
  CHECK(std::abs(moments(painter.run("colour", light, 2)).mean - mean) > 1);
  CHECK(moments(painter.run("colour", light, 2)).deviation == doctest::Approx(deviation));
  light = {};
  light["value"] = 0.3F;
  const std::vector<float> scaled = painter.run("colour", light, 2);
  CHECK(std::abs(scaled[0] / start[0] - 1) > 0.01F);
  for (std::size_t i = 0; i < start.size(); ++i) CHECK(scaled[i] / start[i] == doctest::Approx(scaled[0] / start[0]));
  const std::size_t area = painter.area();
  light = {};
  light["hue"] = 0.1F;
  const std::vector<float> turned = painter.run("colour", light, 1);
  CHECK(std::abs(turned[0] + turned[area] + turned[2 * area] - start[0] - start[area] - start[2 * area]) < 0.01F);
  CHECK(std::abs(turned[0] - start[0]) > 0.5F);
  light = {};
  light["saturation"] = 0.9F;
  const std::vector<float> vivid = painter.run("colour", light, 1);
  const auto luma = [&](const std::vector<float>& v) {
    return 0.299F * v[0] + 0.587F * v[area] + 0.114F * v[2 * area];
  };
  CHECK(luma(vivid) == doctest::Approx(luma(start)));
  CHECK(std::abs(vivid[0] - start[0]) > 0.5F);
  for (std::size_t i = area; i < start.size(); ++i) painter.start[i] = painter.start[i % area];
  light["hue"] = 0.1F;
  CHECK(rms(painter.run("colour", light, 1), painter.start) < 1e-3);
}

TEST_CASE("JPEG artefacts are those of a JPEG file of that quality") {
  const Image face = open_dataset("synth:4:6")->image(0);
  for (const int channels : {3, 1}) {
    // Neither side is a multiple of the blocks.
    const Shape shape{75, 90, channels};
    std::vector<float> planes(shape.size());
    ResampleScratch resample;
    warp(face, resize_map(shape.w, shape.h, face.width, face.height), shape, nullptr, resample, planes.data(),
         Layout::planar);
    const auto c = static_cast<std::size_t>(channels);
    const std::size_t area = shape.size() / c;
    Image image{shape.w, shape.h, channels, std::vector<std::uint8_t>(shape.size())};
    for (std::size_t i = 0; i < planes.size(); ++i) {
      planes[i] = std::round(planes[i]);
      image.pixels[i % area * c + i / area] = static_cast<std::uint8_t>(planes[i]);
    }
    for (const int quality : {30, 60, 85}) {
      const Image decoded = decode_image(encode_image(image, ImageFormat::jpeg, quality), "face", channels);
      std::vector<float> file(shape.size());
      for (std::size_t i = 0; i < file.size(); ++i) file[i] = decoded.pixels[i % area * c + i / area];
      AugmentOptions o;
      o["jpeg-chance"] = 1;
      o["jpeg-low"] = o["jpeg-high"] = static_cast<float>(quality);
      const std::vector<float> coded = changed(planes, shape, "jpeg", o, 1);
      const double damage = rms(file, planes);
      INFO(channels << " channels, quality " << quality << ": a file changes " << damage);
      CHECK(rms(coded, planes) == doctest::Approx(damage).epsilon(0.2));
      CHECK(rms(coded, file) < 0.5 * damage);
    }
  }
}

TEST_CASE("JPEG artefacts at the best quality are hardly there, and grow as the quality falls") {
  Painter painter;
  AugmentOptions o;
  o["jpeg-chance"] = 1;
  double before = 0;
  painter.shape = {24, 30, 1};
  painter.start.resize(painter.shape.size());
  for (const float quality : {100.0F, 80.0F, 40.0F, 5.0F}) {
    o["jpeg-low"] = o["jpeg-high"] = quality;
    const double damage = rms(painter.run("jpeg", o, 1), painter.start);
    CHECK(damage > before);
    if (quality == 100) CHECK(damage < 0.5);
    before = damage;
  }
}

TEST_CASE("blur replicates the ends: a flat picture stays flat") {
  AugmentOptions o;
  o["blur-chance"] = 1;
  o["blur"] = 100;  // of a 100-pixel input; these are tiny
  for (const Shape shape : {Shape{1, 1, 3}, Shape{2, 3, 3}, Shape{20, 1, 1}, Shape{9, 40, 1}}) {
    std::vector<float> pixels;
    for (std::size_t i = 0; i < shape.size(); ++i)
      pixels.push_back(static_cast<float>(80 + 40 * (i / static_cast<std::size_t>(shape.w * shape.h))));
    const std::vector<float> blurred = changed(pixels, shape, "blur", o, 1);
    for (std::size_t i = 0; i < pixels.size(); ++i) CHECK(blurred[i] == doctest::Approx(pixels[i]));
  }
}
