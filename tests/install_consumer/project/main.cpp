// SPDX-License-Identifier: MIT
#include <fpcpu/fpcpu.hpp>
#include <iostream>

/// A program of somebody who installed fpcpu: one call into each part of the library; exits with 0 if all answered.
int main() {
  const auto faces = fpcpu::open_dataset("synth:3");
  const bool data = faces->size() == 3 && faces->points() == 14 && faces->image(0).width > 0;

  bool train = false;
  try {
    fpcpu::TrainOptions options;
    options.optimizer = "adamm";
    static_cast<void>(fpcpu::train(options, {.fast = true}));
  } catch (const fpcpu::Error& error) {
    train = error.code() == fpcpu::ErrorCode::usage;
    std::cout << error.what() << '\n';
  }

  bool predict = false;
  try {
    fpcpu::Predictor predictor("no such file.safetensors");
  } catch (const fpcpu::Error& error) {
    predict = error.code() == fpcpu::ErrorCode::io;
    std::cout << error.what() << '\n';
  }
  return data && train && predict ? 0 : 1;
}
