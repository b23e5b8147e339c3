// SPDX-License-Identifier: MIT
// Each augmentation draws from a stream of its own: what it does does not depend on which others are on.
#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "data/augments/colour.hpp"
#include "data/augments/geometry.hpp"
#include "data/augments/pixels.hpp"
#include "data/augments/stage.hpp"
#include "fpcpu/dataset.hpp"

using namespace fpcpu;

namespace {

constexpr std::uint32_t kSamples = 12;

SampleDraws draws_of(std::uint32_t sample) { return {5, 2, sample}; }

/// `options` with only this augmentation on, or with all but this one.
AugmentOptions only(const AugmentOptions& options, const Augmentation& kept) {
  AugmentOptions one;
  std::ranges::copy(options.of(kept), one.of(kept).begin());
  return one;
}

AugmentOptions without(AugmentOptions options, const Augmentation& dropped) {
  options.of(dropped).front() = 0;
  return options;
}

/// With any augmentation switched off, the stage becomes what the others make of it when each is on alone, one after
/// the other.
template <class Stage, class Make, class Same>
void check_stage(const Make& make, const Same& same) {
  const AugmentOptions all = augment_preset("full");
  int switched_off = 0;
  for (const Augmentation& off : augmentations()) {
    if (!std::holds_alternative<StageEffect<Stage>>(off.effect)) continue;
    ++switched_off;
    for (std::uint32_t sample = 0; sample < kSamples; ++sample) {
      auto together = make();
      augment_stage(without(all, off), draws_of(sample), together.stage, 1);
      auto one_by_one = make();
      for (const Augmentation& other : augmentations()) {
        if (&other != &off) augment_stage(only(all, other), draws_of(sample), one_by_one.stage, 1);
      }
      CHECK_MESSAGE(same(together.stage, one_by_one.stage), off.name << " off, sample " << sample);
    }
  }
  CHECK(switched_off > 0);
}

template <class Stage>
struct Plain {
  Stage stage;
};

/// Pixels with the memory they stand on.
struct Picture {
  Shape shape{24, 30, 3};
  std::vector<float> values;
  std::vector<float> work;
  Pixels stage;

  Picture() : values(shape.size()), stage{values.data(), shape, work} {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(60 + i * 29 % 130);
  }
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;
};

}  // namespace

TEST_CASE("switching an augmentation off leaves what the others draw as it was") {
  check_stage<Mirroring>([] { return Plain<Mirroring>(); },
                         [](const Mirroring& a, const Mirroring& b) { return a.on == b.on; });
  const DatasetPtr faces = open_dataset("synth:1:4");
  const Source source = make_source(faces->image(0), {96, 96, 3});
  check_stage<Move>(
      [&] {
        return Plain<Move>{Move{source, faces->landmarks(0), 0.9, 1.1}};
      },
      [](const Move& a, const Move& b) { return a.crop.a == b.crop.a && a.change.a == b.change.a; });
  check_stage<ToneCurve>(
      [] {
        Plain<ToneCurve> curve;
        std::iota(curve.stage.begin(), curve.stage.end(), std::uint8_t{0});
        return curve;
      },
      [](const ToneCurve& a, const ToneCurve& b) { return a == b; });
  const Picture picture;
  check_stage<Recolouring>([&] { return Plain<Recolouring>{{.before = picture.stage.all()}}; },
                           [](const Recolouring& a, const Recolouring& b) {
                             return a.gain == b.gain && a.offset == b.offset && a.saturation == b.saturation &&
                                    a.turn == b.turn;
                           });
  check_stage<Pixels>([] { return Picture(); },
                      [](const Pixels& a, const Pixels& b) { return std::ranges::equal(a.all(), b.all()); });
}

TEST_CASE("no two augmentations, samples, epochs or attempts share random numbers") {
  std::set<std::uint32_t> first;
  std::size_t streams = 0;
  for (const Augmentation& a : augmentations()) {
    for (const SampleDraws& draws :
         {SampleDraws{1, 0, 0}, SampleDraws{2, 0, 0}, SampleDraws{1, 1, 0}, SampleDraws{1, 0, 1}}) {
      for (const std::uint32_t attempt : {0U, 1U, 9U}) {
        Rng rng = draws.of(a.name, attempt);
        first.insert(rng.bits());
        ++streams;
      }
    }
  }
  CHECK(first.size() == streams);
}
