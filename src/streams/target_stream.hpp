// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/thread_pool.hpp"
#include "data/loader.hpp"
#include "data/sample_stream.hpp"
#include "fpcpu/dataset.hpp"
#include "fpcpu/model.hpp"
#include "fpcpu/objective.hpp"
#include "kernels/table.hpp"

namespace fpcpu {

/// Numbers that are made for a whole batch at once, just before the step, by the calling thread and the pool.
class BatchStream {
 public:
  virtual ~BatchStream() = default;
  [[nodiscard]] virtual Shape shape() const noexcept = 0;
  virtual void fill(const Batch& batch, float* out) = 0;
};

/// A named stream of a run; exactly one of the two is set.
struct TargetStream {
  std::string name;
  SampleStreamPtr sample = nullptr;
  std::shared_ptr<BatchStream> batch = nullptr;

  [[nodiscard]] StreamShape shape() const { return {name, sample ? sample->shape() : batch->shape()}; }
};

/// What a stream may need to know of its run. `data` are the training faces.
struct StreamContext {
  const DatasetPtr& data;
  const Preprocessing& preprocessing;
  int batch = 0;
  const kernels::KernelTable<float>& kernels;
  ThreadPool& pool;
  /// Where the files of specs are, by their paths in the specs; one that is not named here: that path.
  std::map<std::string, std::string> files = {};
};

/// The path of the file that a spec's source reads, as it stands there; empty: it reads none.
/// @throws Error{usage} for a source that is not NAME:OPTION=VALUE,...
[[nodiscard]] std::string file_of(const StreamSpec& spec);

/// The streams that `specs` describe, then those that the data set offers and no spec has taken the name of.
/// @throws Error{usage} for unknown sources and options (naming the nearest) and names given twice; what a source finds
/// wrong with its file.
[[nodiscard]] std::vector<TargetStream> make_target_streams(const std::vector<StreamSpec>& specs,
                                                            const StreamContext& context);

/// Kinds of sources, in the order of the registry.
[[nodiscard]] std::vector<std::string_view> stream_sources();

}  // namespace fpcpu
