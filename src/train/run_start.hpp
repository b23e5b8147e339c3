#pragma once

#include <optional>
#include <string>

#include "fpcpu/trainer.hpp"
#include "io/checkpoint.hpp"
#include "kernels/table.hpp"

/// How a run begins: a new one by its options, or one that goes on with what its folder holds.
namespace fpcpu {

/// Combinations that would be ignored otherwise. @throws Error{usage}
void check_run(const RunOptions& run);

/// What last.safetensors of the run to resume holds; nothing for a new run. @throws Error{io|format}
[[nodiscard]] std::optional<Checkpoint> load_run(const RunOptions& run);

/// The options of the run: a resumed one keeps its own.
[[nodiscard]] TrainOptions options_of(TrainOptions given, const RunOptions& run);

/// The bits of a run depend on the instruction set and the precision, so a resumed run keeps its own unless told
/// otherwise. @throws Error{usage} if this machine does not have them.
[[nodiscard]] const kernels::KernelTable<float>& choose_kernels(const RunOptions& run,
                                                                const std::optional<Checkpoint>& resumed,
                                                                Precision precision);

/// The highest learning rate that suits an optimizer at a batch of 32.
[[nodiscard]] double usual_lr(const std::string& optimizer);

}  // namespace fpcpu
