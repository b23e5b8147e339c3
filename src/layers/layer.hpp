// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fpcpu/shape.hpp"
#include "kernels/table.hpp"
#include "layers/attributes.hpp"
#include "layers/fusion.hpp"

namespace fpcpu {

enum class Initializer : std::uint8_t {
  zeros,
  ones,
  he_normal,     ///< N(0, sqrt(2 / fan_in))
  small_normal,  ///< N(0, 0.001): the layer that emits coordinates
  constant_025,  ///< PReLU slopes
};

/// One parameter of a layer. `dims` is its shape in the safetensors file and in the block, innermost last.
struct ParamSpec {
  std::string name;  // "weight", "bias", "gamma", "beta", "running_mean", "running_var", "slope"
  std::vector<std::int64_t> dims;
  Initializer init = Initializer::zeros;
  std::int64_t fan_in = 1;
  bool decay = false;     // weight decay and L1 apply
  bool trainable = true;  // false: running statistics, updated by forward_merge
  [[nodiscard]] std::size_t size() const noexcept {
    std::size_t n = 1;
    for (const std::int64_t d : dims) n *= static_cast<std::size_t>(d);
    return n;
  }
};

/// Which tensors backward reads.
enum class Keep : std::uint8_t { none, input, output, both };
[[nodiscard]] constexpr bool keeps_input(Keep k) noexcept { return k == Keep::input || k == Keep::both; }
[[nodiscard]] constexpr bool keeps_output(Keep k) noexcept { return k == Keep::output || k == Keep::both; }

/// What an executor must provide around the calls of a layer in training.
struct LayerNeeds {
  Keep keep = Keep::none;       // tensors of forward that backward reads
  std::size_t saved_bytes = 0;  // extra per sample, written by a training forward, read by backward (argmax)
  std::size_t batch_sums = 0;   // doubles summed over the WHOLE batch in each direction: the planner cuts here
  std::size_t batch_stats = 0;  // scalars made by forward_merge from the sums, shared by all slices
};

/// What threads can share of a layer that sees all samples at once. They take LayerArgs::part of `parts`; values must
/// not depend on their number. Such a layer asks for no batch-wide sums.
enum class Parts : std::uint8_t {
  none,      ///< nothing: the layer always runs in slices of the batch
  columns,   ///< columns of the matrices of a dense layer; sums of the output are not emitted then
  channels,  ///< channels of maps
};

/// What the planner may do with a layer. None of it changes what the layer computes; a layer that says nothing runs
/// slice by slice, keeps its tensors for backward and is always right.
struct LayerAllows {
  bool emits_sums = false;  // forward can add channel sums of its output to ForwardArgs::sums, when not null
  /// The layer can see all samples at once and be cut into parts instead of into slices by samples, so that large
  /// weights are read once a batch.
  Parts parts = Parts::none;
  /// Backward can add to the gradients of the parameters (BackwardArgs::dparams_beta), so that a slice may go through
  /// it a few samples at a time. Layers without parameters need not say so.
  bool adds_gradients = false;
  /// Forward costs little more than reading its input, needs nothing but inputs, parameters and statistics, and may run
  /// again before backward so that its output need not be kept.
  bool recomputable = false;
  /// Forward and backward pass on their first input as it is stored, and backward the gradient of the output too if the
  /// input is not stored as T: both may be given as KernelTable::kept.
  bool reads_kept = false;
  /// Forward may be called with this input, of the output's shape, in the memory of the output (and without): the
  /// planner saves a tensor in inference where nobody reads the input later. -1: none.
  int updates_input = -1;
  bool bands = false;  // forward of one sample can be cut into parts in the same way, by rows or by channels
};

/// What a layer is for inputs of given shapes, before any data exists. Shapes are per sample; N belongs to the plan.
struct Signature {
  Shape out;
  std::vector<ParamSpec> params;
  double flops = 0;             // forward, per sample, multiply and add counted separately
  bool stops_gradient = false;  // none flows into the inputs
  LayerNeeds needs;
  LayerAllows allows;
};

/// What a layer is planned for.
struct PlanRequest {
  std::span<const Shape> in;
  int samples = 1;  // most that one call sees
  bool training = false;
  bool whole_batch = false;  // calls see all samples of a batch and are cut into LayerAllows::parts
};

/// How the passes of a convolution are computed.
struct ConvPlan {
  std::array<kernels::ConvAlgorithm, 3> algorithms{};  // by kernels::ConvPass; in inference only that of forward
  bool weights_once = false;                           // kernels::ConvShape::weights_once
  std::size_t packed_forward = 0;  // scalars; the weights packed for the data gradient are behind them

