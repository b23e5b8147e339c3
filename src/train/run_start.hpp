// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fpcpu/trainer.hpp"
#include "io/checkpoint.hpp"
#include "kernels/table.hpp"
#include "train/places.hpp"
#include "train/run_folder.hpp"

/// How a run begins: a new one by its options, or one that goes on with what its folder holds.
namespace fpcpu {

struct RunStart {
  RunOptions run;                   // a run that was killed before its first checkpoint is a new one into its folder
  TrainOptions options;             // as typed: of the caller, or of the run with what is changed
  Places places;                    // where the faces of `options` are, from any working directory
  std::optional<RunFolder> folder;  // of a run to go on with
  std::optional<Checkpoint> checkpoint;  // where it goes on
  int planned_epochs = 0;                // before the changes
  std::vector<std::string> findings;     // what there is to say about the folder
};

/// Reads what there is of a run to resume, and looks whether a new one may go where it shall.
/// @throws Error{usage} for combinations that would be ignored otherwise, options that a resumed run cannot change,
/// and folders that are taken; Error{io|format}.
[[nodiscard]] RunStart begin_run(const TrainOptions& options, const RunOptions& run);

/// True for the options that may be given beside --resume.
[[nodiscard]] bool may_change(std::string_view option);

/// The bits of a run depend on the instruction set and the precision, so a resumed run keeps its own unless told
/// otherwise. @throws Error{usage} if this machine does not have them.
[[nodiscard]] const kernels::KernelTable<float>& choose_kernels(const RunOptions& run,
                                                                const std::optional<Checkpoint>& resumed,
                                                                Precision precision);

}  // namespace fpcpu
