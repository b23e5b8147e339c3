// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/arena.hpp"
#include "core/cpu.hpp"
#include "core/nearest.hpp"
#include "core/rng.hpp"
#include "core/similarity.hpp"
#include "core/slices.hpp"
#include "core/thread_pool.hpp"
#include "core/word_list.hpp"
#include "fpcpu/error.hpp"

using namespace fpcpu;

TEST_CASE("philox agrees with the published test vectors") {
  // Random123, kat_vectors: philox4x32 10 rounds.
  const Rng::Block zero = Rng::philox({0, 0, 0, 0}, {0, 0});
  CHECK(zero == Rng::Block{0x6627e8d5U, 0xe169c58dU, 0xbc57ac4cU, 0x9b00dbd8U});
  const std::uint32_t f = 0xffffffffU;
  CHECK(Rng::philox({f, f, f, f}, {f, f}) == Rng::Block{0x408f276dU, 0x41c83b0eU, 0xa20bc7c6U, 0x6d5451fdU});
}

TEST_CASE("streams of random numbers are repeatable and differ by use, epoch and sample") {
  const auto first = [](Rng rng) { return rng.bits(); };
  CHECK(first(Rng(1, RandomUse::augment, 2, 3)) == first(Rng(1, RandomUse::augment, 2, 3)));
  const std::vector<std::uint32_t> others = {
      first(Rng(1, RandomUse::augment, 2, 3)), first(Rng(2, RandomUse::augment, 2, 3)),
      first(Rng(1, RandomUse::dropout, 2, 3)), first(Rng(1, RandomUse::augment, 3, 3)),
      first(Rng(1, RandomUse::augment, 2, 4)), first(Rng(1ULL << 32U, RandomUse::augment, 2, 3))};
  for (std::size_t i = 0; i < others.size(); ++i) {
    for (std::size_t j = i + 1; j < others.size(); ++j) CHECK(others[i] != others[j]);
  }
}

TEST_CASE("uniform and normal numbers have the right moments") {
  Rng rng(5, RandomUse::init);
  double sum = 0;
  double square = 0;
  double normal_square = 0;
  constexpr int kCount = 40000;
  for (int i = 0; i < kCount; ++i) {
    const double u = static_cast<double>(rng.uniform());
    CHECK_MESSAGE((u >= 0 && u < 1), u);
    sum += u;
    square += u * u;
    const double n = static_cast<double>(rng.normal());
    normal_square += n * n;
  }
  CHECK(sum / kCount == doctest::Approx(0.5).epsilon(0.02));
  CHECK(square / kCount == doctest::Approx(1.0 / 3).epsilon(0.02));
  CHECK(normal_square / kCount == doctest::Approx(1.0).epsilon(0.04));
}

TEST_CASE("slices cover the batch once and depend on batch and number only") {
  for (int batch = 1; batch < 40; ++batch) {
    const Slices slices(batch, 8);
    CHECK(slices.count() == std::min(batch, 8));
    int next = 0;
    for (int s = 0; s < slices.count(); ++s) {
      CHECK(slices.begin(s) == next);
      CHECK(slices.size(s) >= 1);
      CHECK(slices.size(s) <= slices.max_size());
      next = slices.end(s);
    }
    CHECK(next == batch);
  }
}

TEST_CASE("the pool runs every index once and never shares a slot") {
  for (const int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    CHECK(pool.threads() == threads);
    std::vector<std::atomic<int>> seen(1000);
    std::vector<std::atomic<int>> busy(static_cast<std::size_t>(threads));
    std::atomic<bool> shared{false};
    pool.parallel_for(1000, [&](int index, int slot) {
      if (busy[static_cast<std::size_t>(slot)].fetch_add(1) != 0) shared = true;
      seen[static_cast<std::size_t>(index)].fetch_add(1);
      busy[static_cast<std::size_t>(slot)].fetch_sub(1);
    });
    CHECK(!shared);
    CHECK(std::all_of(seen.begin(), seen.end(), [](const auto& n) { return n == 1; }));
  }
}

