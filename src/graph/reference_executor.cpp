// SPDX-License-Identifier: MIT
#include "graph/reference_executor.hpp"

#include <algorithm>

#include "graph/whole_batch.hpp"

namespace fpcpu {

std::vector<const kernels::KernelTable<float>*> definitions(
    const std::vector<const kernels::KernelTable<float>*>& tables) {
  std::vector<const kernels::KernelTable<float>*> result;
  for (const auto* table : tables) {
    result.push_back(table->precision == Precision::bf16 ? &kernels::eigen_bf16_table()
                                                         : &kernels::eigen_table<float>());
  }
  return result;
}

template <class T>
ReferenceExecutor<T>::ReferenceExecutor(const Graph& graph, Params<T>& params, int batch,
                                        const ReferenceOptions<T>& options)
    : graph_(graph),
      params_(params),
      batch_(batch),
      kernels_(options.kernels),
      reads_(static_cast<std::size_t>(graph.size())),
      node_params_(find_node_params(graph, params)),
      gradients_(params.layout.trainable_size()) {
  if (kernels_.empty()) kernels_.assign(reads_.size(), &kernels::eigen_table<T>());
  if (options.kept != nullptr) find_storage(*options.kept);
  const auto n = static_cast<std::size_t>(batch);
  for (int i = 0; i < graph.size(); ++i) {
    const Signature& sig = graph.node(i).signature;
    shapes_.push_back(graph.input_shapes(i));
    y_.emplace_back(n * sig.out.size());
    dy_.emplace_back(n * sig.out.size());
    saved_.emplace_back(n * sig.needs.saved_bytes);
    sums_.emplace_back(sig.needs.batch_sums);
    gradient_sums_.emplace_back(sig.needs.batch_sums);
    stats_.emplace_back(sig.needs.batch_stats);
    std::array<LayerPlan, 2> plans;
    for (const bool training : {false, true}) {
      if (i < graph.first_layer()) break;
      const PlanRequest request{
          .in = shapes_.back(), .samples = batch, .training = training, .whole_batch = sees_whole_batch(graph, i)};
      plans[training ? 1 : 0] = graph.node(i).layer->plan(request, *kernels_[static_cast<std::size_t>(i)]);
    }
    prepared_.emplace_back(std::max(plans[0].prepared, plans[1].prepared));
    scratch_.emplace_back(std::max(plans[0].scratch, plans[1].scratch));
    plans_.push_back(plans);
    NodeParams<T> pointers;
    auto& gradients = node_gradients_.emplace_back();
    for (const ParamSpec& param : sig.params) {
      gradients.emplace_back(param.trainable ? param.size() : 0);
      pointers.push_back(param.trainable ? gradients.back().data() : nullptr);
    }
    gradient_pointers_.push_back(std::move(pointers));
  }
}

template <class T>
void ReferenceExecutor<T>::find_storage(const Plan& plan) {
  for (const Segment& segment : plan.segments) {
    for (const Step& step : segment.steps) {
      Reads& reads = reads_[static_cast<std::size_t>(step.node)];
      const auto& inputs = graph_.node(step.node).inputs;
      const NodePlan& own = plan.nodes[static_cast<std::size_t>(step.node)];
      if (step.kept_x) {
        const Storage& x = plan.nodes[static_cast<std::size_t>(inputs.front())].kept_y.storage;
        if (step.kind == StepKind::forward) reads.forward_x = x;
        if (step.kind == StepKind::backward_sums) reads.sums_x = x;
        if (step.kind == StepKind::backward) reads.backward_x = x;
      }
      if (step.kind == StepKind::backward && step.kept_dy) reads.backward_dy = own.kept_dy.storage;
    }
  }
}

template <class T>
StoredView ReferenceExecutor<T>::stored_as(const Storage& storage, const AlignedBuffer<T>& values,
                                           std::vector<std::byte>& copy) {
  if (storage == kOwn) return values.data();
  copy.resize(values.size() * size_of(storage.type));
  convert(values.data(), {copy.data(), storage}, values.size());
  return {copy.data(), storage};
}

template <class T>
std::vector<Tensor<T>> ReferenceExecutor<T>::inputs_of(int node, const Storage& first) {
  std::vector<Tensor<T>> result;
  for (const int j : graph_.node(node).inputs) {
    result.push_back(stored_as(result.empty() ? first : kOwn, y_[static_cast<std::size_t>(j)], kept_x_));
  }
  return result;
}

template <class T>
LayerArgs<T> ReferenceExecutor<T>::layer_args(int node) const {
  const auto i = static_cast<std::size_t>(node);
  LayerArgs<T> a;
  a.kernels = kernels_[i];
  a.plan = &plan(i);
  a.in = shapes_[i];
  a.n = batch_;
  a.params = node_params_[i];
  a.prepared = prepared_[i].data();
  a.stats = stats_[i].data();
  a.scratch = scratch_[i].data();
  a.seed = seed_;
  a.step = step_;
  a.node_key = graph_.node(node).key;
  return a;
}

template <class T>
const T* ReferenceExecutor<T>::forward(const T* x, bool training, std::uint64_t seed, std::uint64_t step) {
  return forward(std::span<const T* const>(&x, 1), training, seed, step);
}

template <class T>
const T* ReferenceExecutor<T>::forward(std::span<const T* const> inputs, bool training, std::uint64_t seed,
                                       std::uint64_t step) {
  seed_ = seed;
  step_ = step;
  training_ = training;
  for (std::size_t i = 0; i < inputs.size(); ++i) std::copy_n(inputs[i], y_[i].size(), y_[i].data());
  for (int node = graph_.first_layer(); node < graph_.size(); ++node) {
    const auto i = static_cast<std::size_t>(node);
    const Layer& layer = *graph_.node(node).layer;
    PrepareArgs<T> prepare;
    prepare.kernels = kernels_[i];
    prepare.plan = &plan(i);
    prepare.in = shapes_[i];
    prepare.params = node_params_[i];
    prepare.training = training;
    prepare.prepared = prepared_[i].data();
    layer.prepare(prepare);
    ForwardArgs<T> a{layer_args(node)};
    a.training = training;
    a.y = y_[i].data();
    a.saved = training ? saved_[i].data() : nullptr;
    const std::vector<Tensor<T>> made = inputs_of(node, kOwn);
    a.x = made;
    if (training && sums_[i].size() > 0) {
      std::fill(sums_[i].begin(), sums_[i].end(), 0.0);
      a.sums = sums_[i].data();
      layer.forward_sums(a);
      a.sums = nullptr;
      MergeArgs<T> merge;
      merge.in = shapes_[i];
      merge.batch = batch_;
      merge.total_sums = sums_[i].data();
      merge.params = node_params_[i];
      merge.stats = stats_[i].data();
      layer.forward_merge(merge);
    }
    const std::vector<Tensor<T>> x = inputs_of(node, training ? reads_[i].forward_x : kOwn);
    a.x = x;
    layer.forward(a);
  }
  return output(graph_.output());
}

template <class T>
void ReferenceExecutor<T>::backward(const T* dy) {
  backward(std::span<const T* const>(&dy, 1));
}

template <class T>
void ReferenceExecutor<T>::backward(std::span<const T* const> dys) {
  for (auto& gradient : dy_) std::fill(gradient.begin(), gradient.end(), T{0});
  std::fill(gradients_.begin(), gradients_.end(), T{0});
  const std::vector<Output> outputs = graph_.outputs();
  for (std::size_t o = 0; o < dys.size(); ++o) {
    auto& gradient = dy_[static_cast<std::size_t>(outputs[o].node)];
    if (dys[o] != nullptr) std::copy_n(dys[o], gradient.size(), gradient.data());
  }
  for (int node = graph_.size() - 1; node >= graph_.first_layer(); --node) {
    const auto i = static_cast<std::size_t>(node);
    const Node& n = graph_.node(node);
    std::vector<T*> dx;
    for (const int j : n.inputs)
      dx.push_back(j < graph_.first_layer() ? nullptr : dy_[static_cast<std::size_t>(j)].data());
    const std::vector<T> beta(n.inputs.size(), T{1});
    BackwardArgs<T> a{layer_args(node)};
    a.y = y_[i].data();
    a.dy = dy_[i].data();
    a.dx = dx;
    a.beta = beta;
    a.dparams = gradient_pointers_[i];
    a.saved = saved_[i].data();
    a.batch = batch_;
    if (gradient_sums_[i].size() > 0) {
      std::fill(gradient_sums_[i].begin(), gradient_sums_[i].end(), 0.0);
      a.sums = gradient_sums_[i].data();
      const std::vector<Tensor<T>> x = inputs_of(node, reads_[i].sums_x);
      a.x = x;
      n.layer->backward_sums(a);
      a.total_sums = gradient_sums_[i].data();
    }
    const std::vector<Tensor<T>> x = inputs_of(node, reads_[i].backward_x);
    a.x = x;
    a.dy = stored_as(reads_[i].backward_dy, dy_[i], kept_dy_);
    n.layer->backward(a);
    add_gradients(i);
  }
}

template <class T>
void ReferenceExecutor<T>::add_gradients(std::size_t node) {
  for (std::size_t p = 0; p < node_gradients_[node].size(); ++p) {
    const AlignedBuffer<T>& own = node_gradients_[node][p];
    if (own.size() == 0) continue;
    T* sum = gradients_.data() + (node_params_[node][p] - params_.trainable.data());
    for (std::size_t k = 0; k < own.size(); ++k) sum[k] += own[k];
  }
}

template class ReferenceExecutor<float>;
template class ReferenceExecutor<double>;

}  // namespace fpcpu
