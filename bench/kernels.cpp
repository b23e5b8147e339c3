// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <vector>

#include "bench.hpp"
#include "fpcpu/error.hpp"
#include "kernel_report.hpp"
#include "kernel_shapes.hpp"
#include "random_buffer.hpp"

namespace fpcpu::bench {

namespace {

using Table = kernels::KernelTable<float>;

constexpr std::array kPasses = {kernels::ConvPass::forward, kernels::ConvPass::backward_data,
                                kernels::ConvPass::backward_weights};

/// What one table decides for each pass, and its scratch and packed weights; the reference has its own.
struct ConvMemory {
  std::array<kernels::ConvShape, 3> shapes;
  std::vector<Buffer> scratch;
  std::array<Buffer, 2> packed;

  ConvMemory(const Table& t, const kernels::ConvShape& s, const Buffer& w, int slots, bool depthwise) {
    std::size_t size = depthwise ? t.depthwise_scratch_size(s) : 0;
    for (std::size_t p = 0; p < kPasses.size(); ++p) {
      shapes[p] = depthwise ? s : decided(t, s, kPasses[p]);
      if (!depthwise) size = std::max(size, t.conv_scratch_size(shapes[p], kPasses[p]));
    }
    for (int i = 0; i < slots; ++i) scratch.emplace_back(size);
    for (std::size_t p = 0; p < packed.size() && !depthwise; ++p) {
      packed[p] = Buffer(t.conv_packed_size(shapes[p], kPasses[p]));
      if (packed[p].size() > 0) t.conv_pack(shapes[p], kPasses[p], w.data(), packed[p].data());
    }
  }
};

/// True if no pass of the convolution has a better algorithm than the direct one.
bool is_direct(const Table& t, const kernels::ConvShape& s) {
  return std::ranges::all_of(
      kPasses, [&](kernels::ConvPass p) { return t.conv_algorithm(s, p) == kernels::ConvAlgorithm::direct; });
}

/// A share above the peak is possible: Winograd's convolutions count the work they save.
void bench_conv(KernelReport& report, const ConvCase& conv) {
  const kernels::ConvShape& s = conv.shape;
  const bool depthwise = conv.depthwise;
  const auto size = [](int a, int b, int c) {
    return static_cast<std::size_t>(a) * static_cast<std::size_t>(b) * static_cast<std::size_t>(c);
  };
  const auto images = static_cast<std::size_t>(s.n);
  const int depth = depthwise ? 1 : s.c / s.groups;
  const Buffer x = random_buffer(images * size(s.h, s.w, s.c), 1);
  const Buffer w = random_buffer(size(s.kh, s.kw, depth) * static_cast<std::size_t>(s.k), 2);
  const Buffer dy = random_buffer(images * size(s.oh, s.ow, s.k), 3);
  const Table& reference = kernels::eigen_table<float>();
  ConvMemory fast(report.table(), s, w, report.slots(), depthwise);
  ConvMemory slow(reference, s, w, 1, depthwise);
  const auto memory = [&](const Table& t) -> ConvMemory& { return &t == &reference ? slow : fast; };
  const char* name = depthwise ? "depthwise" : s.algorithm == kernels::ConvAlgorithm::direct ? "direct" : "conv";
  const Limit limit = depthwise ? Limit::memory : Limit::arithmetic;
  const double flops = 2.0 * static_cast<double>(dy.size()) * s.kh * s.kw * depth;
  const double bytes = 4.0 * static_cast<double>(x.size() + w.size() + dy.size());

  const auto measure_pass = [&](const char* pass, std::size_t out_size, const auto& work) {
    report.measure_kernel({.name = name,
                           .pass = pass,
                           .shape = to_string(s),
                           .limit = limit,
                           .flops = flops,
                           .bytes = bytes,
                           .out_size = out_size,
                           .work = [&](const Table& t, float* out, int slot) {
                             const ConvMemory& m = memory(t);
                             work(t, m, out, m.scratch[static_cast<std::size_t>(slot)].data());
                           }});
  };
  measure_pass("forward", dy.size(), [&](const Table& t, const ConvMemory& m, float* out, float* scratch) {
    kernels::ConvForward<float> a;
    a.x = x.data(), a.w = w.data(), a.packed = m.packed[0].data(), a.row_end = s.oh, a.y = out, a.scratch = scratch;
    (depthwise ? t.depthwise_forward : t.conv_forward)(m.shapes[0], a);
  });
  measure_pass("data", x.size(), [&](const Table& t, const ConvMemory& m, float* out, float* scratch) {
    kernels::ConvBackwardData<float> a;
    a.dy = dy.data(), a.w = w.data(), a.packed = m.packed[1].data(), a.dx = out, a.scratch = scratch;
    (depthwise ? t.depthwise_backward_data : t.conv_backward_data)(m.shapes[1], a);
  });
  measure_pass("weights", w.size(), [&](const Table& t, const ConvMemory& m, float* out, float* scratch) {
    kernels::ConvBackwardWeights<float> a;
    a.x = x.data(), a.dy = dy.data(), a.dw = out, a.scratch = scratch;
    (depthwise ? t.depthwise_backward_weights : t.conv_backward_weights)(m.shapes[2], a);
  });
}

void bench_dense(KernelReport& report, const kernels::DenseShape& s) {
  const auto size = [](int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); };
  const Buffer x = random_buffer(size(s.rows, s.inputs), 1);
  const Buffer w = random_buffer(size(s.inputs, s.outputs), 2);
  const Buffer dy = random_buffer(size(s.rows, s.outputs), 3);
  std::vector<Buffer> scratch;
  for (int i = 0; i < report.slots(); ++i) scratch.emplace_back(report.table().dense_scratch_size(s));
  const auto measure_pass = [&](const char* pass, std::size_t weights, std::size_t out_size, const auto& work) {
    report.measure_kernel(
        {.name = "dense",
         .pass = pass,
         .shape = std::to_string(s.rows) + "x" + std::to_string(s.inputs) + "->" + std::to_string(s.outputs),
         .limit = s.rows < 8 ? Limit::memory : Limit::arithmetic,
         .flops = 2.0 * s.rows * static_cast<double>(w.size()),
         .bytes = 4.0 * static_cast<double>(x.size() + weights + dy.size()),
         .out_size = out_size,
         .work = [&](const Table& t, float* out, int slot) {
           work(t, out, scratch[static_cast<std::size_t>(slot)].data());
         }});
  };
  const auto measure_forward = [&](const char* pass, const Buffer& packed) {
    const std::size_t weights = packed.size() > 0 ? packed.size() : w.size();
    measure_pass(pass, weights, dy.size(), [&](const Table& t, float* out, float* memory) {
      kernels::DenseForward<float> a;
      a.x = x.data(), a.w = w.data(), a.end = s.outputs, a.y = out, a.scratch = memory;
      if (packed.size() > 0) a.packed = packed.data();  // the reference goes on reading w
      t.dense_forward(s, a);
    });
  };
  measure_forward("forward", Buffer());
  measure_pass("data", w.size(), x.size(), [&](const Table& t, float* out, float* memory) {
    kernels::DenseBackwardData<float> a;
    a.dy = dy.data(), a.w = w.data(), a.end = s.inputs, a.dx = out, a.scratch = memory;
    t.dense_backward_data(s, a);
  });
  measure_pass("weights", w.size(), w.size(), [&](const Table& t, float* out, float* memory) {
    kernels::DenseBackwardWeights<float> a;
    a.x = x.data(), a.dy = dy.data(), a.end = s.inputs, a.dw = out, a.scratch = memory;
    t.dense_backward_weights(s, a);
  });
  Buffer packed(report.table().dense_packed_size(s));
  if (packed.size() == 0) return;
  report.table().dense_pack(s, w.data(), packed.data());
  measure_forward("packed", packed);
}

/// Normalisation, ReLU and, if asked for, a pool of 2: what the passes read.
class NormActPoolBench {
 public:
  NormActPoolBench(KernelReport& report, int size, int c, bool pooled)
      : report_(report), pooled_(pooled), channels_(static_cast<std::size_t>(c)) {
    s_.h = s_.w = size;
    s_.c = c;
    s_.oh = s_.ow = size / 2;
    inputs_ = static_cast<std::size_t>(size * size) * channels_;
    outputs_ = pooled ? static_cast<std::size_t>(s_.oh * s_.ow) * channels_ : inputs_;
    x_ = random_buffer(inputs_, 1);
    dy_ = random_buffer(outputs_, 2);
    scale_ = random_buffer(channels_, 3);
    shift_ = random_buffer(channels_, 4);
    argmax_.resize(pooled ? outputs_ : 0);
    Buffer y(outputs_);
    forward(report.table(), y.data(), argmax_);
  }

