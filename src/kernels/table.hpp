// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/cpu.hpp"
#include "core/data_type.hpp"

/// The hot kernels behind one table of function pointers per instruction set and scalar type.
///
/// All kernels are serial, pure and noexcept; they allocate nothing. Tensors are NHWC. `scratch` is 64-byte aligned,
/// holds garbage at entry and may be null when the matching size function returns 0. Tensors themselves need only the
/// alignment of their scalar type. Buffers never overlap unless a comment says so.
/// The table filled by kernels/eigen (float and double) is the definition; every other table must agree with it.
namespace fpcpu::kernels {

enum class Activation : std::uint8_t { none, relu, leaky_relu, relu6, hard_swish, sigmoid, tanh };

/// f(x); `slope` is used by leaky_relu only (f(x) = x < 0 ? slope * x : x).
/// The kernels' gradients are written with the INPUT x; those of relu, leaky_relu and relu6 can be had from the output.
struct ActivationSpec {
  Activation kind = Activation::none;
  float slope = 0.0F;
};

/// How a convolution is computed. Winograd's F(m x m, 3x3) makes m x m outputs with (m + 2)^2 instead of 9 m^2
/// multiplications per pair of channels, for 3x3 filters with stride, dilation and groups 1 (Lavin, Gray: Fast
/// Algorithms for Convolutional Neural Networks, 2015); its rounding errors are a few times larger.
enum class ConvAlgorithm : std::uint8_t {
  best,       ///< a question: what the table of the instruction set says for this shape and pass
  direct,     ///< the sum as it is written
  winograd2,  ///< F(2x2, 3x3); `direct` where it does not apply
  winograd4,  ///< F(4x4, 3x3); `direct` where it does not apply
  // The same with factors rounded to bfloat16 and sums in float. Tables for fp32 compute `direct` instead.
  direct_bf16,
  winograd2_bf16,  ///< `direct_bf16` where it does not apply
  winograd4_bf16,  ///< `direct_bf16` where it does not apply
};

/// n images, one after the other, through a convolution. y[oh][ow][k] = sum x[oh*stride - pad_h + i*dilation][...] *
/// w[i][j][c][k]. Weights are kh, kw, c/groups, k with k innermost; group g owns input channels [g*c/groups, ...) and
/// output channels [g*k/groups, ...). Rows and columns beyond the input are zero.
struct ConvShape {
  int h = 0, w = 0, c = 0;
  int oh = 0, ow = 0, k = 0;
  int kh = 1, kw = 1;
  int stride = 1;
  int pad_h = 0, pad_w = 0;
  int dilation = 1;
  int groups = 1;
  int n = 1;  // the depthwise kernels take one image
  /// Weights change before every call, and a call takes all images of a batch: Winograd then packs none, its filters
  /// are transformed a block at a time while they are used, and `best` does not count their size.
  bool weights_once = false;
  /// Of the pass at hand: what KernelTable::conv_algorithm answered, which was asked once. All other entries take it at
  /// its word.
  ConvAlgorithm algorithm = ConvAlgorithm::best;
};

/// The packed weights of forward and backward_data differ; backward_weights packs none.
enum class ConvPass : std::uint8_t { forward, backward_data, backward_weights };

/// Threads may share a layer by ranges of its output columns (channels) that begin at multiples of this.
inline constexpr int kSharedColumns = 32;

/// Channels of the result of one pass, [begin, end): borders are multiples of kSharedColumns, or the end; end 0 means
/// all. Each channel comes out the same whatever the range. Depthwise and grouped convolutions take all.
struct ChannelRange {
  int begin = 0;
  int end = 0;
};

template <class T>
struct ConvForward {
  const T* x = nullptr;       // n,h,w,c
  const T* w = nullptr;       // kh,kw,c/groups,k
  const T* packed = nullptr;  // from conv_pack(forward); null if its size is 0
  const T* bias = nullptr;    // k, may be null
  ActivationSpec activation;
  bool add = false;   // y = act(y + the sum): y holds a residual at entry; not with depthwise convolutions
  int row_begin = 0;  // output rows [row_begin, row_end) are computed: of one image, or all rows of n images
  int row_end = 0;
  ChannelRange channels{};  // of y; activations beyond ReLU take all
  T* y = nullptr;           // points at row `row_begin`, channel 0
  double* sums = nullptr;   // may be null: sums[c] += sum y, sums[k + c] += sum y^2 over the rows computed
  T* scratch = nullptr;
};

template <class T>
struct ConvBackwardData {
  const T* dy = nullptr;      // n,oh,ow,k
  const T* w = nullptr;       // kh,kw,c/groups,k
  const T* packed = nullptr;  // from conv_pack(backward_data)
  ChannelRange channels{};    // of dx
  T* dx = nullptr;            // n,h,w,c: dx = beta * dx + df/dx, beta is 0 or 1 (0: dx may hold NaN at entry)
  T beta = 0;
  T* scratch = nullptr;
};

template <class T>
struct ConvBackwardWeights {
  const T* x = nullptr;     // n,h,w,c
  const T* dy = nullptr;    // n,oh,ow,k
  ChannelRange channels{};  // of dy
  T* dw = nullptr;          // kh,kw,c/groups,k: dw = beta * dw + df/dw
  T* db = nullptr;          // k, same beta; may be null
  T beta = 0;
  T* scratch = nullptr;
};

/// Y = f(X W + b): x is rows,inputs, w is inputs,outputs, y is rows,outputs. Calls take a range of columns of the
/// result, whose borders are multiples of kSharedColumns (or the end), so that several threads share one layer; each
/// column comes out the same whatever the range.
struct DenseShape {
  int rows = 0, inputs = 0, outputs = 0;
};

template <class T>
struct DenseForward {
  const T* x = nullptr;
  const T* w = nullptr;
  const T* packed = nullptr;  // from dense_pack, read in place of w; may be null
  const T* bias = nullptr;    // outputs, may be null
  ActivationSpec activation;
  int begin = 0, end = 0;  // outputs
  T* y = nullptr;
  T* scratch = nullptr;
};

template <class T>
struct DenseBackwardData {
  const T* dy = nullptr;
  const T* w = nullptr;
  int begin = 0, end = 0;  // inputs
  T* dx = nullptr;         // dx = beta * dx + dy W^T, beta is 0 or 1
  T beta = 0;
  T* scratch = nullptr;
};

template <class T>
struct DenseBackwardWeights {
  const T* x = nullptr;
  const T* dy = nullptr;
  int begin = 0, end = 0;  // inputs: the rows of dw
  T* dw = nullptr;         // dw = x^T dy
  T* db = nullptr;         // the sum of the rows of dy, written with the range that begins at 0; may be null
  T* scratch = nullptr;
};

/// Windows of a pooling layer over one image; windows may hang over the border on every side.
struct PoolShape {
  int h = 0, w = 0, c = 0;
  int oh = 0, ow = 0;
  int window = 2;
  int stride = 2;
  int pad = 0;
};

/// y = pool(act(scale * x + shift)), or y = act(scale * x + shift + residual), over one image; the pass between two
/// convolutions.
/// With `pooled` false the shape's window is ignored and y is h,w,c. Max pooling picks the first maximum in row-major
/// window order; argmax stores its index (i * window + j) per output element, and is only written when not null.
template <class T>
struct NormActPoolForward {
  PoolShape shape;
  bool pooled = false;
  ActivationSpec activation;    // none, relu, leaky_relu, relu6 or hard_swish
  StoredView x;                 // h,w,c: T, or KernelTable::kept
  const T* scale = nullptr;     // c
  const T* shift = nullptr;     // c
  const T* residual = nullptr;  // h,w,c; not with a pool; may be null
  T* y = nullptr;               // oh,ow,c when pooled, else h,w,c
  std::uint8_t* argmax = nullptr;
  T* scratch = nullptr;
};

/// Backward of it over one image, with batch-norm statistics. With g = dy routed through the pool and the activation,
/// xhat = (x - mean) * inv_std:
///   sums pass:  sums[c] += sum g;   sums[C + c] += sum g * xhat                         (doubles)
///   data pass:  dx = beta*dx + scale * (g - mean_g[c] - xhat * mean_gx[c])
///               d_residual = beta_residual*d_residual + g
/// where mean_g and mean_gx are the batch-wide sums divided by the number of values per channel (0 for frozen
/// statistics). With a residual the activation's gradient is taken from the output y, so it must be none, relu,
/// leaky_relu or relu6.
template <class T>
struct NormActPoolBackward {
  PoolShape shape;
  bool pooled = false;
  ActivationSpec activation;
  StoredView x;                          // T, or KernelTable::kept
  const T* y = nullptr;                  // h,w,c with a residual, else null
  StoredView dy;                         // T; in the data pass it may be KernelTable::kept if x is
  const std::uint8_t* argmax = nullptr;  // when pooled
  const T* scale = nullptr;
  const T* shift = nullptr;
  const T* mean = nullptr;
  const T* inv_std = nullptr;
  double* sums = nullptr;      // sums pass
  const T* mean_g = nullptr;   // data pass
  const T* mean_gx = nullptr;  // data pass
  T* dx = nullptr;             // data pass; may be null with a residual
  T beta = 0;
  T* d_residual = nullptr;  // data pass; may be null
  T beta_residual = 0;
  T* scratch = nullptr;
};

/// One step of an optimizer over n weights. With g = grad_scale * grad + l2 * w + l1 * sign(w) and w' = w * (1 - lr *
/// decoupled):
///   sgd      m = momentum * m + g; step = nesterov ? g + momentum * m : m (momentum 0: step = g, m unused); w = w' -
///   lr * step rmsprop  v = beta2 * v + (1 - beta2) * g^2; s = g / (sqrt(v) + eps); momentum > 0: m = momentum * m + s,
///   s = m;
///            w = w' - lr * s
///   adam     m = momentum * m + (1 - momentum) * g; v as above; w = w' - lr * (m / bias1) / (sqrt(v / bias2) + eps)
template <class T>
struct OptimizerUpdate {
  T* w = nullptr;
  const T* grad = nullptr;
  T* m = nullptr;  // first moment or velocity
  T* v = nullptr;  // second moment
  std::size_t n = 0;
  T grad_scale = 1;  // clipping
  T lr = 0;
  T momentum = 0;  // or beta1
  T beta2 = 0;     // or RMSprop's smoothing
  T eps = 0;
  T bias1 = 1;      // 1 - beta1^t
  T bias2 = 1;      // 1 - beta2^t
  T l2 = 0;         // added to the gradient: g + l2 * w
  T l1 = 0;         // added to the gradient: g + l1 * sign(w)
  T decoupled = 0;  // AdamW: w -= lr * decoupled * w before the step
  bool nesterov = false;
};

template <class T>
struct KernelTable {
  Isa isa = Isa::eigen;
  /// bf16: convolutions and dense layers may round their factors to bfloat16.
  Precision precision = Precision::fp32;
  /// How tensors may be kept for norm_act_pool; as the scalars: in no other way.
  Storage kept{kDataType<T>};
  /// Convolutions in bf16 run in the tiles of AMX. They have no Winograd: `direct_bf16` stands for it.
  bool amx = false;

