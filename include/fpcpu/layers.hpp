// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

/// One option struct and one factory per kind of layer. In model files the attributes of a layer carry the names of the
/// struct's fields, except `eps` for epsilon and `pool_window`, `pool_stride`, `pool_padding` for the fields of `pool`.
/// All shapes are per sample, {height, width, channels}.
namespace fpcpu {

class Layer;
/// Layers are immutable and shared: one object may serve any number of networks and threads.
using LayerPtr = std::shared_ptr<const Layer>;

/// Element-wise functions. `slope` beside it is used by leaky_relu only.
///   relu max(x,0)   leaky_relu x<0 ? slope*x : x   relu6 min(max(x,0),6)   hard_swish x*relu6(x+3)/6
///   sigmoid 1/(1+e^-x)   tanh
/// Sources: relu Nair & Hinton, ICML 2010; hard_swish Howard et al., arXiv 1905.02244.
enum class ActivationKind : std::uint8_t { none, relu, leaky_relu, relu6, hard_swish, sigmoid, tanh };

/// Windows of a pooling layer, or of the max pool that a fused layer performs on its own output (window 0: none).
struct PoolOptions {
  int window = 2;   ///< height and width, 1..16
  int stride = 0;   ///< 0: the window
  int padding = 0;  ///< cells added on every side, at most half the window
};

/// "padding" of a convolution that keeps height and width at stride 1: dilation * (kernel - 1) / 2.
inline constexpr int kSamePadding = -1;

struct Conv2dOptions {
  int out_channels = 0;  ///< required, a multiple of groups
  int kernel = 3;        ///< height and width; kernel_h, kernel_w replace it when not 0
  int kernel_h = 0;
  int kernel_w = 0;
  int stride = 1;
  int padding = kSamePadding;  ///< zeros on every side; padding_h, padding_w replace it when not kSamePadding
  int padding_h = kSamePadding;
  int padding_w = kSamePadding;
  int dilation = 1;
  int groups = 1;
  bool bias = true;
  ActivationKind activation = ActivationKind::none;
  double slope = 0.01;
  PoolOptions pool{.window = 0};  ///< inference only, put there by the fusing pass of the graph
  bool residual = false;          ///< a second input is added before the activation; put there in the same way
};
/// Convolution (cross-correlation) with zero padding:
///   y[r][q][k] = act(b[k] + sum over i,j,c of x[r*stride + i*dilation - padding_h]
///                                              [q*stride + j*dilation - padding_w][c] * w[i][j][c][k])
/// with `residual` act(second input[r][q][k] + ...), without a pool, act being none, relu, leaky_relu or relu6.
/// With groups, output channels [g*K/G, (g+1)*K/G) see input channels [g*C/G, (g+1)*C/G) only.
/// Shapes: H,W,C -> OH,OW,K with OH = floor((H + 2 padding_h - dilation (kernel_h - 1) - 1) / stride) + 1.
/// Parameters: weight (kernel_h, kernel_w, C/G, K), He-normal with fan_in = kernel_h*kernel_w*C/G, with weight decay;
/// bias (K), zero, without.
/// Cost: 2*OH*OW*K*kernel_h*kernel_w*C/G FLOPs; hard_swish, sigmoid and tanh inside run the forward pass once more in
/// training.
/// @throws Error{usage} for options out of range; at graph time Error{shape} when groups do not divide C or the window
/// is larger than the padded input.
/// Initialisation: He et al., ICCV 2015, arXiv 1502.01852.
[[nodiscard]] LayerPtr make_conv2d(Conv2dOptions options);

struct DepthwiseConv2dOptions {
  int kernel = 3;
  int kernel_h = 0;
  int kernel_w = 0;
  int stride = 1;
  int padding = kSamePadding;
  int padding_h = kSamePadding;
  int padding_w = kSamePadding;
  int dilation = 1;
  bool bias = true;
  ActivationKind activation = ActivationKind::none;
  double slope = 0.01;
  PoolOptions pool{.window = 0};  ///< inference only
};
/// Depthwise convolution: every channel has its own filter; otherwise as make_conv2d with groups = C = K.
/// Shapes: H,W,C -> OH,OW,C.  Parameters: weight (kernel_h, kernel_w, C), bias (C).
/// Source: Howard et al., "MobileNets", arXiv 1704.04861.
[[nodiscard]] LayerPtr make_depthwise_conv2d(DepthwiseConv2dOptions options = {});

/// How the weights of a dense layer start: he_normal, or N(0, 0.001) for the layer that emits coordinates, so that
/// training starts from the bias (the mean shape).
enum class DenseInit : std::uint8_t { he, small };

struct DenseOptions {
  int units = 0;  ///< required
  bool bias = true;
  ActivationKind activation = ActivationKind::none;
  double slope = 0.01;
  DenseInit init = DenseInit::he;
};
/// Fully connected layer: y = act(x w + b) over all H*W*C inputs in storage order; no flatten is needed before it.
/// Shapes: H,W,C -> 1,1,units.  Parameters: weight (H*W*C, units), decays; bias (units), zero.
/// @throws Error{usage} for units < 1.
[[nodiscard]] LayerPtr make_dense(DenseOptions options);

struct BatchNormOptions {
  double momentum = 0.1;  ///< weight of the new batch in the running statistics
  double epsilon = 1e-5;
};
/// Batch normalisation per channel over the N*H*W values of the whole batch:
///   y = gamma (x - mean) / sqrt(var + eps) + beta
/// Training uses the mean and the biased variance of the batch and moves the running ones, the variance unbiased (as
/// PyTorch does): running = (1 - momentum) running + momentum batch. Inference uses the running statistics.
/// Shapes: unchanged.  Parameters (C each): gamma 1, beta 0, running_mean 0, running_var 1 (the last two not trained).
/// Caveat: small batches make noisy statistics; a batch of one 1x1 map has variance 0.
/// @throws Error{usage} for momentum outside (0,1] or epsilon <= 0.
/// Source: Ioffe & Szegedy, ICML 2015, arXiv 1502.03167.
[[nodiscard]] LayerPtr make_batch_norm(BatchNormOptions options = {});

struct NormActPoolOptions {
  bool norm = true;  ///< false: activation and pool only, no parameters
  double momentum = 0.1;
  double epsilon = 1e-5;
  ActivationKind activation = ActivationKind::none;  ///< not sigmoid or tanh
  double slope = 0.01;
  bool residual = false;  ///< a second input is added in front of the activation; then none, relu, leaky_relu, relu6
  PoolOptions pool{.window = 0};
};
/// y = maxpool(act(batch_norm(x))), or y = act(batch_norm(x) + r), in one trip through memory. Made by a pass of the
/// graph from three layers; parameters and their names are those of batch_norm. Backward recomputes the activation and
/// keeps nothing but x, with a residual and an activation also y.
/// Shapes: H,W,C (twice with a residual) -> pooled size, see make_max_pool.
/// @throws Error{usage} for options out of range.
[[nodiscard]] LayerPtr make_norm_act_pool(NormActPoolOptions options);

/// Maximum over windows; cells beyond the border are ignored. Ties: the first in row-major order gets the gradient.
/// Shapes: H,W,C -> OH,OW,C with OH = floor((H + 2 padding - window) / stride) + 1.
/// @throws Error{usage} for options out of range; Error{shape} when the window is larger than the padded input.
[[nodiscard]] LayerPtr make_max_pool(PoolOptions options = {});

/// Mean over windows, always divided by window^2: cells beyond the border count as zeros. Shapes and errors as
/// make_max_pool.
[[nodiscard]] LayerPtr make_average_pool(PoolOptions options = {});

/// Mean over all pixels of each channel.  Shapes: H,W,C -> 1,1,C.
/// Source: Lin et al., "Network in network", arXiv 1312.4400.
[[nodiscard]] LayerPtr make_global_average_pool();

enum class UpsampleMode : std::uint8_t { nearest, bilinear };
struct UpsampleOptions {
  int factor = 2;
  UpsampleMode mode = UpsampleMode::nearest;
};
/// Enlarges by a whole factor. Bilinear samples at (o + 0.5) / factor - 0.5 with the border repeated
/// (align_corners=false).  Shapes: H,W,C -> factor*H, factor*W, C.
/// @throws Error{usage} for factor < 1.
[[nodiscard]] LayerPtr make_upsample(UpsampleOptions options = {});

struct AddOptions {
  ActivationKind activation = ActivationKind::none;
  double slope = 0.01;
};
/// y = act(a + b), two inputs of one shape: the end of a residual block (He et al., CVPR 2016, arXiv 1512.03385).
/// @throws Error{shape} at graph time when the shapes differ.
[[nodiscard]] LayerPtr make_add(AddOptions options = {});

/// y = a * b, two inputs; b has the shape of a, or is 1,1,C and scales channels (squeeze and excitation, Hu et al.,
/// CVPR 2018, arXiv 1709.01507).
/// @throws Error{shape} at graph time.
[[nodiscard]] LayerPtr make_multiply();

/// Puts the channels of any number of inputs of one height and width behind each other.
/// Shapes: H,W,C1 ... H,W,Cn -> H,W,C1+...+Cn.   @throws Error{shape} at graph time.
[[nodiscard]] LayerPtr make_concat();

/// H,W,C -> 1,1,H*W*C in storage order.
[[nodiscard]] LayerPtr make_flatten();

/// y = x in forward; backward takes the input for a constant: nothing in front of it learns from what is behind it.
/// Shapes: unchanged.
[[nodiscard]] LayerPtr make_stop_gradient();

enum class DropoutMode : std::uint8_t {
  units,    ///< every value on its own
  channels  ///< whole channels of a sample: Tompson et al., CVPR 2015, arXiv 1411.4280
};
struct DropoutOptions {
  double rate = 0.5;  ///< share that is dropped, in [0, 1)
  DropoutMode mode = DropoutMode::units;
};
/// Training: each value becomes 0 with probability `rate`, else x / (1 - rate), so the expectation stays.
/// Inference: y = x. The mask is a pure function of (seed, step, node, sample in the batch, position): it is recomputed
/// in backward, and neither slices nor threads change it.
/// @throws Error{usage} for a rate outside [0, 1).
/// Source: Srivastava et al., JMLR 15, 2014.
[[nodiscard]] LayerPtr make_dropout(DropoutOptions options = {});

struct ActivationOptions {
  ActivationKind function = ActivationKind::relu;
  double slope = 0.01;
};
/// y = f(x) element by element.   @throws Error{usage} for function `none` or a slope outside [0, 1].
[[nodiscard]] LayerPtr make_activation(ActivationOptions options = {});

/// y = x > 0 ? x : slope[c] * x with a trained slope per channel, initially 0.25, without weight decay.
/// Source: He et al., ICCV 2015, arXiv 1502.01852.
[[nodiscard]] LayerPtr make_prelu();

struct CoordPlanesOptions {
  bool radius = false;  ///< a third plane, sqrt(x^2 + y^2)
};
/// Appends the position of each pixel as channels: x = 2 column / (W - 1) - 1, then y likewise (0 in a map of one
/// column or row), then the radius. A convolution behind it is a CoordConv.
/// Shapes: H,W,C -> H,W,C+2 (C+3 with radius).
/// Source: Liu et al., NeurIPS 2018, arXiv 1807.03247.
[[nodiscard]] LayerPtr make_coord_planes(CoordPlanesOptions options = {});

}  // namespace fpcpu