  void run() {
    std::vector<std::vector<std::uint8_t>> winners(static_cast<std::size_t>(report_.slots()), argmax_);
    const double small = 4.0 * static_cast<double>(outputs_) + static_cast<double>(argmax_.size());
    const double big = 4.0 * static_cast<double>(inputs_);
    measure("forward", 3, big + small, outputs_,
            [&](const Table& t, float* out, int slot) { forward(t, out, winners[static_cast<std::size_t>(slot)]); });
    measure("sums", 5, big + small, 2 * channels_, [&](const Table& t, float* out, int) {
      std::vector<double> sums(2 * channels_, 0.0);
      kernels::NormActPoolBackward<float> a = backward();
      a.sums = sums.data();
      t.norm_act_pool_backward_sums(a);
      for (std::size_t i = 0; i < sums.size(); ++i) out[i] = static_cast<float>(sums[i]);
    });
    measure("data", 6, 2.0 * big + small, inputs_, [&](const Table& t, float* out, int) {
      kernels::NormActPoolBackward<float> a = backward();
      a.dx = out;
      t.norm_act_pool_backward_data(a);
    });
  }

 private:
  void measure(const char* pass, double flops_per_input, double bytes, std::size_t out_size, const auto& work) {
    const std::string size = std::to_string(s_.h);
    report_.measure_kernel({.name = "norm_act_pool",
                            .pass = pass,
                            .shape = size + "x" + size + "x" + std::to_string(s_.c) + (pooled_ ? " pool 2" : ""),
                            .limit = Limit::memory,
                            .flops = flops_per_input * static_cast<double>(inputs_),
                            .bytes = bytes,
                            .out_size = out_size,
                            .work = work});
  }
  void forward(const Table& t, float* out, std::vector<std::uint8_t>& winners) const {
    kernels::NormActPoolForward<float> a;
    a.shape = s_, a.pooled = pooled_, a.activation.kind = kernels::Activation::relu;
    a.x = x_.data(), a.scale = scale_.data(), a.shift = shift_.data(), a.y = out;
    if (pooled_) a.argmax = winners.data();
    t.norm_act_pool_forward(a);
  }
  [[nodiscard]] kernels::NormActPoolBackward<float> backward() const {
    kernels::NormActPoolBackward<float> a;
    a.shape = s_, a.pooled = pooled_, a.activation.kind = kernels::Activation::relu;
    a.x = x_.data(), a.dy = dy_.data(), a.argmax = argmax_.data(), a.scale = scale_.data(), a.shift = shift_.data();
    a.mean = shift_.data(), a.inv_std = scale_.data(), a.mean_g = scale_.data(), a.mean_gx = shift_.data();
    return a;
  }

