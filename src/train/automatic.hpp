// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>

#include "core/thread_pool.hpp"
#include "fpcpu/trainer.hpp"
#include "kernels/table.hpp"
#include "train/training_data.hpp"

namespace fpcpu {

/// `--auto`: fills batch, input size, learning rate and epochs where they are 0, from the number and the size of the
/// faces, the measured speed and the time there is.
///   batch       16, 32 or 64: at least some 20 steps an epoch
///   input size  the network's own, but not more than the faces have; smaller when there is time for few epochs only
///   lr          the optimizer's usual one times sqrt(batch / 32). Krizhevsky, arXiv 1404.5997
///   epochs      by the number of images to see; left at 0 when there is a budget, which fixes them later
/// @param budget  seconds, 0 = none. @param say  is told each choice and why. @param between  called between
/// measurements; may throw to give it up
void choose_options(TrainOptions& options, const TrainingData& data, double budget,
                    const kernels::KernelTable<float>& kernels, ThreadPool& pool,
                    const std::function<void(const std::string&)>& say, const std::function<void()>& between = {});

}  // namespace fpcpu