  // --- convolution: n images, all groups ---
  /// What `best`, or the algorithm that the shape asks for, comes to; never `best` itself. Depends on the shape only,
  /// and not on n: the choice changes the last bits.
  ConvAlgorithm (*conv_algorithm)(const ConvShape&, ConvPass) noexcept;
  /// Elements of the packed weights for a pass; 0 when the pass reads w as it is.
  std::size_t (*conv_packed_size)(const ConvShape&, ConvPass) noexcept;
  void (*conv_pack)(const ConvShape&, ConvPass, const T* w, T* packed) noexcept;
  /// Elements of scratch; never fewer for more images.
  std::size_t (*conv_scratch_size)(const ConvShape&, ConvPass) noexcept;
  void (*conv_forward)(const ConvShape&, const ConvForward<T>&) noexcept;
  void (*conv_backward_data)(const ConvShape&, const ConvBackwardData<T>&) noexcept;
  void (*conv_backward_weights)(const ConvShape&, const ConvBackwardWeights<T>&) noexcept;

  // --- dense layer ---
  /// Elements of weights that forward reads faster than those of the layer, for any number of rows; 0 if there are
  /// none. Worth making for weights that stay as they are.
  std::size_t (*dense_packed_size)(const DenseShape&) noexcept;
  void (*dense_pack)(const DenseShape&, const T* w, T* packed) noexcept;
  std::size_t (*dense_scratch_size)(const DenseShape&) noexcept;
  void (*dense_forward)(const DenseShape&, const DenseForward<T>&) noexcept;
  void (*dense_backward_data)(const DenseShape&, const DenseBackwardData<T>&) noexcept;
  void (*dense_backward_weights)(const DenseShape&, const DenseBackwardWeights<T>&) noexcept;

