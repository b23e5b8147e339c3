// SPDX-License-Identifier: MIT
// Preloaded into a program: counts what it allocates and writes the number to standard error at the end.

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace {

std::atomic<long> g_count{0};

struct Report {
  ~Report() { std::fprintf(stderr, "allocations %ld\n", g_count.load()); }
} g_report;

}  // namespace

void* operator new(std::size_t size) {
  ++g_count;
  void* p = std::malloc(size > 0 ? size : 1);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
