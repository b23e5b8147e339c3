#pragma once

#include <string>

#include "fpcpu/trainer.hpp"

namespace fpcpu {

/// One epoch as a line for people: the terminal and log.txt show the same. "fit" is the mse100 of training faces judged
/// like the validation faces.
[[nodiscard]] std::string epoch_line(const EpochResult& result);

/// Seconds as "42 s", "3:07" or "1:02:33".
[[nodiscard]] std::string duration(double seconds);

}  // namespace fpcpu
