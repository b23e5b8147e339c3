// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fpcpu/shape.hpp"

namespace fpcpu {

class Dataset;

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
  // augmentation: the preset and, where not negative, what replaces its range (meaning and units as in --help)
  std::string augment = "full";  ///< none, basic, full
  float aug_mirror = -1;
  float aug_rotation = -1, aug_rotation_chance = -1;
  float aug_scale = -1, aug_shift = -1, aug_perspective = -1;
  float aug_crop = -1, aug_crop_chance = -1;
  float aug_brightness = -1, aug_contrast = -1, aug_gamma = -1;
  float aug_hue = -1, aug_saturation = -1, aug_value = -1, aug_gray = -1;
  float aug_occlusion = -1, aug_occlusion_chance = -1;
  float aug_blur = -1, aug_blur_chance = -1;
  float aug_noise = -1, aug_noise_chance = -1;
  float aug_jpeg_chance = -1, aug_jpeg_low = -1, aug_jpeg_high = -1;
  float aug_calm = -1;  ///< last part of the epochs in which strong changes of the pixels rest
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

/// Progress within an epoch, for a live display.
struct StepProgress {
  int epoch = 0;  // from 1
  int epochs = 0;
  int batch = 0;  // from 1
  int batches = 0;
  double loss = 0;    // mean over the epoch so far
  double mse100 = 0;  // same, on augmented training images
  double images_per_s = 0;
  double seconds_left = 0;  // of the whole run
};

/// Work between the steps that may take seconds: measuring, judging, saving.
struct PhaseProgress {
  std::string what;       // "measuring colours", "judging validation faces"
  std::size_t done = 0;   // images
  std::size_t total = 0;  // 0 = not counted
};

/// What a finished epoch came to; NaN where there is no validation set.
struct EpochResult {
  int epoch = 0;
  int epochs = 0;
  double lr = 0;
  double train_loss = 0, train_mse100 = 0;
  double val_loss = std::numeric_limits<double>::quiet_NaN();
  double val_mse100 = std::numeric_limits<double>::quiet_NaN();
  double val_nme = std::numeric_limits<double>::quiet_NaN();
  std::string nme_by;  ///< what the NME divides by, e.g. inter-ocular
  /// Of training faces judged like the validation faces: the weights that are kept, no augmentation.
  double fit_mse100 = std::numeric_limits<double>::quiet_NaN();
  double images_per_s = 0;
  double seconds = 0;
  bool best = false;
};

/// How the caller follows and stops a run. All callbacks come from the calling thread and may be empty.
struct TrainCallbacks {
  std::function<void(const std::string&)> message;  ///< plain sentences: what is being done
  /// What the user did not ask for, although the run goes on: bf16 on a machine without it.
  std::function<void(const std::string&)> notice;
  std::function<void(const PhaseProgress&)> phase;
  std::function<void(const StepProgress&)> step;
  std::function<void(const EpochResult&)> epoch;
  std::function<bool()> stop;  ///< asked after every step, and several times a second in all that takes longer; true =
                               ///< save and return
};

struct TrainResult {
  std::string run;    // run folder, empty if nothing was written
  std::string model;  // run/model.safetensors
  int epochs = 0;     // done
  int best_epoch = 0;
  double train_mse100 = 0;
  double val_mse100 = 0;  // of the best epoch; NaN without validation
  double val_nme = 0;
  std::string nme_by;  // what the NME divides by
  bool interrupted = false;
  bool diverged = false;     // nothing was learnt; the best epoch's model is kept
  std::string finding = {};  // why the model is of little use, a sentence; empty: it is not
  bool out_of_time = false;  // `time` was used up before the planned end; resumed, the rest runs without a limit
};

/// Where and how a run executes; none of it changes the resulting weights on one instruction set.
struct RunOptions {
  int threads = 0;     ///< 0 = all cores
  std::string isa;     ///< empty = FPCPU_ISA or the fastest
  std::string out;     ///< run folder; empty = runs/train, runs/train2, ...
  std::string resume;  ///< run folder to go on with, or a checkpoint in it; its config.toml replaces the options
  /// What a resumed run is to do otherwise than its config.toml says, option and value: data, val, images (when they
  /// moved), epochs, time (of the whole run, to prolong it), checkpoint-every, cache-mb, accept.
  std::vector<std::pair<std::string, std::string>> changes = {};
  bool changed_data = false;  ///< a resumed run goes on although its images or labels have changed
  bool fast = false;          ///< one epoch of a few batches, nothing written: does training work at all?
  bool judged = false;        ///< the caller has judged the faces: what is wrong with them is not looked for again
};

/// Trains a detector and writes the run folder (interface: model.safetensors, last.safetensors, metrics.csv,
/// val_errors.csv, config.toml, report.html, log.txt).
/// Checkpoints follow the first epoch and then each other every `checkpoint_every` seconds; a run that is killed goes
/// on from the last of them to the same bits. A step whose loss or gradient is not finite is skipped and halves the
/// learning rate from there on. With `time` the run ends close to it (up to one epoch before), judging, saving and
/// report included; if the machine becomes slower than it was when the number of epochs was fixed, the run stops early,
/// says so, and can be resumed without a limit.
/// @throws Error: data, options, shapes are checked before the first step; numeric when a third step is not finite.
[[nodiscard]] TrainResult train(const TrainOptions& options, const RunOptions& run = {},
                                const TrainCallbacks& callbacks = {});

/// The same on any data set of the caller's own; `options.data` is only written down.
[[nodiscard]] TrainResult train(std::shared_ptr<const Dataset> data, const TrainOptions& options,
                                const RunOptions& run = {}, const TrainCallbacks& callbacks = {});

/// The two-argument form: trains the default model on the faces of `gt` (a gt.csv file) and `image_dir`, returns the
/// path of the model file. With `fast` nothing is written and the result is empty.
/// @throws as train(); Error{numeric} also if the training diverged.
std::string train_detector(const std::string& gt, const std::string& image_dir, bool fast = false);

}  // namespace fpcpu
