#include <array>
#include <cstdio>
#include <string>

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
/// A slice of a training batch of 32.
constexpr int kImages = 4;
/// A more intricate algorithm rounds more; it must be worth it.
constexpr double kWorthwhile = 0.9;

kernels::ConvShape shape_of(int size, int c, int k) {
  kernels::ConvShape s;
  s.h = s.w = s.oh = s.ow = size;
  s.c = c, s.k = k, s.kh = s.kw = 3, s.pad_h = s.pad_w = 1, s.n = kImages;
  return s;
}

/// Seconds of each pass of one algorithm.
std::array<double, 3> time_passes(const kernels::KernelTable<float>& t, const kernels::ConvShape& s) {
  const auto size = [&](int c) { return static_cast<std::size_t>(s.n * s.h * s.w) * static_cast<std::size_t>(c); };
  const Buffer x = random_buffer(size(s.c), 1);
  const Buffer dy = random_buffer(size(s.k), 2);
  const Buffer w = random_buffer(static_cast<std::size_t>(9 * s.c) * static_cast<std::size_t>(s.k), 3);
  Buffer y(dy.size());
  Buffer dx(x.size());
  Buffer dw(w.size());
  Buffer scratch(t.conv_scratch_size(s));
  Buffer packed[2];
  for (int p = 0; p < 2; ++p) {
    packed[p] = Buffer(t.conv_packed_size(s, kPasses[p]));
    t.conv_pack(s, kPasses[p], w.data(), packed[p].data());
  }
  kernels::ConvForward<float> f;
  f.x = x.data(), f.w = w.data(), f.packed = packed[0].data(), f.row_end = s.oh, f.y = y.data();
  kernels::ConvBackwardData<float> b;
  b.dy = dy.data(), b.w = w.data(), b.packed = packed[1].data(), b.dx = dx.data();
  kernels::ConvBackwardWeights<float> g;
  g.x = x.data(), g.dy = dy.data(), g.dw = dw.data();
  f.scratch = b.scratch = g.scratch = scratch.data();
  const Sampling sampling{.seconds = 0.01, .least = 3, .most = 100};
  return {measure([&] { t.conv_forward(s, f); }, sampling).min,
          measure([&] { t.conv_backward_data(s, b); }, sampling).min,
          measure([&] { t.conv_backward_weights(s, g); }, sampling).min};
}

/// One letter per pass.
std::array<char, 3> choose(const kernels::KernelTable<float>& t, kernels::ConvShape s) {
  std::array<char, 3> letters{};
  std::array<double, 3> best{};
  for (int a = 1; kernels::kChoiceLetters[a] != '\0'; ++a) {
    s.algorithm = static_cast<ConvAlgorithm>(a);
    if (t.conv_algorithm(s, ConvPass::forward) != s.algorithm) continue;
    const std::array<double, 3> seconds = time_passes(t, s);
    for (std::size_t p = 0; p < 3; ++p) {
      if (a > 1 && seconds[p] > kWorthwhile * best[p]) continue;
      best[p] = seconds[p];
      letters[p] = kernels::kChoiceLetters[a];
    }
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
  std::printf("#pragma once\n\n#include \"kernels/choice_classes.hpp\"\n\n");
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
