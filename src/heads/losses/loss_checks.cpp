// SPDX-License-Identifier: MIT
#include "heads/losses/loss_checks.hpp"

#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

[[noreturn]] void fail(std::string_view loss, const std::string& why) {
  throw Error(ErrorCode::shape, "loss '" + std::string(loss) + "' " + why);
}

void check_one_output(std::string_view loss, const LossInputs& inputs) {
  if (inputs.outputs.size() != 1) {
    fail(loss, "reads one output, not " + std::to_string(inputs.outputs.size()) + ".");
  }
}

}  // namespace

void Loss::check(const LossInputs& inputs) const {
  check_one_output(kind(), inputs);
  if (!inputs.streams.empty()) fail(kind(), "compares with the points; it reads no target stream.");
}

void check_pointwise(std::string_view loss, const LossInputs& inputs) {
  check_one_output(loss, inputs);
  const Shape& output = inputs.outputs.front();
  if (inputs.streams.size() > 1) fail(loss, "compares with one target stream.");
  if (inputs.streams.size() == 1 && inputs.streams.front().size() != output.size()) {
    fail(loss, "compares numbers one by one, but the output is " + to_string(output) + " and the target stream " +
                   to_string(inputs.streams.front()) + ".");
  }
  if (inputs.streams.empty() && output.size() != 2 * static_cast<std::size_t>(inputs.points)) {
    fail(loss, "compares an output of " + to_string(output) + " with " + std::to_string(inputs.points) +
                   " points; name the target stream it is to be compared with.");
  }
}

}  // namespace fpcpu
