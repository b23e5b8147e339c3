// SPDX-License-Identifier: MIT
// Two slices of a ThreadPool write one number without a lock: proof that the thread sanitizer sees such a race,
// whatever is suppressed for oneTBB. Built with the preset `tsan` only, where it must be reported.

#include <cstdio>

#include "core/thread_pool.hpp"

int main() {
  fpcpu::ThreadPool pool(4);
  long shared = 0;
  for (int round = 0; round < 50; ++round) {
    pool.parallel_for(64, [&](int index, int) {
      for (int i = 0; i < 1000; ++i) shared += index;
    });
  }
  std::printf("%ld\n", shared);
  return 0;
}
