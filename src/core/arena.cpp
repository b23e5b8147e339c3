#include "core/arena.hpp"

#include <cstring>
#include <string>

#include "fpcpu/error.hpp"

namespace fpcpu {

Arena::Arena(std::size_t bytes) : bytes_(align_up(bytes)) {
  if (bytes_ == 0) return;
  void* p = ::operator new (bytes_, std::align_val_t{kAlignment}, std::nothrow);
  if (p == nullptr) {
    throw Error(ErrorCode::resource, "cannot allocate " + std::to_string(bytes_ >> 20U) +
                                         " MB. Use a smaller --batch, --input-size or --cache-mb.");
  }
  std::memset(p, 0, bytes_);
  data_.reset(static_cast<std::byte*>(p));
}

}  // namespace fpcpu
