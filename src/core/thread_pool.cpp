// SPDX-License-Identifier: MIT
#include "core/thread_pool.hpp"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <typeinfo>

#include "core/cpu.hpp"
#include "fpcpu/error.hpp"

#if defined(FPCPU_TSAN)
#include <sanitizer/tsan_interface.h>
#endif

namespace fpcpu {

namespace {

/// Says to the thread sanitizer what oneTBB, which comes without instrumentation, guarantees: what was written before a
/// parallel_for is seen by its bodies, and what these write is seen behind it. Between two bodies there is no order.
struct Order {
#if defined(FPCPU_TSAN)
  void release() { __tsan_release(this); }
  void acquire() { __tsan_acquire(this); }
#else
  void release() {}
  void acquire() {}
#endif
};

}  // namespace

struct ThreadPool::Impl {
  // Without it TBB never uses more threads than cores, and `--threads 5` on two cores would silently be 2.
  oneapi::tbb::global_control limit;
  oneapi::tbb::task_arena arena;

  explicit Impl(int threads)
      : limit(oneapi::tbb::global_control::max_allowed_parallelism,
              static_cast<std::size_t>(std::max(threads, oneapi::tbb::this_task_arena::max_concurrency()))),
        arena(threads) {}
};

ThreadPool::ThreadPool(int threads)
    : threads_(threads > 0 ? threads : available_cores()), impl_(std::make_unique<Impl>(threads_)) {}
ThreadPool::~ThreadPool() = default;

void ThreadPool::run(int count, Call call, const void* body) {
  if (threads_ == 1) {
    for (int i = 0; i < count; ++i) call(body, i, 0);
    return;
  }
  Order begin;
  Order end;
  begin.release();
  try {
    impl_->arena.execute([&] {
      oneapi::tbb::parallel_for(
          0, count,
          [&](int i) {
            begin.acquire();
            call(body, i, oneapi::tbb::this_task_arena::current_thread_index());
            end.release();
          },
          oneapi::tbb::simple_partitioner{});
    });
    end.acquire();
  } catch (const std::runtime_error& e) {
    // What oneTBB throws when the system refuses a thread is exactly this class; bodies throw others.
    if (typeid(e) != typeid(std::runtime_error)) throw;
    throw Error(ErrorCode::resource, "the system refuses another thread (" + std::string(e.what()) +
                                         "). Use fewer --threads, or allow more memory and threads.");
  }
}

}  // namespace fpcpu
