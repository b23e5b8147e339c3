// SPDX-License-Identifier: MIT
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "core/cpu.hpp"
#include "core/word_list.hpp"
#include "data/augment_options.hpp"
#include "data/augments/registry.hpp"
#include "graph/zoo/zoo.hpp"
#include "heads/head.hpp"
#include "optim/optimizer.hpp"
#include "optim/schedule.hpp"
#include "options/config.hpp"

namespace fpcpu {

namespace {

using O = TrainOptions;

/// "small, base, "
std::string networks() {
  std::string text;
  for (const ZooEntry& entry : zoo()) text.append(entry.name).append(", ");
  return text;
}

std::string precisions() { return word_list(std::array{to_string(Precision::fp32), to_string(Precision::bf16)}, "or"); }

std::vector<std::string> heads() {
  std::vector<std::string> texts;
  for (const std::string_view kind : head_kinds()) texts.push_back(to_text(*make_head(kind)));
  return texts;
}

/// "mse, l1 or wing:w=10,epsilon=2 for coordinates; heatmap-mse for heatmaps; "
std::string losses() {
  std::string text;
  for (const std::string_view head : head_kinds()) {
    text.append(word_list(loss_usages(head), "or")).append(" for ").append(head).append("; ");
  }
  return text;
}

std::vector<ConfigKey> data_keys() {
  return {
      {"data", "DIR", "training faces: DIR (gt.csv + images/), a table FILE.csv, or synth:N[:SEED]; may be repeated",
       &O::data},
      {"val", "DIR", "validation faces; without it a part of --data is kept apart", &O::val},
      {"val-split", "PART", "part of --data used for validation when --val is not given", &O::val_split, 0, 0.9},
      {"mirror", "LIST", "which points swap in a mirror, e.g. \"3,2,1,0,...\"; derived from the mean shape if empty",
       &O::mirror},
      {"accept", "ID,ID",
       "findings about the data that you mean so: unit, frame, missing, order, point, outlier, doubles, exif",
       &O::accept},
      {"cache-mb", "MB", "memory for decoded images", &O::cache_mb, 0, kAnyNumber},
      {"images", "DIR", "folder of the images; images/ beside the table or the table's own folder if empty",
       &O::images},
      {"missing", "VALUE", "a point with this number as x and as y is not visible, e.g. 0 or -1", &O::missing},
      {"exif", "WHAT", "apply: turn images as their EXIF orientation says; ignore: pixels as stored", &O::exif},
      {"max-pixels", "N", "width x height that an image may have", &O::max_pixels, 1, kAnyNumber},
      {"skip-bad", "", "leave out rows whose image cannot be read; skipped.csv in the run folder lists them",
       &O::skip_bad},
      {"subset", "N|PART", "a random part of --data, chosen by --seed: 500 faces, or 0.1 of them", &O::subset},
  };
}

std::vector<ConfigKey> augmentation_keys() {
  std::vector<ConfigKey> keys = {
      {"augment", "PRESET",
       word_list(augment_preset_names(), "or") + "; a range below replaces the preset's, -1 = the preset's",
       &O::augment},
  };
  for (const AugmentRange& r : augment_ranges()) {
    keys.push_back({"aug-" + std::string(r.name), r.value, std::string(r.help), AugmentField{r.name}, -1,
                    static_cast<double>(r.limit)});
  }
  return keys;
}

std::vector<ConfigKey> network_keys() {
  return {
      {"model", "NAME", networks() + "or a .toml file with your own network", &O::model},
      {"input-size", "PX", "side of the network's input, or 96x112 = width x height; 0 = the network's own",
       &O::input_size, 0, 1024},
      {"channels", "N", "channels of the input: 1 = gray, 3 = colour; 0 = the network's own", &O::channels, 0, 3},
      {"head", "NAME", "what the network's output means: " + word_list(heads(), "or") + "; auto = the network's own",
       &O::head},
      {"dropout", "RATE", "rate of the dropout layers; -1 = the network's own", &O::dropout, -1, 0.99},
      {"precision", "NAME",
       precisions() +
           "; with bf16, factors of convolutions and dense layers are rounded to bfloat16, except in the last layer",
       &O::precision},
  };
}

std::vector<ConfigKey> learning_keys() {
  return {
      {"epochs", "N", "number of epochs (passes over the data)", &O::epochs, 1, kAnyNumber},
      {"time", "TIME", "90s, 10m, 1h30m: as many epochs as fit, by the speed measured first", &O::time},
      {"batch", "N", "images per step", &O::batch, 1, 4096},
      {"optimizer", "NAME", word_list(optimizer_names(), "or"), &O::optimizer},
      {"lr", "RATE", "highest learning rate; 0 = the optimizer's usual one", &O::lr, 0, 1000},
      {"momentum", "X", "momentum, which Adam calls beta1; -1 = the optimizer's usual one", &O::momentum, -1, 0.9999},
      {"beta2", "X", "smoothing of squared gradients; -1 = the optimizer's usual one", &O::beta2, -1, 0.999999},
      {"weight-decay", "X", "L2 regularisation of weights (decoupled for adamw)", &O::weight_decay, 0, 10},
      {"l1", "X", "L1 regularisation of weights", &O::l1, 0, 10},
      {"clip", "NORM", "largest norm of the gradient; 0 = off", &O::clip, 0, kAnyNumber},
      {"schedule", "NAME", word_list(schedule_names(), "or"), &O::schedule},
      {"warmup", "EPOCHS", "epochs over which the learning rate rises from 0", &O::warmup, 0, kAnyNumber},
      {"drop-every", "EPOCHS", "epochs between two drops of schedule step; 0 = a third of the run", &O::drop_every, 0,
       kAnyNumber},
      {"milestones", "LIST",
       "epochs of the drops of schedule multi-step, e.g. \"60,80\"; empty = 60 % and 85 % of the run", &O::milestones},
      {"gamma", "X", "factor of one drop of the learning rate (step, multi-step, plateau)", &O::gamma, 1e-6, 1},
      {"plateau-patience", "EPOCHS", "epochs without improvement before plateau drops", &O::plateau_patience, 0,
       kAnyNumber},
      {"final-ratio", "X", "last learning rate of exponential, cosine and one-cycle, relative to the highest",
       &O::final_ratio, 1e-9, 1},
      {"loss", "NAME", losses() + "auto = the head's usual one", &O::loss},
      {"ema", "X", "decay of the moving average of weights that is evaluated and saved; 0 = off", &O::ema, 0, 0.999999},
      {"patience", "EPOCHS", "stop after so many epochs without a better validation error; 0 = never", &O::patience, 0,
       kAnyNumber},
      {"start", "NAME", "what the untrained network answers: mean-shape or zero (the middle of the image)", &O::start},
      {"seed", "S", "seed of every random number", &O::seed, 0, 1e18},
  };
}

std::vector<ConfigKey> monitoring_keys() {
  return {
      {"nme", "NAME",
       "what the NME divides by: inter-ocular, inter-pupil, box, diagonal or A-B (two points, counted from 1); auto = "
       "inter-ocular for 14, 68 and 98 points, else diagonal",
       &O::nme},
      {"checkpoint-every", "SECONDS", "seconds between two checkpoints, inside epochs too; 0 = after every epoch",
       &O::checkpoint_every, 0, kAnyNumber},
      {"tensorboard", "", "also write event files for TensorBoard into the run folder", &O::tensorboard},
  };
}

/// Gives the keys of one group its name.
void append(std::vector<ConfigKey>& all, std::string_view group, std::vector<ConfigKey> keys) {
  for (ConfigKey& key : keys) {
    key.group = group;
    all.push_back(std::move(key));
  }
}

}  // namespace

std::span<const ConfigKey> config_keys() {
  static const std::vector<ConfigKey> all = [] {
    std::vector<ConfigKey> keys;
    append(keys, "data", data_keys());
    append(keys, "augmentation", augmentation_keys());
    append(keys, "network", network_keys());
    append(keys, "learning", learning_keys());
    append(keys, "monitoring", monitoring_keys());
    return keys;
  }();
  return all;
}

}  // namespace fpcpu