  [[nodiscard]] kernels::ConvAlgorithm algorithm(kernels::ConvPass pass) const noexcept {
    return algorithms[static_cast<std::size_t>(pass)];
  }
};

/// What was decided once for one node and is handed to every call of its layer: sizes depend on the kernels and on the
/// number of samples. A layer must not decide anew in a call.
struct LayerPlan {
  bool whole_batch = false;        // as requested
  std::size_t prepared = 0;        // scalars, written by prepare() once per change of parameters
  std::size_t scratch = 0;         // scalars, per worker
  std::size_t kernel_scratch = 0;  // of them, for the kernels; what the layer itself needs is behind that
  std::optional<ConvPlan> conv{};  // of convolutions
};

/// What calls of a layer for one slice share, forward and backward. Tensors are n,h,w,c; the slice starts at sample
/// `first_sample` of the batch. Pointers for things a layer did not ask for are null.
template <class T>
struct LayerArgs {
  const kernels::KernelTable<T>* kernels = nullptr;
  const LayerPlan* plan = nullptr;
  std::span<const Shape> in;
  int n = 0;
  /// One per input, stored as T, but for LayerAllows::reads_kept; in backward valid if Keep says input.
  std::span<const Tensor<T>> x;
  std::span<T* const> params;  // in the order of Signature::params; only running statistics are ever written
  const T* prepared = nullptr;
  const T* stats = nullptr;  // batch_stats, in training
  T* scratch = nullptr;
  std::uint64_t seed = 0;  // dropout: random numbers are keyed by (seed, node key, step, sample)
  std::uint64_t step = 0;
  std::uint32_t node_key = 0;
  int first_sample = 0;
  int part = 0;  // see Parts and, forward only, LayerAllows::bands; one part is everything
  int parts = 1;
};

/// Everything a forward pass of one slice may touch.
template <class T>
struct ForwardArgs : LayerArgs<T> {
  bool training = false;
  T* y = nullptr;
  std::byte* saved = nullptr;  // saved_bytes * n, null in inference
  double* sums = nullptr;      // forward_sums adds here; a layer asked to emit sums of its output does too
};

/// Everything a backward pass of one slice may touch. Contract: with f = <y, dy>,
///   dx[i] = beta[i] * dx[i] + df/dx[i]     beta is 0 for the first writer (dx may hold NaN) and 1 for later ones
///   dparams[j] = dparams_beta * dparams[j] + df/dparams[j]    summed over the samples of this call; dparams_beta is 0
///                                          for the first samples of a slice, and always unless adds_gradients
/// dx[i] is null when nobody needs that gradient; dparams[j] is null for parameters that are not trainable.
template <class T>
struct BackwardArgs : LayerArgs<T> {
  const T* y = nullptr;  // valid if Keep says output
  Tensor<T> dy{};        // stored as T, but for LayerAllows::reads_kept in backward
  std::span<T* const> dx{};
  std::span<const T> beta{};
  std::span<T* const> dparams{};
  T dparams_beta = T(0);
  const std::byte* saved = nullptr;
  double* sums = nullptr;              // backward_sums adds its samples' part here (zeroed before the slice)
  const double* total_sums = nullptr;  // in backward: sums of the whole batch
  int batch = 0;                       // samples in the whole batch
};

/// Once per batch, between two segments of the plan: batch-wide sums -> statistics, and running statistics updated.
template <class T>
struct MergeArgs {
  std::span<const Shape> in;
  int batch = 0;
  const double* total_sums = nullptr;
  std::span<T* const> params;
  T* stats = nullptr;
  double momentum = 0;  // of the running statistics; 0 = the layer's own
};

template <class T>
struct PrepareArgs {
  const kernels::KernelTable<T>* kernels = nullptr;
  const LayerPlan* plan = nullptr;
  std::span<const Shape> in;
  std::span<T* const> params;
  bool training = false;
  T* prepared = nullptr;
};

/// A recipe, not a container: immutable, owns no activation and no gradient, shared by all threads.
/// Adding one: a new file in src/layers/kinds, a line in registry.cpp, a line in tests/layers.
class Layer : public Fusion {
 public:
  [[nodiscard]] virtual std::string_view kind() const noexcept = 0;  // "conv2d": registry and checkpoint key
  [[nodiscard]] virtual Attributes describe() const = 0;
  /// @throws Error{shape} when the inputs do not fit; plan time only.
  [[nodiscard]] virtual Signature signature(std::span<const Shape> in) const = 0;
  /// What calls with these kernels will do and need; plan time only.
  [[nodiscard]] virtual LayerPlan plan(const PlanRequest& r, const kernels::KernelTable<float>& k) const = 0;
  [[nodiscard]] virtual LayerPlan plan(const PlanRequest& r, const kernels::KernelTable<double>& k) const = 0;