  // --- depthwise convolution, multiplier 1: k == c == groups, w is kh,kw,c, nothing is packed ---
  std::size_t (*depthwise_scratch_size)(const ConvShape&) noexcept;
  void (*depthwise_forward)(const ConvShape&, const ConvForward<T>&) noexcept;
  void (*depthwise_backward_data)(const ConvShape&, const ConvBackwardData<T>&) noexcept;
  void (*depthwise_backward_weights)(const ConvShape&, const ConvBackwardWeights<T>&) noexcept;

  // --- pooling and normalisation: one image ---
  void (*average_pool_forward)(const PoolShape&, const T* x, T* y) noexcept;  // padding counts as zeros
  void (*average_pool_backward)(const PoolShape&, const T* dy, T* dx, T beta) noexcept;
  /// sums[c] += sum x; sums[C + c] += sum x^2 over `rows` rows of `c` channels.
  void (*channel_sums)(const T* x, std::size_t rows, int c, double* sums) noexcept;
  std::size_t (*norm_act_pool_scratch_size)(const PoolShape&) noexcept;
  void (*norm_act_pool_forward)(const NormActPoolForward<T>&) noexcept;
  void (*norm_act_pool_backward_sums)(const NormActPoolBackward<T>&) noexcept;
  void (*norm_act_pool_backward_data)(const NormActPoolBackward<T>&) noexcept;
  /// Max pooling alone, and its scatter.
  void (*max_pool_forward)(const PoolShape&, const T* x, T* y, std::uint8_t* argmax) noexcept;
  void (*max_pool_backward)(const PoolShape&, const T* dy, const std::uint8_t* argmax, T* dx, T beta) noexcept;