  KernelReport& report_;
  kernels::PoolShape s_;
  bool pooled_;
  std::size_t channels_, inputs_ = 0, outputs_ = 0;
  Buffer x_, dy_, scale_, shift_;
  std::vector<std::uint8_t> argmax_;
};

void bench_flat(KernelReport& report, std::size_t n) {
  const Buffer a = random_buffer(n, 1);
  const Buffer b = random_buffer(n, 2);
  const std::string shape = std::to_string(n);
  const double count = static_cast<double>(n);
  report.measure_kernel({.name = "add_relu",
                         .pass = "forward",
                         .shape = shape,
                         .limit = Limit::memory,
                         .flops = 2.0 * count,
                         .bytes = 12.0 * count,
                         .out_size = n,
                         .work = [&](const Table& t, float* out, int) {
                           t.add(a.data(), b.data(), {kernels::Activation::relu, 0.0F}, out, n);
                         }});
  report.measure_kernel({.name = "sum_rows",
                         .pass = "8 rows",
                         .shape = shape,
                         .limit = Limit::memory,
                         .flops = count,
                         .bytes = 4.5 * count,
                         .out_size = n / 8,
                         .work = [&](const Table& t, float* out, int) { t.sum_rows(a.data(), n / 8, 8, out, n / 8); }});
  // The moments change with every call: one pair per thread, and a fresh one for the reference.
  std::vector<Buffer> m, v;
  for (int i = 0; i <= report.slots(); ++i) {
    m.push_back(random_buffer(n, 3));
    v.emplace_back(n);
    std::fill_n(v.back().data(), n, 0.5F);
  }
  report.measure_kernel({.name = "adam",
                         .pass = "update",
                         .shape = shape,
                         .limit = Limit::memory,
                         .flops = 14.0 * count,
                         .bytes = 28.0 * count,
                         .out_size = n,
                         .work = [&](const Table& t, float* out, int slot) {
                           const bool fast = &t == &report.table();
                           const std::size_t i = static_cast<std::size_t>(fast ? slot : report.slots());
                           kernels::OptimizerUpdate<float> u;
                           u.w = out, u.grad = a.data(), u.m = m[i].data(), u.v = v[i].data(), u.n = n;
                           u.lr = 1e-3F, u.momentum = 0.9F, u.beta2 = 0.999F, u.eps = 1e-8F, u.bias1 = 0.5F,
                           u.bias2 = 0.5F;
                           t.adam_update(u);
                         }});
}

}  // namespace

int run_kernels(const BenchOptions& options) {
  const bool all = options.model.empty();
  const std::vector<ConvCase> convolutions = all ? typical_conv_cases() : conv_cases_of(options.model);
  KernelReport report(options);
  for (ConvCase c : convolutions) {
    bench_conv(report, c);
    if (c.depthwise || is_direct(report.table(), c.shape)) continue;
    c.shape.algorithm = kernels::ConvAlgorithm::direct;
    bench_conv(report, c);
  }
  for (const kernels::DenseShape& s : all ? typical_dense_shapes() : dense_shapes_of(options.model)) {
    bench_dense(report, s);
  }
  if (all) {
    for (const bool pooled : {false, true}) {
      NormActPoolBench(report, 100, 32, pooled).run();
      NormActPoolBench(report, 25, 128, pooled).run();
    }
    bench_flat(report, 1 << 20);
  }
  return report.finish();
}

}  // namespace fpcpu::bench
