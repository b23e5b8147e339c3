// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fpcpu/shape.hpp"

namespace fpcpu {

class Loss;

/// One term of what training makes small: a loss, what it reads, and its weight in the sum.
struct TermSpec {
  std::string name = {};                  ///< in metrics and reports; empty: the loss's
  std::string loss = {};                  ///< as for --loss: "wing:w=10"; "auto" is the usual one of the output's head
  std::vector<std::string> outputs = {};  ///< of the network; empty: the main one, "landmarks"
  std::vector<std::string> targets = {};  ///< streams; empty: the points
  std::string weights = {};               ///< a stream of one number per sample or per point that multiplies; empty: 1
  double weight = 1;
  std::shared_ptr<const Loss> own = nullptr;  ///< a loss of the caller's own, in place of `loss`
};

/// Target streams beside those that the data set offers under their own names.
struct StreamSpec {
  std::string name;
  std::string source;  ///< where its numbers come from: "table:file=angles.csv", "maps:side=32", "teacher:model=FILE"
};

/// Parameters that learn in another way than the options say. A parameter belongs to the first group whose pattern fits
/// its name.
struct GroupSpec {
  std::string parameters;      ///< pattern of names, "*" for any letters: "conv*", "*.bias"
  double rate = 1;             ///< times the learning rate of the run
  double weight_decay = -1;    ///< -1: that of the run
  std::string optimizer = {};  ///< empty: that of the run
  bool frozen = false;         ///< they stay as they are
};

/// A part of a run. Stages follow each other; consecutive stages with `steps` take turns instead, each so many steps at
/// a time, for the epochs of the first of them. After the last all terms count and everything learns.
struct StageSpec {
  double epochs = 0;                     ///< 0, for the last stage only: to the end of the run
  int steps = 0;                         ///< 0: no turns
  std::vector<std::string> terms = {};   ///< names of the terms that count; empty: all
  std::vector<std::string> frozen = {};  ///< patterns of parameters that do not learn, in addition to frozen groups
};

/// How a network is trained: what its file says besides its layers. Everything may be left empty.
struct Recipe {
  std::vector<StreamSpec> streams = {};
  std::vector<TermSpec> terms = {};  ///< empty: one, the loss of the options on the main output
  std::vector<GroupSpec> groups = {};
  std::vector<StageSpec> stages = {};
};

/// Named numbers that a data set or the loader offers for every sample beside its points.
struct StreamShape {
  std::string name = {};
  Shape shape;  ///< of one sample
  friend bool operator==(const StreamShape&, const StreamShape&) = default;
};

}  // namespace fpcpu
