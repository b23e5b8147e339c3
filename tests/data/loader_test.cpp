// SPDX-License-Identifier: MIT
#include "data/loader.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <set>
#include <thread>

#include "data/synth.hpp"
#include "support/messages.hpp"

using namespace fpcpu;
using test::contains;
using test::message_of;

namespace {

Preprocessing preprocessing(Shape input = {32, 32, 3}) {
  Preprocessing p;
  p.input = input;
  p.mirror = {3, 2, 1, 0, 9, 8, 7, 6, 5, 4, 10, 13, 12, 11};
  return p;
}

/// Everything an epoch delivers, in order.
struct Epoch {
  std::vector<float> x, targets, visible;
  std::vector<std::uint32_t> samples;
  std::vector<int> sizes;

  friend bool operator==(const Epoch&, const Epoch&) = default;
};

Epoch run_epoch(Loader& loader, const Preprocessing& p, int epoch, int first = 0, Strength strength = Strength::usual) {
  Epoch e;
  loader.start(epoch, first, strength);
  while (const Batch* b = loader.next()) {
    const auto n = static_cast<std::ptrdiff_t>(b->n);
    e.x.insert(e.x.end(), b->x, b->x + n * static_cast<std::ptrdiff_t>(p.input.size()));
    e.targets.insert(e.targets.end(), b->targets, b->targets + n * 2 * p.points);
    e.visible.insert(e.visible.end(), b->visible, b->visible + n * p.points);
    e.samples.insert(e.samples.end(), b->samples.begin(), b->samples.end());
    e.sizes.push_back(b->n);
  }
  return e;
}

/// Image 5 cannot be decoded; or every image takes its time.
class TroubledDataset final : public Dataset {
 public:
  explicit TroubledDataset(int delay_ms = 0) : base_(make_synth_dataset(16, 1, 48)), delay_ms_(delay_ms) {}
  std::size_t size() const noexcept override { return base_->size(); }
  int points() const noexcept override { return 14; }
  const std::string& name(std::size_t i) const override { return base_->name(i); }
  int width(std::size_t i) const override { return base_->width(i); }
  int height(std::size_t i) const override { return base_->height(i); }
  const Landmarks& landmarks(std::size_t i) const override { return base_->landmarks(i); }
  Image image(std::size_t i) const override {
    std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms_));
    if (delay_ms_ == 0 && i == 5) throw Error(ErrorCode::format, "synth5: broken.");
    return base_->image(i);
  }

 private:
  DatasetPtr base_;
  int delay_ms_;
};

}  // namespace

TEST_CASE("an epoch is the same for any number of threads and any cache") {
  const DatasetPtr faces = make_synth_dataset(21, 3, 48);
  const Preprocessing p = preprocessing();
  LoaderOptions o;
  o.batch = 8;
  o.drop_last = false;
  o.augment = augment_preset("full");
  std::vector<Epoch> expected;
  {
    Loader loader(faces, p, o);
    for (int epoch = 0; epoch < 3; ++epoch) expected.push_back(run_epoch(loader, p, epoch));
  }
  CHECK(expected[0].sizes == std::vector<int>{8, 8, 5});
  CHECK(expected[0].samples != expected[1].samples);
  CHECK(std::set<std::uint32_t>(expected[1].samples.begin(), expected[1].samples.end()).size() == 21);
  CHECK(expected[0].x != expected[1].x);
  for (const float v : expected[0].x) REQUIRE(std::isfinite(v));
  for (const int threads : {1, 2, 5}) {
    for (const std::size_t cache_mb : {0U, 256U}) {
      o.threads = threads;
      o.cache_mb = cache_mb;
      Loader loader(faces, p, o);
      for (int epoch = 0; epoch < 3; ++epoch)
        CHECK((run_epoch(loader, p, epoch) == expected[static_cast<std::size_t>(epoch)]));
    }
  }
  o.seed = 2;
  Loader other(faces, p, o);
  CHECK(run_epoch(other, p, 0).samples != expected[0].samples);
}

TEST_CASE("an epoch can be entered in the middle, left early and repeated") {
  const DatasetPtr faces = make_synth_dataset(20, 3, 48);
  const Preprocessing p = preprocessing();
  LoaderOptions o;
  o.batch = 4;
  o.augment = augment_preset("basic");
  Loader loader(faces, p, o);
  CHECK(loader.next() == nullptr);
  const Epoch whole = run_epoch(loader, p, 1);
  const Epoch part = run_epoch(loader, p, 1, 2);
  CHECK(part.samples == std::vector<std::uint32_t>(whole.samples.begin() + 8, whole.samples.end()));
  CHECK(part.x == std::vector<float>(whole.x.end() - static_cast<std::ptrdiff_t>(part.x.size()), whole.x.end()));
  for (int k = 0; k < 20; ++k) {
    loader.start(k % 3);
    for (int taken = 0; taken < k % 4; ++taken) REQUIRE(loader.next() != nullptr);
  }
  CHECK((run_epoch(loader, p, 1) == whole));
  CHECK(loader.next() == nullptr);
  CHECK(run_epoch(loader, p, 0, 99).sizes.empty());
}

