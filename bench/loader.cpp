// SPDX-License-Identifier: MIT
#include "data/loader.hpp"

#include "bench_faces.hpp"
#include "harness.hpp"
#include "network_case.hpp"

namespace fpcpu::bench {

namespace {

constexpr int kSide = 100;
constexpr std::size_t kFaces = 64;
constexpr int kCachedEpochs = 20;

}  // namespace

int run_loader(const BenchOptions& options) {
  const BenchFaces faces({kSide, kSide, 3}, kFaces);
  const Clock clock = clock_for(options.threads);
  for (const char* preset : {"none", "basic", "full"}) {
    LoaderOptions loading;
    loading.batch = options.batch > 0 ? options.batch : 32;
    loading.augment = augment_preset(preset);
    loading.threads = options.threads;
    Loader loader(faces.data, faces.preprocessing, loading);
    const auto run = [&](int epochs, bool cached) {
      const double start = seconds_now(clock);
      int images = 0;
      for (int epoch = 0; epoch < epochs; ++epoch) {
        loader.start(epoch);
        while (const Batch* batch = loader.next()) images += batch->n;
      }
      const double seconds = seconds_now(clock) - start;
      print(options, {{"augment", quoted(preset)},
                      {"cached", cached ? "true" : "false"},
                      {"batch", std::to_string(loading.batch)},
                      {"threads", std::to_string(options.threads)},
                      {"images_per_s", number(images / seconds, 0)},
                      {"ms_per_image", number(1e3 * seconds * options.threads / images, 4)}});
    };
    // The first epoch renders and fills the cache, the following ones only augment.
    run(1, false);
    run(kCachedEpochs, true);
  }
  return 0;
}

}  // namespace fpcpu::bench
