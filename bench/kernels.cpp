#include <cmath>
#include <cstdio>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench.hpp"
#include "core/arena.hpp"
#include "core/rng.hpp"
#include "fpcpu/error.hpp"
#include "harness.hpp"
#include "kernels/table.hpp"

namespace fpcpu::bench {

namespace {

using Buffer = AlignedBuffer<float>;
using Table = kernels::KernelTable<float>;

kernels::ConvShape layer(int size, int c, int k, int kernel, int stride = 1, int groups = 1) {
  kernels::ConvShape s;
  s.h = s.w = size;
  s.c = c, s.k = k, s.kh = s.kw = kernel, s.stride = stride, s.groups = groups;
  s.pad_h = s.pad_w = kernel / 2;
  s.oh = s.ow = (size + 2 * s.pad_h - kernel) / stride + 1;
  return s;
}

kernels::ConvShape dense(int rows, int inputs, int outputs) {
  kernels::ConvShape s;
  s.h = s.oh = 1;
  s.w = s.ow = rows;
  s.c = inputs, s.k = outputs;
  return s;
}

/// The convolutions of a network. Without a name: shapes that between them meet every path of the kernels.
std::vector<kernels::ConvShape> shapes_of(const std::string& model) {
  if (model == "base") {
    return {layer(100, 3, 64, 3), layer(50, 64, 128, 3), layer(25, 128, 256, 3), dense(16, 36864, 512)};
  }
  if (model == "bn") {
    return {layer(100, 3, 32, 3),   layer(100, 32, 32, 3),  layer(50, 32, 64, 3),
            layer(50, 64, 64, 3),   layer(25, 64, 128, 3),  layer(25, 128, 128, 3),
            layer(12, 128, 256, 3), layer(12, 256, 256, 3), dense(16, 9216, 256)};
  }
  if (model.empty()) {
    return {layer(100, 3, 32, 3),   layer(100, 32, 32, 3), layer(50, 64, 128, 3),        layer(25, 128, 256, 3),
            layer(12, 256, 256, 3), layer(6, 256, 256, 3), layer(100, 3, 64, 7, 2),      layer(50, 64, 128, 3, 2),
            layer(25, 128, 256, 1), layer(48, 24, 24, 3),  layer(25, 128, 128, 3, 1, 4), dense(4, 9216, 256),
            dense(32, 9216, 256)};
  }
  throw Error(ErrorCode::usage, "Unknown model '" + model + "' for the kernel bench. Known: base, bn.");
}

std::string text(const kernels::ConvShape& s) {
  std::string t = std::to_string(s.h) + "x" + std::to_string(s.w) + "x" + std::to_string(s.c) + "->" +
                  std::to_string(s.k) + " k" + std::to_string(s.kh) + " s" + std::to_string(s.stride);
  if (s.groups > 1) t += " g" + std::to_string(s.groups);
  return t;
}

Buffer random_buffer(std::size_t size, std::uint64_t stream) {
  Buffer b(size);
  Rng rng(1, RandomUse::init, stream);
  for (float& v : b) v = rng.uniform(-1.0F, 1.0F);
  return b;
}

/// Runs every measurement, checks it against the reference and prints a line.
class Report {
 public:
  Report(const BenchOptions& options, const Table& table)
      : table_(table),
        json_(options.json),
        images_(options.batch > 0 ? options.batch : options.threads),
        pool_(options.threads),
        peak_(peak_gflops(table.isa, pool_)) {
    if (json_) return;
    std::printf("%s, %s, %d thread(s), %d image(s) a call, multiply-add peak %.1f GFLOP/s\n", cpu_name().c_str(),
                (std::string(to_string(table.isa)) + " " + std::string(to_string(table.precision))).c_str(),
                options.threads, images_, peak_);
    std::printf("%-16s %-8s %-26s %9s %9s %7s %9s %7s %6s\n", "kernel", "pass", "shape", "min ms", "median ms", "MAD %",
                "GFLOP/s", "GB/s", "peak");
  }

  [[nodiscard]] const Table& table() const noexcept { return table_; }
  [[nodiscard]] int slots() const noexcept { return pool_.threads(); }
  [[nodiscard]] bool all_right() const noexcept { return wrong_ == 0; }

