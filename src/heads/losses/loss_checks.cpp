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

void check_points_only(std::string_view loss, const LossInputs& inputs) {
  check_one_output(loss, inputs);
  if (!inputs.streams.empty()) fail(loss, "compares with the points; it reads no target stream.");
}

}  // namespace

void Loss::check(const LossInputs& inputs) const { check_points_only(kind(), inputs); }

void check_maps(std::string_view loss, const LossInputs& inputs) {
  check_points_only(loss, inputs);
  const Shape& output = inputs.outputs.front();
  if (output.c == inputs.points) return;
  fail(loss, "compares one map per point, but the output is " + to_string(output) + " and there are " +
                 std::to_string(inputs.points) + " points.");
}

void check_pointwise(std::string_view loss, const LossInputs& inputs) {
  check_one_output(loss, inputs);
  const Shape& output = inputs.outputs.front();
  if (inputs.streams.size() > 1) fail(loss, "compares with one target stream.");
  if (inputs.streams.size() == 1 && inputs.weights > 1) {
    fail(loss, "compares with a target stream, whose numbers belong to no point; its weights must be one per sample.");
  }
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
