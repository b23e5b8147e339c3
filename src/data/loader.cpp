// SPDX-License-Identifier: MIT
#include "data/loader.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <numeric>
#include <string>
#include <thread>

#include "core/arena.hpp"
#include "core/thread_pool.hpp"
#include "data/bad_images.hpp"
#include "data/sample_cache.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

void check(const Dataset& data, const Preprocessing& p, const LoaderOptions& o) {
  if (o.batch < 1) throw Error(ErrorCode::usage, "a batch of " + std::to_string(o.batch) + " images: give at least 1.");
  if (data.size() == 0) throw Error(ErrorCode::usage, "the data set has no images.");
  if (p.points != data.points()) {
    throw Error(ErrorCode::shape, "the model has " + std::to_string(p.points) + " points per face, the data has " +
                                      std::to_string(data.points()) + ".");
  }
  const auto channels = static_cast<std::size_t>(p.input.c);
  if ((channels != 1 && channels != 3) || p.mean.size() != channels || p.deviation.size() != channels) {
    throw Error(ErrorCode::shape,
                "an input of " + to_string(p.input) + " needs 1 or 3 channels and as many means and deviations.");
  }
  if (o.augment["mirror"] > 0 && p.mirror.size() != static_cast<std::size_t>(p.points)) {
    throw Error(ErrorCode::usage, "mirroring images needs the mirror table of the points.");
  }
}

}  // namespace

struct Loader::Impl {
  /// One of the two batches in flight.
  struct Buffer {
    AlignedBuffer<float> x;
    AlignedBuffer<float> targets;
    AlignedBuffer<float> visible;
    std::vector<AlignedBuffer<float>> streams;
    std::vector<const float*> stream_values;  // of each
    std::vector<std::uint32_t> samples;
    Batch batch;
    std::exception_ptr error;
    bool ready = false;
  };

  /// A batch that the worker makes; `job` tells whether anybody still wants it.
  struct Work {
    std::uint64_t job;
    int epoch;
    Strength strength;
    int index;
  };

  DatasetPtr data;
  Preprocessing preprocessing;
  LoaderOptions options;
  AugmentOptions calm_augment;
  int batches;
  SampleCache cache;
  std::array<Buffer, 2> buffers;
  std::vector<std::uint32_t> order;
  std::vector<AugmentScratch> scratch;            // per slot of the pool
  std::vector<std::exception_ptr> sample_errors;  // per row of the batch
  double stalled = 0;

  // Shared by the two threads under `mutex`. `job` grows with every start(); a worker that sees it change drops its
  // work.
  std::mutex mutex;
  std::condition_variable changed;
  std::atomic<std::uint64_t> job{0};
  bool quit = false;
  int epoch = 0;
  Strength strength = Strength::usual;
  int produce = 0;             // next batch to make; == batches: none
  int consume = 0;             // next batch to hand out
  bool held = false;           // the caller reads the buffer of batch consume - 1
  std::exception_ptr failure;  // of the worker itself, which has ended
  std::thread worker;

