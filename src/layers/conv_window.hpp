// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "fpcpu/layers.hpp"
#include "layers/attributes.hpp"
#include "layers/checks.hpp"

namespace fpcpu {

/// Kernel size, zero padding and spacing of a convolution, with every default filled in.
struct ConvWindow {
  int kernel_h, kernel_w, stride, padding_h, padding_w, dilation;

  /// From Conv2dOptions or DepthwiseConv2dOptions. @throws Error{usage} for values out of range.
  template <class Options>
  ConvWindow(std::string_view owner, const Options& o)
      : kernel_h(o.kernel_h != 0 ? o.kernel_h : o.kernel),
        kernel_w(o.kernel_w != 0 ? o.kernel_w : o.kernel),
        stride(o.stride),
        padding_h(o.padding_h != kSamePadding ? o.padding_h : o.padding),
        padding_w(o.padding_w != kSamePadding ? o.padding_w : o.padding),
        dilation(o.dilation) {
    check_range(owner, "kernel", kernel_h, 1, 255);
    check_range(owner, "kernel", kernel_w, 1, 255);
    check_range(owner, "stride", stride, 1, 255);
    check_range(owner, "dilation", dilation, 1);
    if (padding_h == kSamePadding) padding_h = dilation * (kernel_h - 1) / 2;
    if (padding_w == kSamePadding) padding_w = dilation * (kernel_w - 1) / 2;
    check_range(owner, "padding", padding_h, 0);
    check_range(owner, "padding", padding_w, 0);
  }

  template <class Options>
  static void read(AttributeReader& reader, Options& o) {
    o.kernel = reader.integer("kernel", o.kernel);
    o.kernel_h = reader.integer("kernel_h", 0);
    o.kernel_w = reader.integer("kernel_w", 0);
    o.stride = reader.integer("stride", 1);
    o.padding = reader.integer("padding", kSamePadding);
    o.padding_h = reader.integer("padding_h", kSamePadding);
    o.padding_w = reader.integer("padding_w", kSamePadding);
    o.dilation = reader.integer("dilation", 1);
  }

  void describe(Attributes& attributes) const {
    const auto set_pair = [&](const std::string& name, int h, int w) {
      if (h == w) {
        attributes.set(name, std::int64_t{h});
      } else {
        attributes.set(name + "_h", std::int64_t{h}).set(name + "_w", std::int64_t{w});
      }
    };
    set_pair("kernel", kernel_h, kernel_w);
    attributes.set("stride", std::int64_t{stride});
    set_pair("padding", padding_h, padding_w);
    attributes.set("dilation", std::int64_t{dilation});
  }
};

}  // namespace fpcpu