  virtual void prepare(const PrepareArgs<float>&) const noexcept = 0;
  virtual void prepare(const PrepareArgs<double>&) const noexcept = 0;
  virtual void forward_sums(const ForwardArgs<float>&) const noexcept = 0;
  virtual void forward_sums(const ForwardArgs<double>&) const noexcept = 0;
  virtual void forward_merge(const MergeArgs<float>&) const noexcept = 0;
  virtual void forward_merge(const MergeArgs<double>&) const noexcept = 0;
  virtual void forward(const ForwardArgs<float>&) const noexcept = 0;
  virtual void forward(const ForwardArgs<double>&) const noexcept = 0;
  virtual void backward_sums(const BackwardArgs<float>&) const noexcept = 0;
  virtual void backward_sums(const BackwardArgs<double>&) const noexcept = 0;
  virtual void backward(const BackwardArgs<float>&) const noexcept = 0;
  virtual void backward(const BackwardArgs<double>&) const noexcept = 0;
};

/// Writes a layer once for float and double: `Derived` has templates run_forward, run_backward and, where needed,
/// make_plan, run_prepare, run_forward_sums, run_forward_merge, run_backward_sums. Defaults do nothing.
template <class Derived>
class LayerBase : public Layer {
 public:
  LayerPlan plan(const PlanRequest& r, const kernels::KernelTable<float>& k) const final { return planned(r, k); }
  LayerPlan plan(const PlanRequest& r, const kernels::KernelTable<double>& k) const final { return planned(r, k); }
  void prepare(const PrepareArgs<float>& a) const noexcept final { self().run_prepare(a); }
  void prepare(const PrepareArgs<double>& a) const noexcept final { self().run_prepare(a); }
  void forward_sums(const ForwardArgs<float>& a) const noexcept final { self().run_forward_sums(a); }
  void forward_sums(const ForwardArgs<double>& a) const noexcept final { self().run_forward_sums(a); }
  void forward_merge(const MergeArgs<float>& a) const noexcept final { self().run_forward_merge(a); }
  void forward_merge(const MergeArgs<double>& a) const noexcept final { self().run_forward_merge(a); }
  void forward(const ForwardArgs<float>& a) const noexcept final { self().run_forward(a); }
  void forward(const ForwardArgs<double>& a) const noexcept final { self().run_forward(a); }
  void backward_sums(const BackwardArgs<float>& a) const noexcept final { self().run_backward_sums(a); }
  void backward_sums(const BackwardArgs<double>& a) const noexcept final { self().run_backward_sums(a); }
  void backward(const BackwardArgs<float>& a) const noexcept final { self().run_backward(a); }
  void backward(const BackwardArgs<double>& a) const noexcept final { self().run_backward(a); }

 protected:
  /// A copy that change(copy) may differ in.
  template <class Change>
  [[nodiscard]] LayerPtr changed(const Change& change) const {
    auto copy = std::make_shared<Derived>(self());
    change(*copy);
    return copy;
  }
  template <class T>
  LayerPlan make_plan(const PlanRequest&, const kernels::KernelTable<T>&) const {
    return {};
  }
  template <class T>
  void run_prepare(const PrepareArgs<T>&) const noexcept {}
  template <class T>
  void run_forward_sums(const ForwardArgs<T>&) const noexcept {}
  template <class T>
  void run_forward_merge(const MergeArgs<T>&) const noexcept {}
  template <class T>
  void run_backward_sums(const BackwardArgs<T>&) const noexcept {}

 private:
  template <class T>
  LayerPlan planned(const PlanRequest& r, const kernels::KernelTable<T>& k) const {
    LayerPlan result = self().make_plan(r, k);
    result.whole_batch = r.whole_batch;
    return result;
  }
  const Derived& self() const noexcept { return static_cast<const Derived&>(*this); }
};

/// Builds a layer from its kind and attributes. `where` names the node in error messages.
/// @throws Error{usage} for an unknown kind (naming the nearest) or attribute.
[[nodiscard]] LayerPtr make_layer(std::string_view kind, const Attributes& attributes, const std::string& where);
/// All kinds, in the order of the registry.
[[nodiscard]] std::vector<std::string_view> layer_kinds();

}  // namespace fpcpu
