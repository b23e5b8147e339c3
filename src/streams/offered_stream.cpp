// SPDX-License-Identifier: MIT
#include "streams/offered_stream.hpp"

#include "core/foreign_text.hpp"
#include "fpcpu/error.hpp"
#include "streams/mirrored_points.hpp"

namespace fpcpu {

namespace {

class Offered final : public SampleStream {
 public:
  Offered(DatasetPtr data, std::size_t which, const OfferedStream& stream, std::vector<int> mirror)
      : data_(std::move(data)), which_(which), shape_{1, 1, stream.size}, mirror_(std::move(mirror)) {}

  [[nodiscard]] Shape shape() const noexcept override { return shape_; }
  void fill(const StreamSample& sample, float* out) const override {
    data_->stream(sample.index, which_, out);
    if (sample.mirrored && !mirror_.empty()) mirror_points(mirror_, out);
  }

 private:
  DatasetPtr data_;
  std::size_t which_;
  Shape shape_;
  std::vector<int> mirror_;  // of the points; empty: the numbers do not follow them
};

}  // namespace

TargetStream make_offered_stream(const StreamContext& context, std::size_t which) {
  const OfferedStream stream = context.data->streams()[which];
  if (stream.size < 1 || (stream.per_point && stream.size != context.data->points())) {
    throw Error(ErrorCode::shape, "the data set offers '" + excerpt(stream.name) + "' with " +
                                      std::to_string(stream.size) + " numbers per sample" +
                                      (stream.per_point ? ", expected one per point." : "."));
  }
  std::vector<int> mirror;
  if (stream.per_point) mirror = context.preprocessing.mirror;
  return {stream.name, std::make_shared<Offered>(context.data, which, stream, std::move(mirror)), nullptr};
}

}  // namespace fpcpu
