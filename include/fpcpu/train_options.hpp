// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "fpcpu/shape.hpp"

namespace fpcpu {

/// Everything that decides a training run. The names are those of the command line and of config.toml, with '-' for
/// '_'.
struct TrainOptions {
  // data
  std::vector<std::string> data = {"synth:2000"};  ///< folders, tables or synth:N[:SEED], one after the other
  std::string val;                                 ///< validation set; empty: a part of `data`
  double val_split = 0.1;                          ///< part of `data` kept for validation when `val` is empty; 0 = none
  std::string mirror;  ///< which points swap, "3,2,1,0,..."; empty: derived from the mean shape
  std::string accept;  ///< kinds of findings about the data that are meant so, "unit,frame"
  int cache_mb = 256;  ///< decoded images kept in memory
  // how the files of `data` and `val` are read, see DataOptions
  std::string images;           ///< folder of the images; empty: images/ beside the table, or the table's own folder
  std::string missing;          ///< "0", "-1": a point with this number as x and as y is not visible
  std::string exif = "apply";   ///< turn images as their EXIF orientation says, or "ignore": pixels as they are stored
  int max_pixels = 50'000'000;  ///< width x height that an image may have
  bool skip_bad = false;  ///< leaves out rows whose image cannot be read; skipped.csv in the run folder lists them
  std::string subset;     ///< "500" faces or a part "0.1" of `data`, chosen by `seed`; empty: all
  // augmentation
  std::string augment = "full";  ///< none, basic, full
  /// What stands in the place of the preset's values, by the names of the options --aug-NAME: {"rotation-chance",
  /// 0.5F}.
  std::map<std::string, float> augment_ranges;
  // network
  std::string model = "small";     ///< a name of the zoo or a .toml file
  InputSize input_size = {};       ///< px, a side or {width, height}; 0 = the network's own
  int channels = 0;                ///< of the input: 1 gray, 3 colour; 0 = the network's own
  std::string head = "auto";       ///< what the output means: coordinates, heatmaps:sigma=1; auto: the network's own
  double dropout = -1;             ///< rate of the network's dropout layers; -1 = the network's own
  std::string precision = "fp32";  ///< or "bf16": convolutions and dense layers but the last round their factors
  // learning
  int epochs = 30;
  std::string time;  ///< "90s", "10m", "1h30m": as many epochs as fit, by the speed measured first; empty = `epochs`
  bool automatic = false;  ///< fills what is 0 of batch, input_size, lr and epochs from data, cores and time
  int batch = 32;
  std::string optimizer = "adamw";
  double lr = 0;         ///< highest learning rate; 0 = the optimizer's usual one
  double momentum = -1;  ///< of sgd, nesterov and rmsprop; beta1 of adam; -1 = the optimizer's usual one
  double beta2 = -1;     ///< smoothing of squared gradients; -1 = the optimizer's usual one
  double weight_decay = 1e-4;
  double l1 = 0;
  double clip = 0;  ///< largest norm of the gradient; 0 = off
  std::string schedule = "cosine";
  double warmup = 1;          ///< epochs
  double drop_every = 0;      ///< schedule step: epochs; 0 = a third of the run
  std::string milestones;     ///< schedule multi-step: epochs, "60,80"; empty = 60 % and 85 %
  double gamma = 0.1;         ///< factor of one drop of step, multi-step and plateau
  int plateau_patience = 5;   ///< epochs without improvement before plateau drops
  double final_ratio = 0.01;  ///< last learning rate of exponential, cosine, one-cycle relative to the highest
  std::string loss = "auto";  ///< mse, l1, smooth-l1, wing, heatmap-mse, with options as in "wing:w=10,epsilon=2";
                              ///< auto: the usual one of the head
  double ema = 0.998;         ///< decay of the moving average of weights that is judged and saved; 0 = off
  int patience = 0;           ///< stop after so many epochs without a better validation error; 0 = never
  std::string start = "mean-shape";  ///< what the untrained network answers: mean-shape, or zero, the image's middle
  std::uint64_t seed = 1;
  std::string nme = "auto";  ///< what NME divides by: auto, inter-ocular, inter-pupil, box, diagonal or "A-B"
  // monitoring
  bool tensorboard = false;      ///< event files in the run folder: scalars per epoch and a few faces
  double checkpoint_every = 15;  ///< seconds between two checkpoints, inside epochs too; 0 = after every epoch
};

}  // namespace fpcpu
