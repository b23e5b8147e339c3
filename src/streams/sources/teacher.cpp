// SPDX-License-Identifier: MIT
#include <algorithm>

#include "core/file.hpp"
#include "fpcpu/error.hpp"
#include "graph/inference.hpp"
#include "io/checkpoint.hpp"
#include "io/run_model.hpp"
#include "streams/registry.hpp"

namespace fpcpu {

namespace {

/// A pixel as the student sees it, (v - mean) / deviation, becomes the teacher's by one factor and one summand per
/// channel.
class Teacher final : public BatchStream {
 public:
  Teacher(const Checkpoint& model, const StreamContext& context)
      : shape_(model.graph.output_shape()),
        network_(model.graph, model.params, context.batch, context.kernels, context.pool),
        x_(static_cast<std::size_t>(context.batch) * model.graph.input_shape().size()) {
    const Preprocessing& student = context.preprocessing;
    const Preprocessing& own = model.preprocessing;
    for (std::size_t c = 0; c < own.mean.size(); ++c) {
      factor_.push_back(student.deviation[c] / own.deviation[c]);
      summand_.push_back((student.mean[c] - own.mean[c]) / own.deviation[c]);
    }
  }

  [[nodiscard]] Shape shape() const noexcept override { return shape_; }
  void fill(const Batch& batch, float* out) override {
    const std::size_t channels = factor_.size();
    const std::size_t size = static_cast<std::size_t>(batch.n) * network_.graph().input_shape().size();
    for (std::size_t i = 0; i < size; ++i) x_[i] = batch.x[i] * factor_[i % channels] + summand_[i % channels];
    std::copy_n(network_.run(x_.data(), batch.n), static_cast<std::size_t>(batch.n) * shape_.size(), out);
  }

 private:
  Shape shape_;
  InferenceNetwork network_;
  AlignedBuffer<float> x_;
  std::vector<float> factor_;
  std::vector<float> summand_;
};

/// teacher:model=FILE
/// What another model makes of the same augmented pixels: the main output of its network, for distillation (Hinton et
/// al., arXiv 1503.02531). Its input must have the size and channels of the network that is trained; its own mean and
/// deviation are used. @throws Error{shape} for another input or other points.
TargetStream read(AttributeReader& reader, const StreamContext& context) {
  const std::string file = reader.text("model", "");
  if (file.empty()) throw Error(ErrorCode::usage, "a teacher needs model=FILE, a model or the folder of a run.");
  const Checkpoint model = load_checkpoint(model_file_of(text_path(file)));
  const Preprocessing& own = model.preprocessing;
  const Preprocessing& student = context.preprocessing;
  if (own.input != student.input) {
    throw Error(ErrorCode::shape, "the teacher " + file + " sees images of " + to_string(own.input) +
                                      ", the network that is trained " + to_string(student.input) +
                                      ". Choose a --input-size and --channels that both have.");
  }
  if (own.points != student.points) {
    throw Error(ErrorCode::shape, "the teacher " + file + " finds " + std::to_string(own.points) +
                                      " points, the data has " + std::to_string(student.points) + ".");
  }
  if (!own.point_names.empty() && !student.point_names.empty() && own.point_names != student.point_names) {
    throw Error(ErrorCode::shape, "the teacher " + file + " names its points otherwise than the data.");
  }
  return {"", nullptr, std::make_shared<Teacher>(model, context)};
}

}  // namespace

namespace streams {
StreamSource teacher() { return {"teacher", read, "model"}; }
}  // namespace streams

}  // namespace fpcpu