TEST_CASE("arenas are aligned and zeroed") {
  const AlignedBuffer<float> buffer(1001);
  CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % kAlignment == 0);
  CHECK(std::all_of(buffer.begin(), buffer.end(), [](float v) { return v == 0.0F; }));
  CHECK(Arena(0).data() == nullptr);
}

TEST_CASE("names of instruction sets round trip") {
  for (const Isa isa : {Isa::eigen, Isa::sse4, Isa::avx2, Isa::avx512, Isa::neon})
    CHECK(parse_isa(to_string(isa)) == isa);
  CHECK(!parse_isa("avx1024").has_value());
  CHECK(cpu_supports(Isa::eigen));
  CHECK(available_cores() >= 1);
}

TEST_CASE("names of precisions round trip, unknown ones name the nearest") {
  for (const Precision precision : {Precision::fp32, Precision::bf16}) {
    CHECK(parse_precision(to_string(precision)) == precision);
    CHECK(cpu_supports(Isa::eigen, precision) == (precision == Precision::fp32));
  }
  try {
    (void)parse_precision("bf61");
    FAIL("accepted");
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::usage);
    CHECK(std::string(e.what()).find("'bf16'") != std::string::npos);
  }
}

TEST_CASE("nearest finds typing errors and stays silent on nonsense") {
  const std::vector<std::string_view> names = {"adam", "adamw", "sgd", "nesterov"};
  CHECK(nearest("adma", names) == "adam");
  CHECK(nearest("nestrov", names) == "nesterov");
  CHECK(nearest("qqqqqqqq", names).empty());
}

TEST_CASE("words are listed as a sentence has them") {
  const auto list = [](const std::vector<std::string_view>& words) { return word_list(words, "or"); };
  CHECK(list({}).empty());
  CHECK(list({"a"}) == "a");
  CHECK(list({"a", "b"}) == "a or b");
  CHECK(list({"a", "b", "c"}) == "a, b or c");
}

TEST_CASE("a similarity is found again, and is the nearest one where there is none") {
  const std::vector<Complex> source = {{0, 0}, {4, 1}, {1, 3}, {-2, 2}};
  const Complex turn_and_size = std::polar(2.5, 0.7);
  std::vector<Complex> target;
  for (const Complex z : source) target.push_back(turn_and_size * z + Complex(3, -1));
  std::vector<double> weights = {1, 2, 1, 0.5};
  const auto fit = [&] {
    return fit_similarity(
        source.size(), [&](std::size_t k) { return source[k]; }, [&](std::size_t k) { return target[k]; },
        [&](std::size_t k) { return weights[k]; });
  };
  CHECK(std::abs(fit().turn_and_size - turn_and_size) < 1e-12);
  for (std::size_t k = 0; k < source.size(); ++k) CHECK(std::abs(fit()(source[k]) - target[k]) < 1e-12);
  // A point of no weight does not count, whatever it is.
  target[3] += 100.0;
  weights[3] = 0;
  CHECK(std::abs(fit().turn_and_size - turn_and_size) < 1e-12);
  // The root mean square distance from the middle of the three others.
  weights = {1, 1, 1, 0};
  CHECK(fit().spread == doctest::Approx(std::sqrt((17 + 10 - (25 + 16) / 3.0) / 3)));
  // No other turn and size is nearer, in the least squares of the weights.
  weights = {1, 2, 3, 1};
  const auto loss = [&](const Similarity& s) {
    double sum = 0;
    for (std::size_t k = 0; k < source.size(); ++k) sum += weights[k] * std::norm(target[k] - s(source[k]));
    return sum;
  };
  for (const Complex step : {Complex(1e-3, 0), Complex(-1e-3, 0), Complex(0, 1e-3), Complex(0, -1e-3)}) {
    Similarity other = fit();
    other.turn_and_size += step;
    CHECK(loss(other) > loss(fit()));
    other = fit();
    other.to += step;
    CHECK(loss(other) > loss(fit()));
  }
}
