// SPDX-License-Identifier: MIT
#include "data/bad_images.hpp"

#include <algorithm>

namespace fpcpu {

void refuse_bad_images(const std::vector<BadImage>& bad, std::size_t images) {
  constexpr std::size_t kMostNamed = 20;
  const auto line = [](const BadImage& b) { return b.place + ": " + b.error.what(); };
  if (bad.size() == 1) {
    throw Error(bad[0].error.code(), line(bad[0]) + " Correct it, or leave such rows out with --skip-bad.");
  }
  std::string text = std::to_string(bad.size()) + " of " + std::to_string(images) +
                     " images cannot be used. Correct them, or leave such rows out with --skip-bad:";
  for (std::size_t i = 0; i < std::min(bad.size(), kMostNamed); ++i) text += "\n  " + line(bad[i]);
  if (bad.size() > kMostNamed) text += "\n  and " + std::to_string(bad.size() - kMostNamed) + " more";
  throw Error(bad[0].error.code(), text);
}

std::vector<BadImage> unreadable_images(const Dataset& data, std::size_t most,
                                        const std::function<void(std::size_t, std::size_t)>& progress) {
  std::vector<BadImage> bad;
  const std::size_t images = std::min(data.size(), most);
  for (std::size_t i = 0; i < images; ++i) {
    if (progress) progress(i, images);
    const std::size_t face = i * data.size() / images;
    if (data.file(face).empty()) continue;
    if (auto fault = fault_of_image([&] { (void)data.image(face); })) bad.push_back({data.place(face), *fault});
  }
  return bad;
}

}  // namespace fpcpu