  /// @param work   work(table, out, slot) computes one image into `out`
  /// @param flops, bytes   of one image; bytes are what must be read and written at least
  template <class Work>
  void measure_kernel(const char* name, const char* pass, const std::string& shape, double flops, double bytes,
                      std::size_t out_size, const Work& work) {
    std::vector<Buffer> out;
    for (int i = 0; i < pool_.threads(); ++i) out.emplace_back(out_size);
    Buffer want(out_size);
    work(kernels::eigen_table<float>(), want.data(), 0);
    work(table_, out[0].data(), 0);
    double largest = 0.0;
    double error = 0.0;
    for (std::size_t i = 0; i < out_size; ++i) {
      largest = std::max(largest, static_cast<double>(std::abs(want[i])));
      const double e = static_cast<double>(std::abs(out[0][i] - want[i]));
      error = std::isnan(e) ? HUGE_VAL : std::max(error, e);
    }
    // Two orders of the same float sums differ by a few rounding errors of the largest of them, rounded factors by
    // more.
    if (error > (table_.precision == Precision::bf16 ? 0.05 : 1e-4) * largest) {
      ++wrong_;
      std::fprintf(stderr, "%s %s %s: differs from the reference by %g of %g\n", name, pass, shape.c_str(), error,
                   largest);
    }
    const Timing t = measure([&] {
      pool_.parallel_for(images_,
                         [&](int, int slot) { work(table_, out[static_cast<std::size_t>(slot)].data(), slot); });
    });
    print(name, pass, shape, flops * images_, bytes * images_, t);
  }

 private:
  void print(const char* name, const char* pass, const std::string& shape, double flops, double bytes,
             const Timing& t) const {
    const double gflops = flops / t.min * 1e-9;
    const double gbytes = bytes / t.min * 1e-9;
    if (json_) {
      nlohmann::ordered_json line{{"name", name},
                                  {"pass", pass},
                                  {"shape", shape},
                                  {"isa", to_string(table_.isa)},
                                  {"threads", pool_.threads()},
                                  {"gflops", gflops},
                                  {"peak_fraction", gflops / peak_},
                                  {"gb_per_s", gbytes},
                                  {"ms_median", t.median * 1e3},
                                  {"ms_min", t.min * 1e3},
                                  {"ms_mad", t.mad * 1e3}};
      std::printf("%s\n", line.dump().c_str());
    } else {
      std::printf("%-16s %-8s %-26s %9.4f %9.4f %7.1f %9.1f %7.1f %5.0f%%\n", name, pass, shape.c_str(), t.min * 1e3,
                  t.median * 1e3, 100.0 * t.mad / t.median, gflops, gbytes, 100.0 * gflops / peak_);
    }
    std::fflush(stdout);
  }

  const Table& table_;
  bool json_;
  int images_;
  ThreadPool pool_;
  double peak_;
  int wrong_ = 0;
};

/// Scratch and packed weights of one table; the reference has its own.
struct ConvMemory {
  std::vector<Buffer> scratch;
  Buffer forward, backward;

