// SPDX-License-Identifier: MIT
#pragma once

/// Trains and runs facial-landmark detectors on ordinary CPUs. Two calls do the whole job:
///   auto model  = fpcpu::train_detector("faces/gt.csv", "faces/images");
///   auto points = fpcpu::detect(model, "new_images");            // file name -> x1,y1,...,xK,yK
#include "fpcpu/dataset.hpp"
#include "fpcpu/error.hpp"
#include "fpcpu/layers.hpp"
#include "fpcpu/losses.hpp"
#include "fpcpu/model.hpp"
#include "fpcpu/network.hpp"
#include "fpcpu/objective.hpp"
#include "fpcpu/predictor.hpp"
#include "fpcpu/search.hpp"
#include "fpcpu/shape.hpp"
#include "fpcpu/train_options.hpp"
#include "fpcpu/trainer.hpp"
