// SPDX-License-Identifier: MIT
#include "io/checkpoint.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <utility>

#include "core/foreign_text.hpp"
#include "fpcpu/error.hpp"
#include "io/bounded_json.hpp"
#include "io/crc32c.hpp"
#include "io/graph_json.hpp"
#include "io/safetensors.hpp"

namespace fpcpu {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kExtraPrefix = "extra/";
constexpr int kMaxPoints = 10'000;
constexpr double kMaxNumber = 1e6;  // of preprocessing, which works with pixel values from 0 to 255
constexpr float kMinDeviation = 1e-3F;

std::string preprocessing_to_json(const Preprocessing& pre) {
  Json json = {{"input", {pre.input.h, pre.input.w, pre.input.c}},
               {"points", pre.points},
               {"mean", pre.mean},
               {"deviation", pre.deviation},
               {"mean_shape", pre.mean_shape},
               {"mirror", pre.mirror}};
  if (!pre.point_names.empty()) json["point_names"] = pre.point_names;
  if (!pre.unseen.empty()) json["unseen"] = pre.unseen;
  return json.dump();
}

Preprocessing preprocessing_from_json(const std::string& text) {
  const Json json = parse_bounded_json(text);
  const auto numbers = [&json](const char* key) {
    std::vector<float> values;
    for (const Json& value : json.at(key)) values.push_back(bounded_number(value, kMaxNumber, key));
    return values;
  };
  Preprocessing pre;
  const Json& in = json.at("input");
  const auto side = [&in](std::size_t i) {
    return static_cast<int>(whole_number(in.at(i), 1, kMaxInputSide, "a side of the input"));
  };
  pre.input = {side(0), side(1), side(2)};
  pre.points = static_cast<int>(whole_number(json.at("points"), 1, kMaxPoints, "the number of points"));
  pre.mean = numbers("mean");
  pre.deviation = numbers("deviation");
  pre.mean_shape = numbers("mean_shape");
  for (const Json& point : json.at("mirror")) {
    pre.mirror.push_back(static_cast<int>(whole_number(point, 0, kMaxPoints, "a point of the mirror table")));
  }
  if (const auto names = json.find("point_names"); names != json.end()) {
    pre.point_names = names->get<std::vector<std::string>>();
  }
  if (const auto unseen = json.find("unseen"); unseen != json.end()) {
    for (const Json& point : *unseen) {
      pre.unseen.push_back(static_cast<int>(whole_number(point, 0, pre.points - 1, "a point that was never seen")));
    }
  }
  return pre;
}

constexpr const char* kErrors = "errors";

std::string errors_to_json(const ErrorModel& errors) {
  return Json({{"unit", errors.unit},
               {"level", errors.level},
               {"doubt", errors.doubt},
               {"strangeness", errors.strangeness},
               {"usual", errors.usual}})
      .dump();
}

ErrorModel errors_from_json(const std::string& text) {
  const Json json = parse_bounded_json(text);
  constexpr double kMaxExponent = 100;
  ErrorModel errors;
  errors.unit = json.at("unit").get<std::string>();
  for (const Json& value : json.at("level")) errors.level.push_back(bounded_number(value, kMaxExponent, "level"));
  errors.doubt = bounded_number(json.at("doubt"), kMaxExponent, "doubt");
  errors.strangeness = bounded_number(json.at("strangeness"), kMaxExponent, "strangeness");
  errors.usual = bounded_number(json.at("usual"), kMaxNumber, "usual");
  return errors;
}

/// What the rest of the program relies on without checking again.
void check(const Model& model, const std::string& where) {
  const Preprocessing& pre = model.preprocessing;
  const Graph& graph = model.graph;
  const auto require = [&where](bool ok, const char* what) {
    if (!ok) throw Error(ErrorCode::format, where + ": preprocessing: " + what + ".");
  };
  require(pre.points > 0 && pre.points <= kMaxPoints, "the number of points is out of range");
  require(pre.input == graph.input_shape(), "its input differs from the network's");
  try {
    check_head(*graph.head(), graph.output_shape(), pre.points);
  } catch (const Error& error) {
    throw Error(ErrorCode::format, where + ": preprocessing: " + error.what() + ".");
  }
  const auto channels = static_cast<std::size_t>(pre.input.c);
  require(pre.mean.size() == channels && pre.deviation.size() == channels, "mean or deviation is not one per channel");
  for (const float deviation : pre.deviation) require(deviation >= kMinDeviation, "a deviation is below 0.001");
  const auto points = static_cast<std::size_t>(pre.points);
  require(pre.mean_shape.empty() || pre.mean_shape.size() == 2 * points, "the mean shape has another number of points");
  require(pre.point_names.empty() || pre.point_names.size() == points, "there are not as many names as points");
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
  throw Error(ErrorCode::format, file.name() + ": it has version '" + excerpt(version) +
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
    throw Error(ErrorCode::format, file.name() + ": " + key + ": " + printable(error.what()) + ".");
  } catch (const Error& error) {
    throw Error(ErrorCode::format, file.name() + ": " + key + ": " + error.what() + ".");
  }
}

std::map<std::string, std::string> texts_from_json(const std::string& text) {
  return parse_bounded_json(text).get<std::map<std::string, std::string>>();
}

/// The tensor of a parameter, of the right shape.
const SafetensorsFile::Tensor& param_tensor(const SafetensorsFile& file, const ParamSlot& slot) {
  const SafetensorsFile::Tensor* tensor = file.find(slot.name);
  if (tensor == nullptr)
    throw Error(ErrorCode::format, file.name() + ": tensor '" + excerpt(slot.name) + "' is missing.");
  if (tensor->dims != slot.spec.dims) {
    throw Error(ErrorCode::format, file.name() + ": tensor '" + excerpt(slot.name) + "' is " + dims_text(tensor->dims) +
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
    const std::span<float> values(params.at(slot), slot.spec.size());
    file.copy(param_tensor(file, slot), values);
    if (std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); })) continue;
    throw Error(ErrorCode::format, file.name() + ": tensor '" + excerpt(slot.name) +
                                       "' has a value that is not finite. The file is damaged or its training failed.");
  }
  return params;
}