  ConvMemory(const Table& t, const kernels::ConvShape& s, const Buffer& w, int slots, bool depthwise) {
    for (int i = 0; i < slots; ++i) {
      scratch.emplace_back(depthwise ? t.depthwise_scratch_size(s) : t.conv_scratch_size(s));
    }
    if (depthwise) return;
    forward = Buffer(t.conv_packed_size(s, kernels::ConvPass::forward));
    backward = Buffer(t.conv_packed_size(s, kernels::ConvPass::backward_data));
    if (forward.size() > 0) t.conv_pack(s, kernels::ConvPass::forward, w.data(), forward.data());
    if (backward.size() > 0) t.conv_pack(s, kernels::ConvPass::backward_data, w.data(), backward.data());
  }
};

void bench_conv(Report& report, const kernels::ConvShape& s, bool depthwise) {
  const auto size = [](int a, int b, int c) {
    return static_cast<std::size_t>(a) * static_cast<std::size_t>(b) * static_cast<std::size_t>(c);
  };
  const int depth = depthwise ? 1 : s.c / s.groups;
  const Buffer x = random_buffer(size(s.h, s.w, s.c), 1);
  const Buffer w = random_buffer(size(s.kh, s.kw, depth) * static_cast<std::size_t>(s.k), 2);
  const Buffer dy = random_buffer(size(s.oh, s.ow, s.k), 3);
  const Table& reference = kernels::eigen_table<float>();
  ConvMemory fast(report.table(), s, w, report.slots(), depthwise);
  ConvMemory slow(reference, s, w, 1, depthwise);
  const auto memory = [&](const Table& t) -> ConvMemory& { return &t == &reference ? slow : fast; };
  const char* name = depthwise ? "depthwise" : "conv";
  const double flops = 2.0 * static_cast<double>(dy.size()) * s.kh * s.kw * depth;
  const double bytes = 4.0 * static_cast<double>(x.size() + w.size() + dy.size());

  report.measure_kernel(name, "forward", text(s), flops, bytes, dy.size(), [&](const Table& t, float* out, int slot) {
    ConvMemory& m = memory(t);
    kernels::ConvForward<float> a;
    a.x = x.data(), a.w = w.data(), a.packed = m.forward.data(), a.row_end = s.oh, a.y = out;
    a.scratch = m.scratch[static_cast<std::size_t>(slot)].data();
    (depthwise ? t.depthwise_forward : t.conv_forward)(s, a);
  });
  report.measure_kernel(name, "data", text(s), flops, bytes, x.size(), [&](const Table& t, float* out, int slot) {
    ConvMemory& m = memory(t);
    kernels::ConvBackwardData<float> a;
    a.dy = dy.data(), a.w = w.data(), a.packed = m.backward.data(), a.dx = out;
    a.scratch = m.scratch[static_cast<std::size_t>(slot)].data();
    (depthwise ? t.depthwise_backward_data : t.conv_backward_data)(s, a);
  });
  report.measure_kernel(name, "weights", text(s), flops, bytes, w.size(), [&](const Table& t, float* out, int slot) {
    ConvMemory& m = memory(t);
    kernels::ConvBackwardWeights<float> a;
    a.x = x.data(), a.dy = dy.data(), a.dw = out;
    a.scratch = m.scratch[static_cast<std::size_t>(slot)].data();
    (depthwise ? t.depthwise_backward_weights : t.conv_backward_weights)(s, a);
  });
}

void bench_norm_act_pool(Report& report, int size, int c, bool pooled) {
  kernels::PoolShape s;
  s.h = s.w = size;
  s.c = c;
  s.oh = s.ow = size / 2;
  const std::size_t channels = static_cast<std::size_t>(c);
  const std::size_t inputs = static_cast<std::size_t>(size * size) * channels;
  const std::size_t outputs = pooled ? static_cast<std::size_t>(s.oh * s.ow) * channels : inputs;
  const Buffer x = random_buffer(inputs, 1);
  const Buffer dy = random_buffer(outputs, 2);
  const Buffer scale = random_buffer(channels, 3);
  const Buffer shift = random_buffer(channels, 4);
  std::vector<std::uint8_t> argmax(pooled ? outputs : 0);
  const auto forward = [&](const Table& t, float* out, std::uint8_t* winners) {
    kernels::NormActPoolForward<float> a;
    a.shape = s, a.pooled = pooled, a.activation.kind = kernels::Activation::relu;
    a.x = x.data(), a.scale = scale.data(), a.shift = shift.data(), a.y = out, a.argmax = winners;
    t.norm_act_pool_forward(a);
  };
  Buffer y(outputs);
  forward(report.table(), y.data(), pooled ? argmax.data() : nullptr);
  std::vector<std::vector<std::uint8_t>> winners(static_cast<std::size_t>(report.slots()), argmax);
  const std::string shape = text(layer(size, c, c, 1)) + (pooled ? " pool 2" : "");
  const double small = 4.0 * static_cast<double>(outputs) + static_cast<double>(argmax.size());
  const double big = 4.0 * static_cast<double>(inputs);

  report.measure_kernel("norm_act_pool", "forward", shape, 3.0 * static_cast<double>(inputs), big + small, outputs,
                        [&](const Table& t, float* out, int slot) {
                          forward(t, out, pooled ? winners[static_cast<std::size_t>(slot)].data() : nullptr);
                        });
  const auto backward = [&] {
    kernels::NormActPoolBackward<float> a;
    a.shape = s, a.pooled = pooled, a.activation.kind = kernels::Activation::relu;
    a.x = x.data(), a.dy = dy.data(), a.argmax = argmax.data(), a.scale = scale.data(), a.shift = shift.data();
    a.mean = shift.data(), a.inv_std = scale.data(), a.mean_g = scale.data(), a.mean_gx = shift.data();
    return a;
  };
  report.measure_kernel("norm_act_pool", "sums", shape, 5.0 * static_cast<double>(inputs), big + small, 2 * channels,
                        [&](const Table& t, float* out, int) {
                          std::vector<double> sums(2 * channels, 0.0);
                          kernels::NormActPoolBackward<float> a = backward();
                          a.sums = sums.data();
                          t.norm_act_pool_backward_sums(a);
                          for (std::size_t i = 0; i < sums.size(); ++i) out[i] = static_cast<float>(sums[i]);
                        });
  report.measure_kernel("norm_act_pool", "data", shape, 6.0 * static_cast<double>(inputs), 2.0 * big + small, inputs,
                        [&](const Table& t, float* out, int) {
                          kernels::NormActPoolBackward<float> a = backward();
                          a.dx = out;
                          t.norm_act_pool_backward_data(a);
                        });
}

void bench_flat(Report& report, std::size_t n) {
  const Buffer a = random_buffer(n, 1);
  const Buffer b = random_buffer(n, 2);
  const std::string shape = std::to_string(n);
  const double count = static_cast<double>(n);
  report.measure_kernel("add_relu", "forward", shape, 2.0 * count, 12.0 * count, n,
                        [&](const Table& t, float* out, int) {
                          t.add(a.data(), b.data(), {kernels::Activation::relu, 0.0F}, out, n);
                        });
  report.measure_kernel("sum_rows", "8 rows", shape, count, 4.5 * count, n / 8,
                        [&](const Table& t, float* out, int) { t.sum_rows(a.data(), n / 8, 8, out, n / 8); });
  // The moments change with every call: one pair per thread, and a fresh one for the reference.
  std::vector<Buffer> m, v;
  for (int i = 0; i <= report.slots(); ++i) {
    m.push_back(random_buffer(n, 3));
    v.emplace_back(n);
    std::fill_n(v.back().data(), n, 0.5F);
  }
  report.measure_kernel(
      "adam", "update", shape, 14.0 * count, 28.0 * count, n, [&](const Table& t, float* out, int slot) {
        const bool fast = &t == &report.table();
        const std::size_t i = static_cast<std::size_t>(fast ? slot : report.slots());
        kernels::OptimizerUpdate<float> u;
        u.w = out, u.grad = a.data(), u.m = m[i].data(), u.v = v[i].data(), u.n = n;
        u.lr = 1e-3F, u.momentum = 0.9F, u.beta2 = 0.999F, u.eps = 1e-8F, u.bias1 = 0.5F, u.bias2 = 0.5F;
        t.adam_update(u);
      });
}

}  // namespace

int run_kernels(const BenchOptions& options) {
  const std::vector<kernels::ConvShape> shapes = shapes_of(options.model);
  Report report(options, kernels::choose_table(options.isa.c_str(), parse_precision(options.precision)));
  for (const kernels::ConvShape& s : shapes) bench_conv(report, s, false);
  bench_conv(report, layer(50, 96, 96, 3, 1, 96), true);
  bench_conv(report, layer(50, 96, 96, 3, 2, 96), true);
  for (const bool pooled : {false, true}) {
    bench_norm_act_pool(report, 100, 32, pooled);
    bench_norm_act_pool(report, 25, 128, pooled);
  }
  bench_flat(report, 1 << 20);
  return report.all_right() ? 0 : 1;
}

}  // namespace fpcpu::bench
