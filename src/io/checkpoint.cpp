#include "io/checkpoint.hpp"

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "fpcpu/error.hpp"
#include "io/graph_json.hpp"
#include "io/safetensors.hpp"
#include "layers/heatmap.hpp"

namespace fpcpu {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kExtraPrefix = "extra/";
constexpr int kMaxPoints = 10'000;

std::string preprocessing_to_json(const Preprocessing& pre) {
  return Json{{"input", {pre.input.h, pre.input.w, pre.input.c}},
              {"points", pre.points},
              {"mean", pre.mean},
              {"deviation", pre.deviation},
              {"mean_shape", pre.mean_shape},
              {"mirror", pre.mirror}}
      .dump();
}

Preprocessing preprocessing_from_json(const std::string& text) {
  const Json json = Json::parse(text);
  Preprocessing pre;
  const Json& in = json.at("input");
  pre.input = {in.at(0).get<int>(), in.at(1).get<int>(), in.at(2).get<int>()};
  pre.points = json.at("points").get<int>();
  pre.mean = json.at("mean").get<std::vector<float>>();
  pre.deviation = json.at("deviation").get<std::vector<float>>();
  pre.mean_shape = json.at("mean_shape").get<std::vector<float>>();
  pre.mirror = json.at("mirror").get<std::vector<int>>();
  return pre;
}

/// What the rest of the program relies on without checking again.
void check(const Preprocessing& pre, const Graph& graph, const std::string& where) {
  const auto require = [&where](bool ok, const char* what) {
    if (!ok) throw Error(ErrorCode::format, where + ": preprocessing: " + what + ".");
  };
  require(pre.points > 0 && pre.points <= kMaxPoints, "the number of points is out of range");
  require(pre.input == graph.input_shape(), "its input differs from the network's");
  require(emits_points(graph.output_shape(), pre.points),
          "the network's output is neither 2 numbers nor one heat map per point");
  const auto channels = static_cast<std::size_t>(pre.input.c);
  require(pre.mean.size() == channels && pre.deviation.size() == channels, "mean or deviation is not one per channel");
  for (const float deviation : pre.deviation) require(deviation > 0, "a deviation is not above 0");
  const auto points = static_cast<std::size_t>(pre.points);
  require(pre.mean_shape.empty() || pre.mean_shape.size() == 2 * points, "the mean shape has another number of points");
  require(pre.mirror.empty() || pre.mirror.size() == points, "the mirror table has another number of points");
  for (std::size_t i = 0; i < pre.mirror.size(); ++i) {
    const int other = pre.mirror[i];
    require(other >= 0 && other < pre.points && pre.mirror[static_cast<std::size_t>(other)] == static_cast<int>(i),
            "the mirror table is not an involution");
  }
}

const std::string& metadata(const SafetensorsFile& file, const std::string& key) {
  const auto it = file.metadata().find(key);
  if (it == file.metadata().end()) {
    throw Error(ErrorCode::format, file.name() + ": no '" + key +
                                       "' in its metadata. It is a safetensors file, but not a model of fpcpu.");
  }
  return it->second;
}

std::string dims_text(const std::vector<std::int64_t>& dims) {
  std::string text = "[";
  for (const std::int64_t dim : dims) text += (text.size() > 1 ? ", " : "") + std::to_string(dim);
  return text + "]";
}

void check_version(const SafetensorsFile& file) {
  const std::string& version = metadata(file, "fpcpu_version");
  if (version == std::to_string(kCheckpointVersion)) return;
  throw Error(ErrorCode::format, file.name() + ": it has version '" + version +
                                     "' of the model format, this program reads " + std::to_string(kCheckpointVersion) +
                                     ". Use the program that wrote it.");
}

/// A piece of the metadata, parsed; every JSON mistake becomes an Error naming the file and the piece.
template <class Parse>
auto parse_metadata(const SafetensorsFile& file, const std::string& key, const Parse& parse) {
  const std::string& text = metadata(file, key);
  try {
    return parse(text);
  } catch (const Json::exception& error) {
    throw Error(ErrorCode::format, file.name() + ": " + key + ": " + error.what() + ".");
  }
}

std::map<std::string, std::string> texts_from_json(const std::string& text) {
  return Json::parse(text).get<std::map<std::string, std::string>>();
}

/// The tensor of a parameter, of the right shape.
const SafetensorsFile::Tensor& param_tensor(const SafetensorsFile& file, const ParamSlot& slot) {
  const SafetensorsFile::Tensor* tensor = file.find(slot.name);
  if (tensor == nullptr) throw Error(ErrorCode::format, file.name() + ": tensor '" + slot.name + "' is missing.");
  if (tensor->dims != slot.spec.dims) {
    throw Error(ErrorCode::format, file.name() + ": tensor '" + slot.name + "' is " + dims_text(tensor->dims) +
                                       ", the network needs " + dims_text(slot.spec.dims) + ".");
  }
  return *tensor;
}

Params<float> read_params(const SafetensorsFile& file, const Graph& graph) {
  ParamLayout layout(graph);
  // All shapes first: after that the memory asked for is no more than the file has.
  for (const ParamSlot& slot : layout.slots()) static_cast<void>(param_tensor(file, slot));
  Params<float> params(std::move(layout));
  for (const ParamSlot& slot : params.layout.slots()) {
    file.copy(param_tensor(file, slot), {params.at(slot), slot.spec.size()});
  }
  return params;
}

std::map<std::string, std::vector<float>> read_extra(const SafetensorsFile& file, const ParamLayout& layout) {
  std::map<std::string, std::vector<float>> extra;
  for (const SafetensorsFile::Tensor& tensor : file.tensors()) {
    if (layout.find(tensor.name) != nullptr) continue;
    if (!tensor.name.starts_with(kExtraPrefix) || tensor.dims.size() != 1) {
      throw Error(ErrorCode::format,
                  file.name() + ": tensor '" + tensor.name + "' belongs to no layer of its network.");
    }
    std::vector<float>& values = extra[tensor.name.substr(kExtraPrefix.size())];
    values.resize((tensor.end - tensor.begin) / sizeof(float));
    file.copy(tensor, values);
  }
  return extra;
}

}  // namespace

