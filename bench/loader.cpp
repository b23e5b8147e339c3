#include "data/loader.hpp"

#include "data/statistics.hpp"
#include "data/synth.hpp"
#include "fpcpu/dataset.hpp"
#include "harness.hpp"
#include "network_case.hpp"

namespace fpcpu::bench {

int run_loader(const BenchOptions& options) {
  const DatasetPtr data = make_synth_dataset(256, 1, 128);
  Preprocessing preprocessing;
  preprocessing.input = {96, 96, 3};
  preprocessing.mean_shape = mean_shape(*data);
  preprocessing.mirror = derive_mirror(preprocessing.mean_shape);
  for (const char* preset : {"none", "basic", "full"}) {
    LoaderOptions loading;
    loading.batch = options.batch > 0 ? options.batch : 32;
    loading.augment = augment_preset(preset);
    loading.threads = options.threads;
    Loader loader(data, preprocessing, loading);
    // The first epoch renders and fills the cache, the following ones only augment.
    for (int epoch = 0; epoch < 6; ++epoch) {
      const double start = seconds_now();
      int images = 0;
      loader.start(epoch);
      while (const Batch* batch = loader.next()) images += batch->n;
      if (epoch > 0 && epoch < 5) continue;
      print(options, {{"augment", quoted(preset)},
                      {"cached", epoch == 0 ? "false" : "true"},
                      {"batch", std::to_string(loading.batch)},
                      {"threads", std::to_string(options.threads)},
                      {"images_per_s", number(images / (seconds_now() - start), 0)}});
    }
  }
  return 0;
}

}  // namespace fpcpu::bench