  // --- elementwise over n values; in-place (y == x, dx == dy) is allowed ---
  void (*activation_forward)(ActivationSpec, const T* x, T* y, std::size_t n) noexcept;
  /// dx = beta*dx + dy * f'(x), written with the layer's INPUT x.
  void (*activation_backward)(ActivationSpec, const T* x, const T* dy, T* dx, T beta, std::size_t n) noexcept;
  /// y = act(a + b)
  void (*add)(const T* a, const T* b, ActivationSpec, T* y, std::size_t n) noexcept;
  /// y = beta*y + x
  void (*accumulate)(const T* x, T* y, T beta, std::size_t n) noexcept;

  /// Stores n scalars as `kept` says. Null if that is their own type.
  void (*convert)(const T* x, const StoredTarget& to, std::size_t n) noexcept;

  // --- optimizer ---
  /// out[i] = sum over r < count of rows[r * stride + i], in the tree of kernels/row_tree.hpp.
  void (*sum_rows)(const T* rows, std::size_t stride, int count, T* out, std::size_t n) noexcept;
  void (*sgd_update)(const OptimizerUpdate<T>&) noexcept;  // plain, momentum, Nesterov
  void (*rmsprop_update)(
      const OptimizerUpdate<T>&) noexcept;  // v = b2*v+(1-b2)g^2; step g/(sqrt(v)+eps); m: momentum buffer
  void (*adam_update)(const OptimizerUpdate<T>&) noexcept;  // Adam and AdamW
};

/// The shape with the algorithm that the table computes a pass with.
template <class T>
[[nodiscard]] ConvShape decided(const KernelTable<T>& table, ConvShape s, ConvPass pass) noexcept {
  s.algorithm = table.conv_algorithm(s, pass);
  return s;
}

/// The definition, for gradient checks and as the backend for any CPU.
template <class T>
[[nodiscard]] const KernelTable<T>& eigen_table() noexcept;

/// The definition of bf16: Eigen's kernels with factors rounded and sums in double, for every algorithm that
/// ConvShape::algorithm may name. For comparisons; float_table() does not offer it.
[[nodiscard]] const KernelTable<float>& eigen_bf16_table() noexcept;

/// Float tables that this build contains and this CPU can run, fastest last; never empty.
struct IsaList {
  Isa items[8];
  int count;
};
[[nodiscard]] IsaList available_isas() noexcept;

/// True if float_table(isa, precision) exists in this build and can run on this CPU.
[[nodiscard]] bool has_table(Isa isa, Precision precision) noexcept;

/// Table of an instruction set. @throws Error{usage} naming the available ones if this machine cannot run it.
[[nodiscard]] const KernelTable<float>& float_table(Isa isa, Precision precision = Precision::fp32);

/// The table to use: `name` if given, else the environment variable FPCPU_ISA, else the fastest. Where that instruction
/// set has no table for bf16, its fp32 table: precision_notice() has the words to tell the user.
/// @throws Error{usage} for an unknown or unavailable name.
[[nodiscard]] const KernelTable<float>& choose_table(const char* name = nullptr, Precision precision = Precision::fp32);

/// The instruction set, and what computes bf16 if it is asked for: "avx2", "avx512_bf16", "avx512_amx".
[[nodiscard]] std::string name_of(const KernelTable<float>& table);

/// The same for a reader: "avx2 fp32", "avx512 bf16", "avx512 bf16 (AMX)".
[[nodiscard]] std::string describe(const KernelTable<float>& table);

/// What to tell a user who asked for `wanted` and got this table; empty if that is what it does.
[[nodiscard]] std::string precision_notice(const KernelTable<float>& table, Precision wanted);

}  // namespace fpcpu::kernels