void save_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint) {
  check(checkpoint.preprocessing, checkpoint.graph, file.string());
  std::vector<TensorView> tensors;
  for (const ParamSlot& slot : checkpoint.params.layout.slots()) {
    const std::span<const float> values(checkpoint.params.at(slot), slot.spec.size());
    tensors.push_back({slot.name, Dtype::f32, slot.spec.dims, std::as_bytes(values)});
  }
  for (const auto& [name, values] : checkpoint.extra) {
    tensors.push_back({std::string(kExtraPrefix) + name,
                       Dtype::f32,
                       {static_cast<std::int64_t>(values.size())},
                       std::as_bytes(std::span(values))});
  }
  write_safetensors(file, std::move(tensors),
                    {{"fpcpu_version", std::to_string(kCheckpointVersion)},
                     {"graph", graph_to_json(checkpoint.graph)},
                     {"preprocessing", preprocessing_to_json(checkpoint.preprocessing)},
                     // A folder name may be in another encoding than UTF-8.
                     {"facts", Json(checkpoint.facts).dump(-1, ' ', false, Json::error_handler_t::replace)},
                     {"state", Json(checkpoint.state).dump()}});
}

Checkpoint load_checkpoint(const std::filesystem::path& path) {
  const SafetensorsFile file(path);
  check_version(file);
  Graph graph = graph_from_json(metadata(file, "graph"), file.name());
  Params<float> params = read_params(file, graph);
  Preprocessing preprocessing = parse_metadata(file, "preprocessing", preprocessing_from_json);
  check(preprocessing, graph, file.name());
  auto extra = read_extra(file, params.layout);
  return Checkpoint{std::move(graph),         std::move(params),
                    std::move(preprocessing), parse_metadata(file, "facts", texts_from_json),
                    std::move(extra),         parse_metadata(file, "state", texts_from_json)};
}

}  // namespace fpcpu
