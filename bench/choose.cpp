// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "bench.hpp"
#include "harness.hpp"
#include "kernels/choice_classes.hpp"
#include "kernels/table.hpp"
#include "random_buffer.hpp"

namespace fpcpu::bench {

namespace {

using kernels::ConvAlgorithm;
using kernels::ConvPass;

constexpr ConvPass kPasses[] = {ConvPass::forward, ConvPass::backward_data, ConvPass::backward_weights};
/// A training batch of 32 in slices; weights are packed once for all of them.
constexpr int kImages = 4;
constexpr int kSlices = 8;
/// A more intricate algorithm rounds more; it must be worth it.
constexpr double kWorthwhile = 0.95;
/// Each algorithm is measured so many times, the others in between: a neighbour on the machine seldom spoils all.
constexpr int kRounds = 3;

kernels::ConvShape shape_of(int size, int c, int k) {
  kernels::ConvShape s;
  s.h = s.w = s.oh = s.ow = size;
  s.c = c, s.k = k, s.kh = s.kw = 3, s.pad_h = s.pad_w = 1, s.n = kImages;
  return s;
}

/// What the algorithms of one shape share.
struct Tensors {
  explicit Tensors(const kernels::ConvShape& s) {
    const auto size = [&](int c) { return static_cast<std::size_t>(s.n * s.h * s.w) * static_cast<std::size_t>(c); };
    x = random_buffer(size(s.c), 1);
    dy = random_buffer(size(s.k), 2);
    w = random_buffer(static_cast<std::size_t>(9 * s.c) * static_cast<std::size_t>(s.k), 3);
    y = Buffer(dy.size());
    dx = Buffer(x.size());
    dw = Buffer(w.size());
  }
  Buffer x, dy, w, y, dx, dw;
};

/// Seconds that one slice of each pass takes with one algorithm, its share of the packing of weights included.
class Candidate {
 public:
  Candidate(const kernels::KernelTable<float>& t, const kernels::ConvShape& s, const Tensors& tensors)
      : table_(t), shape_(s), tensors_(tensors) {
    std::size_t scratch = 0;
    for (const ConvPass pass : kPasses) scratch = std::max(scratch, t.conv_scratch_size(s, pass));
    scratch_ = Buffer(scratch);
    for (std::size_t p = 0; p < 2; ++p) packed_[p] = Buffer(t.conv_packed_size(s, kPasses[p]));
    seconds_.fill(std::numeric_limits<double>::infinity());
  }

  void measure_again() {
    kernels::ConvForward<float> f;
    f.x = tensors_.x.data(), f.w = tensors_.w.data(), f.packed = packed_[0].data(), f.row_end = shape_.oh;
    f.y = tensors_.y.data();
    kernels::ConvBackwardData<float> b;
    b.dy = tensors_.dy.data(), b.w = tensors_.w.data(), b.packed = packed_[1].data(), b.dx = tensors_.dx.data();
    kernels::ConvBackwardWeights<float> g;
    g.x = tensors_.x.data(), g.dy = tensors_.dy.data(), g.dw = tensors_.dw.data();
    f.scratch = b.scratch = g.scratch = scratch_.data();
    const double packing[] = {time([&] { pack(0); }), time([&] { pack(1); })};
    keep(0, packing[0] / kSlices + time([&] { table_.conv_forward(shape_, f); }));
    keep(1, packing[1] / kSlices + time([&] { table_.conv_backward_data(shape_, b); }));
    keep(2, time([&] { table_.conv_backward_weights(shape_, g); }));
  }

  [[nodiscard]] ConvAlgorithm algorithm() const { return shape_.algorithm; }
  [[nodiscard]] double seconds(std::size_t pass) const { return seconds_[pass]; }

 private:
  template <class Work>
  static double time(const Work& work) {
    return measure(work, {.seconds = 0.005, .least = 1, .most = 100, .clock = Clock::cpu}).min;
  }
  void pack(std::size_t pass) { table_.conv_pack(shape_, kPasses[pass], tensors_.w.data(), packed_[pass].data()); }
  void keep(std::size_t pass, double seconds) { seconds_[pass] = std::min(seconds_[pass], seconds); }

  const kernels::KernelTable<float>& table_;
  kernels::ConvShape shape_;
  const Tensors& tensors_;
  Buffer scratch_;
  Buffer packed_[2];
  std::array<double, 3> seconds_{};
};

/// One letter per pass.
std::array<char, 3> choose(const kernels::KernelTable<float>& t, kernels::ConvShape s) {
  const Tensors tensors(s);
  std::vector<Candidate> candidates;
  for (int a = 1; kernels::kChoiceLetters[a] != '\0'; ++a) {
    s.algorithm = static_cast<ConvAlgorithm>(a);
    if (t.conv_algorithm(s, ConvPass::forward) == s.algorithm) candidates.emplace_back(t, s, tensors);
  }
  for (int round = 0; round < kRounds; ++round) {
    for (Candidate& candidate : candidates) candidate.measure_again();
  }
  std::array<char, 3> letters{};
  for (std::size_t p = 0; p < 3; ++p) {
    const Candidate* best = nullptr;
    for (const Candidate& candidate : candidates) {
      if (best == nullptr || candidate.seconds(p) < kWorthwhile * best->seconds(p)) best = &candidate;
    }
    letters[p] = kernels::kChoiceLetters[static_cast<int>(best->algorithm())];
  }
  return letters;
}

}  // namespace

int run_choose(const BenchOptions& options) {
  const kernels::KernelTable<float>& t = kernels::choose_table(options.isa.c_str(), parse_precision(options.precision));
  std::string letters[3][kernels::kChoiceSizeCount][kernels::kChoiceChannelCount];
  for (int i = 0; i < kernels::kChoiceSizeCount; ++i) {
    std::fprintf(stderr, "maps of %d\n", kernels::kChoiceSizes[i]);
    for (int c = 0; c < kernels::kChoiceChannelCount; ++c) {
      for (const int k : kernels::kChoiceChannels) {
        const auto chosen = choose(t, shape_of(kernels::kChoiceSizes[i], kernels::kChoiceChannels[c], k));
        for (int p = 0; p < 3; ++p) letters[p][i][c] += chosen[static_cast<std::size_t>(p)];
      }
    }
  }
  const std::string isa(to_string(t.isa));
  const std::string precision(to_string(t.precision));
  std::printf("// SPDX-License-Identifier: MIT\n#pragma once\n\n#include \"kernels/choice_classes.hpp\"\n\n");
  std::printf("// Written by `fpcpu_bench choose --isa %s --precision %s` on %s.\n", isa.c_str(), precision.c_str(),
              cpu_name().c_str());
  std::printf("namespace fpcpu::kernels::choices {\n\nconstexpr ConvChoices %s = {{\n", kernels::name_of(t).c_str());
  for (const auto& pass : letters) {
    std::printf("    {\n");
    for (const auto& size : pass) {
      std::printf("        {");
      for (int c = 0; c < kernels::kChoiceChannelCount; ++c)
        std::printf("%s\"%s\"", c == 0 ? "" : ", ", size[c].c_str());
      std::printf("},\n");
    }
    std::printf("    },\n");
  }
  std::printf("}};\n\n}  // namespace fpcpu::kernels::choices\n");
  return 0;
}

}  // namespace fpcpu::bench
