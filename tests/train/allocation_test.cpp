// SPDX-License-Identifier: MIT
// Counts operator new: training steps after the first must not allocate.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <new>
#include <string>
#include <thread>

#include "graph/zoo/zoo.hpp"
#include "support/random_batch.hpp"
#include "train/learner.hpp"

namespace {
std::atomic<long> g_allocations{0};
}

void* operator new(std::size_t size) {
  g_allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  g_allocations.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  g_allocations.fetch_add(1, std::memory_order_relaxed);
  const auto a = static_cast<std::size_t>(alignment);
  if (void* p = std::aligned_alloc(a, (size + a - 1) / a * a)) return p;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  g_allocations.fetch_add(1, std::memory_order_relaxed);
  const auto a = static_cast<std::size_t>(alignment);
  return std::aligned_alloc(a, (size + a - 1) / a * a);
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

using namespace fpcpu;

namespace {

/// oneTBB creates its threads when there is work, at a moment of its own choice: wait until the second one has come.
void start_workers(ThreadPool& pool) {
  std::atomic<bool> came{false};
  for (int round = 0; round < 1000 && !came; ++round) {
    pool.parallel_for(8, [&](int, int slot) {
      if (slot > 0) came = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    });
  }
  REQUIRE(came);
}

}  // namespace

TEST_CASE("no heap allocation in training steps after the first") {
  for (const std::string model : {"small", "base", "bn", "hourglass"}) {
    const Graph graph = make_network(model, {.input_size = model == "hourglass" ? 64 : 32});
    Params<float> params{ParamLayout(graph)};
    initialize(params, 1);
    TrainOptions options;
    options.batch = 8;
    options.lr = 1e-3;
    options.clip = 1;
    ThreadPool pool(2);
    start_workers(pool);
    Learner learner(make_plain_task(graph, options), std::move(params), options, 10, kernels::choose_table(), pool);
    const test::RandomBatch noise(8, graph.input_shape());
    const Batch& batch = noise.batch();
    (void)learner.step(batch);
    const long before = g_allocations.load();
    CHECK(before > 0);
    for (int i = 0; i < 5; ++i) (void)learner.step(batch);
    const long after = g_allocations.load();  // the check itself allocates
    CHECK_MESSAGE(after == before, model);
  }
}
