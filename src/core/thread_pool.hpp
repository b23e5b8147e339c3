// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <type_traits>

namespace fpcpu {

/// The worker threads of a program: made once in `cli` (or by the library call), passed down, never global.
/// parallel_for calls must not be nested.
class ThreadPool {
 public:
  /// @param threads number of threads including the caller; 0 = all cores.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// Number of slots: `slot` in parallel_for is below this, and no two running bodies share one.
  [[nodiscard]] int threads() const noexcept { return threads_; }

  /// Calls body(index, slot) for index in [0, count), in any order, on any thread; returns when all are done.
  /// If a body throws, no new ones are begun and the first exception is thrown here. Allocates nothing through operator
  /// new.
  template <class Body>
  void parallel_for(int count, const Body& body) {
    run(
        count, [](const void* b, int index, int slot) { (*static_cast<const Body*>(b))(index, slot); }, &body);
  }

 private:
  using Call = void (*)(const void* body, int index, int slot);
  void run(int count, Call call, const void* body);

  struct Impl;
  int threads_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fpcpu