TEST_CASE("a calm epoch is the epoch of a loader with calmed options") {
  const DatasetPtr faces = make_synth_dataset(8, 3, 48);
  const Preprocessing p = preprocessing();
  LoaderOptions o;
  o.batch = 4;
  o.augment = augment_preset("full");
  Loader loader(faces, p, o);
  o.augment = calmed(o.augment);
  Loader gentle(faces, p, o);
  const Epoch expected = run_epoch(gentle, p, 1);
  CHECK(run_epoch(loader, p, 1).x != expected.x);
  CHECK((run_epoch(loader, p, 1, 0, Strength::calm) == expected));
  CHECK(run_epoch(loader, p, 1).x != expected.x);
}

TEST_CASE("batches: the rest is dropped in training unless it is all there is") {
  const DatasetPtr faces = make_synth_dataset(10, 3, 48);
  LoaderOptions o;
  o.batch = 4;
  CHECK(Loader(faces, preprocessing(), o).batches_per_epoch() == 2);
  o.drop_last = false;
  CHECK(Loader(faces, preprocessing(), o).batches_per_epoch() == 3);
  o.drop_last = true;
  o.batch = 32;
  Loader small(faces, preprocessing(), o);
  CHECK(small.batches_per_epoch() == 1);
  CHECK(run_epoch(small, preprocessing(), 0).sizes == std::vector<int>{10});
}

TEST_CASE("validation order and pixels are those of prepare_image") {
  const DatasetPtr faces = make_synth_dataset(7, 3, 48);
  const Preprocessing p = preprocessing({48, 40, 1});
  Preprocessing one = p;
  one.mean = {100};
  one.deviation = {50};
  LoaderOptions o;
  o.batch = 3;
  o.shuffle = false;
  o.drop_last = false;
  Loader loader(faces, one, o);
  const Epoch e = run_epoch(loader, one, 0);
  CHECK(e.samples == std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5, 6});
  std::vector<float> expected(one.input.size());
  for (std::size_t i = 0; i < 7; ++i) {
    prepare_image(faces->image(i), one, expected.data());
    CHECK(
        std::equal(expected.begin(), expected.end(), e.x.begin() + static_cast<std::ptrdiff_t>(i * one.input.size())));
  }
}

TEST_CASE("a broken image is reported by next(), the same for any number of threads, and does not end the loader") {
  for (const int threads : {1, 3}) {
    LoaderOptions o;
    o.batch = 4;
    o.shuffle = false;
    o.threads = threads;
    Loader loader(std::make_shared<TroubledDataset>(), preprocessing(), o);
    loader.start(0);
    REQUIRE(loader.next() != nullptr);
    for (int repeat = 0; repeat < 2; ++repeat) {
      CHECK(message_of(ErrorCode::format, [&] { (void)loader.next(); }) == "synth5: broken.");
    }
    loader.start(0, 2);
    const Batch* b = loader.next();
    REQUIRE(b != nullptr);
    CHECK(b->samples[0] == 8);
  }
}

TEST_CASE("a loader can be thrown away at any moment") {
  const auto start = std::chrono::steady_clock::now();
  for (int k = 0; k < 6; ++k) {
    LoaderOptions o;
    o.batch = 16;
    o.threads = 1 + k % 2;
    Loader loader(std::make_shared<TroubledDataset>(30), preprocessing(), o);
    if (k > 1) loader.start(0);
    if (k > 1) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  // Finishing the batch that was begun would take 480 or 240 ms each time, a single image 30 ms.
  CHECK(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < 0.5);
}

TEST_CASE("the loader refuses what cannot work") {
  const DatasetPtr faces = make_synth_dataset(3, 3, 48);
  const auto open = [&](const Preprocessing& p, const LoaderOptions& o) { Loader loader(faces, p, o); };
  LoaderOptions o;
  o.augment["mirror"] = 0.5F;
  Preprocessing p = preprocessing();
  p.mirror.clear();
  CHECK(contains(message_of(ErrorCode::usage, [&] { open(p, o); }), "mirror table"));
  o = {};
  o.batch = 0;
  CHECK(contains(message_of(ErrorCode::usage, [&] { open(preprocessing(), o); }), "batch of 0"));
  p = preprocessing();
  p.points = 68;
  CHECK(contains(message_of(ErrorCode::shape, [&] { open(p, {}); }), "68 points"));
  p = preprocessing();
  p.mean.pop_back();
  CHECK(contains(message_of(ErrorCode::shape, [&] { open(p, {}); }), "means and deviations"));
}