std::map<std::string, std::vector<float>> read_extra(const SafetensorsFile& file, const ParamLayout& layout) {
  std::map<std::string, std::vector<float>> extra;
  for (const SafetensorsFile::Tensor& tensor : file.tensors()) {
    if (layout.find(tensor.name) != nullptr) continue;
    if (!tensor.name.starts_with(kExtraPrefix) || tensor.dims.size() != 1) {
      throw Error(ErrorCode::format,
                  file.name() + ": tensor '" + excerpt(tensor.name) + "' belongs to no layer of its network.");
    }
    std::vector<float>& values = extra[tensor.name.substr(kExtraPrefix.size())];
    values.resize((tensor.end - tensor.begin) / sizeof(float));
    file.copy(tensor, values);
  }
  return extra;
}

constexpr const char* kChecksum = "checksum";

std::string checksum_text(std::span<const std::byte> bytes) {
  std::array<char, 9> text{};
  const std::string_view view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::snprintf(text.data(), text.size(), "%08x", static_cast<unsigned>(crc32c(view)));
  return text.data();
}

/// CRC-32C of the bytes of every tensor, by name.
std::string checksums_to_json(std::span<const TensorView> tensors) {
  Json json = Json::object();
  for (const TensorView& tensor : tensors) json[tensor.name] = checksum_text(tensor.bytes);
  return json.dump();
}

/// True if the file has checksums, which then are right. @throws Error{format} naming the first tensor that differs.
bool verify(const SafetensorsFile& file) {
  if (!file.metadata().contains(kChecksum)) return false;
  const auto sums = parse_metadata(file, kChecksum, texts_from_json);
  for (const SafetensorsFile::Tensor& tensor : file.tensors()) {
    const auto sum = sums.find(tensor.name);
    if (sum != sums.end() && sum->second == checksum_text(file.bytes(tensor))) continue;
    throw Error(
        ErrorCode::format,
        file.name() + ": damaged: tensor '" + excerpt(tensor.name) +
            "' does not have the checksum that was stored with it. Copy the file again from where it was made.");
  }
  return true;
}

}  // namespace

void check_describable(const Graph& graph) {
  // Of each tensor: its name twice, checksum, type, shape and place in the file; then texts of a few kilobytes.
  constexpr std::size_t kPerTensor = 160;
  constexpr std::size_t kTexts = 64U << 10U;
  const ParamLayout layout(graph);
  // The graph stands in a text, so each of its quotes becomes two characters.
  const std::string text = graph_to_json(graph);
  std::size_t bytes = kTexts + text.size() + static_cast<std::size_t>(std::count(text.begin(), text.end(), '"'));
  for (const ParamSlot& slot : layout.slots()) bytes += kPerTensor + 2 * slot.name.size();
  constexpr std::size_t kExtras = 8;  // moments of the optimizer, averages
  if (bytes <= kMaxHeaderBytes && layout.slots().size() + kExtras <= kMaxTensors) return;
  throw Error(ErrorCode::shape, "the network has " + std::to_string(graph.size() - graph.first_layer()) +
                                    " layers, too many for the description of 1 MiB in a model file. Use fewer layers "
                                    "or shorter names.");
}

void save_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint) {
  check(checkpoint, file.string());
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
  const std::string checksums = checksums_to_json(tensors);
  Metadata metadata = {{"fpcpu_version", std::to_string(kCheckpointVersion)},
                       {kChecksum, checksums},
                       {"graph", graph_to_json(checkpoint.graph)},
                       {"preprocessing", preprocessing_to_json(checkpoint.preprocessing)},
                       // A folder name may be in another encoding than UTF-8.
                       {"facts", Json(checkpoint.facts).dump(-1, ' ', false, Json::error_handler_t::replace)},
                       {"state", Json(checkpoint.state).dump()}};
  if (!checkpoint.errors.empty()) metadata[kErrors] = errors_to_json(checkpoint.errors);
  write_safetensors(file, std::move(tensors), metadata);
}

Checkpoint load_checkpoint(const std::filesystem::path& path) {
  const SafetensorsFile file(path);
  check_version(file);
  const bool verified = verify(file);
  Graph graph = graph_from_json(metadata(file, "graph"), file.name());
  Params<float> params = read_params(file, graph);
  Checkpoint checkpoint{
      {std::move(graph), std::move(params), parse_metadata(file, "preprocessing", preprocessing_from_json)}};
  check(checkpoint, file.name());
  checkpoint.graph.fit_heads(checkpoint.preprocessing.mean_shape);
  checkpoint.extra = read_extra(file, checkpoint.params.layout);
  if (file.metadata().contains(kErrors)) {
    checkpoint.errors = parse_metadata(file, kErrors, errors_from_json);
    const Preprocessing& pre = checkpoint.preprocessing;
    if (pre.mean_shape.empty() || checkpoint.errors.level.size() != static_cast<std::size_t>(pre.points)) {
      throw Error(ErrorCode::format, file.name() + ": errors: not one level for each point of a mean shape.");
    }
  }
  checkpoint.facts = parse_metadata(file, "facts", texts_from_json);
  checkpoint.state = parse_metadata(file, "state", texts_from_json);
  checkpoint.verified = verified;
  return checkpoint;
}

}  // namespace fpcpu