  Impl(DatasetPtr d, Preprocessing p, LoaderOptions o)
      : data(std::move(d)),
        preprocessing(std::move(p)),
        options(o),
        calm_augment(calmed(o.augment)),
        cache(*data, preprocessing.input, o.cache_mb << 20U) {
    check(*data, preprocessing, options);
    const auto samples = static_cast<int>(data->size());
    options.batch = std::min(options.batch, samples);
    batches = options.drop_last ? samples / options.batch : (samples + options.batch - 1) / options.batch;
    produce = consume = batches;
    const auto rows = static_cast<std::size_t>(options.batch);
    const auto points = static_cast<std::size_t>(preprocessing.points);
    for (Buffer& b : buffers) {
      b.x = AlignedBuffer<float>(rows * preprocessing.input.size());
      b.targets = AlignedBuffer<float>(rows * 2 * points);
      b.visible = AlignedBuffer<float>(rows * points);
      for (const SampleStreamPtr& stream : options.streams) {
        b.streams.emplace_back(rows * stream->shape().size());
        b.stream_values.push_back(b.streams.back().data());
      }
      b.samples.resize(rows);
    }
    order.resize(data->size());
    scratch.resize(static_cast<std::size_t>(std::max(options.threads, 1)));
    sample_errors.resize(rows);
    worker = std::thread([this] {
      try {
        work();
      } catch (...) {
        fail(std::current_exception());
      }
    });
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex);
      quit = true;
      ++job;
    }
    changed.notify_all();
    worker.join();
  }

  void shuffle(int of_epoch) {
    std::iota(order.begin(), order.end(), 0U);
    if (!options.shuffle) return;
    Rng rng(options.seed, RandomUse::shuffle, static_cast<std::uint64_t>(of_epoch));
    fpcpu::shuffle(std::span(order), rng);
  }

  void fill_row(Buffer& b, int row, int slot, const Work& of) {
    const auto r = static_cast<std::size_t>(row);
    const auto points = static_cast<std::size_t>(preprocessing.points);
    const std::uint32_t sample = b.samples[r];
    const SampleDraws draws{options.seed, static_cast<std::uint32_t>(of.epoch), sample};
    const SampleOut out{b.x.data() + r * preprocessing.input.size(), b.targets.data() + r * 2 * points,
                        b.visible.data() + r * points};
    bool mirrored = false;
    cache.use(sample, [&](const Source& source) {
      mirrored = augment_sample(source, data->landmarks(sample), preprocessing,
                                of.strength == Strength::calm ? calm_augment : options.augment, draws,
                                scratch[static_cast<std::size_t>(slot)], out);
    });
    const StreamSample of_sample{sample, {out.targets, 2 * points}, {out.visible, points}, mirrored};
    for (std::size_t s = 0; s < b.streams.size(); ++s) {
      options.streams[s]->fill(of_sample, b.streams[s].data() + r * options.streams[s]->shape().size());
    }
  }

  void fill(Buffer& b, ThreadPool& pool, const Work& of) {
    const std::size_t first = static_cast<std::size_t>(of.index) * static_cast<std::size_t>(options.batch);
    const std::size_t count = std::min(static_cast<std::size_t>(options.batch), order.size() - first);
    std::copy_n(order.begin() + static_cast<std::ptrdiff_t>(first), count, b.samples.begin());
    std::fill(sample_errors.begin(), sample_errors.end(), nullptr);
    pool.parallel_for(static_cast<int>(count), [&](int row, int slot) {
      if (job != of.job) return;
      try {
        fill_row(b, row, slot, of);
      } catch (...) {
        sample_errors[static_cast<std::size_t>(row)] = std::current_exception();
      }
    });
    // The first in batch order, so that the same file is named for any number of threads.
    const auto failed =
        std::find_if(sample_errors.begin(), sample_errors.end(), [](const auto& e) { return e != nullptr; });
    b.error = failed == sample_errors.end() ? nullptr : with_all_bad_images(*failed);
    b.batch = {static_cast<int>(count), b.x.data(),      b.targets.data(),
               b.visible.data(),        b.stream_values, {b.samples.data(), count}};
  }

  /// One image cannot be read: the user is told of all, with their rows, to correct them at once.
  [[nodiscard]] std::exception_ptr with_all_bad_images(std::exception_ptr first) const {
    try {
      const std::vector<BadImage> bad = unreadable_images(*data);
      if (!bad.empty()) refuse_bad_images(bad, data->size());
    } catch (...) {
      return std::current_exception();
    }
    return first;
  }

  /// The thread that makes batches cannot go on: whoever asks for one is told why.
  void fail(std::exception_ptr error) {
    const std::lock_guard lock(mutex);
    failure = std::move(error);
    changed.notify_all();
  }

  void work() {
    ThreadPool pool(std::max(options.threads, 1));
    int shuffled_epoch = -1;
    std::unique_lock lock(mutex);
    while (true) {
      // The buffer of batch t is free once batch t-1 has been handed out, which means batch t-2 was given back.
      changed.wait(lock, [&] { return quit || (produce < batches && produce - consume < 2 - (held ? 1 : 0)); });
      if (quit) return;
      const Work mine{job, epoch, strength, produce};
      Buffer& b = buffers[static_cast<std::size_t>(mine.index % 2)];
      lock.unlock();
      if (mine.epoch != shuffled_epoch) {
        shuffle(mine.epoch);
        shuffled_epoch = mine.epoch;
      }
      fill(b, pool, mine);
      lock.lock();
      if (job != mine.job) continue;
      b.ready = true;
      ++produce;
      changed.notify_all();
    }
  }
};

Loader::Loader(DatasetPtr data, Preprocessing preprocessing, LoaderOptions options)
    : impl_(std::make_unique<Impl>(std::move(data), std::move(preprocessing), options)) {}
Loader::~Loader() = default;

int Loader::batches_per_epoch() const noexcept { return impl_->batches; }

const AugmentOptions& Loader::augment() const noexcept { return impl_->options.augment; }

void Loader::start(int epoch, int first, Strength strength) {
  {
    const std::lock_guard lock(impl_->mutex);
    ++impl_->job;
    impl_->epoch = epoch;
    impl_->strength = strength;
    impl_->produce = impl_->consume = std::clamp(first, 0, impl_->batches);
    impl_->held = false;
    for (Impl::Buffer& b : impl_->buffers) b.ready = false;
  }
  impl_->changed.notify_all();
}

const Batch* Loader::next() {
  Impl& s = *impl_;
  std::unique_lock lock(s.mutex);
  if (s.held) {
    s.buffers[static_cast<std::size_t>((s.consume - 1) % 2)].ready = false;
    s.held = false;
    s.changed.notify_all();
  }
  if (s.consume >= s.batches) return nullptr;
  Impl::Buffer& b = s.buffers[static_cast<std::size_t>(s.consume % 2)];
  const auto before = std::chrono::steady_clock::now();
  s.changed.wait(lock, [&] { return b.ready || s.failure != nullptr; });
  s.stalled += std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
  if (!b.ready) std::rethrow_exception(s.failure);
  if (b.error != nullptr) std::rethrow_exception(b.error);
  ++s.consume;
  s.held = true;
  return &b.batch;
}

double Loader::stall_seconds() const noexcept { return impl_->stalled; }

}  // namespace fpcpu
