// SPDX-License-Identifier: MIT
#include "core/arena.hpp"

#include <cstdint>
#include <cstring>
#include <string>

#ifdef __linux__
#include <sys/mman.h>
#endif

#include "core/cpu.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

/// Asks for pages of 2 MB where the system has them: with those of 4 KB, weights and tensors of hundreds of megabytes
/// miss the processor's table of pages all the time. Not getting them costs speed only.
void ask_for_large_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef __linux__
  constexpr std::uintptr_t kLargePage = std::uintptr_t{1} << 21U;
  const auto begin = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t first = (begin + kLargePage - 1) / kLargePage * kLargePage;
  const std::uintptr_t last = (begin + bytes) / kLargePage * kLargePage;
  if (first < last) static_cast<void>(madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE));
#endif
}

}  // namespace

void check_memory(std::size_t bytes) {
  const std::size_t there = physical_memory();
  if (there == 0 || bytes <= there) return;
  throw Error(ErrorCode::resource, std::to_string(bytes >> 20U) + " MB are needed, this machine has " +
                                       std::to_string(there >> 20U) +
                                       " MB. Use a smaller --batch, --input-size or --cache-mb.");
}

Arena::Arena(std::size_t bytes) : bytes_(align_up(bytes)) {
  if (bytes_ == 0) return;
  check_memory(bytes_);
  void* p = ::operator new (bytes_, std::align_val_t{kAlignment}, std::nothrow);
  if (p == nullptr) {
    throw Error(ErrorCode::resource, "cannot allocate " + std::to_string(bytes_ >> 20U) +
                                         " MB. Use a smaller --batch, --input-size or --cache-mb.");
  }
  ask_for_large_pages(p, bytes_);
  std::memset(p, 0, bytes_);
  data_.reset(static_cast<std::byte*>(p));
}

}  // namespace fpcpu
