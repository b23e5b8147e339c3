// SPDX-License-Identifier: MIT
#include <cstdio>
#include <filesystem>

#include "cli/arguments.hpp"
#include "cli/chosen_kernels.hpp"
#include "cli/command.hpp"
#include "core/cpu.hpp"
#include "core/file.hpp"
#include "core/foreign_text.hpp"
#include "core/version.hpp"
#include "data/inspect/unseen.hpp"
#include "fpcpu/error.hpp"
#include "graph/zoo/zoo.hpp"
#include "io/checkpoint.hpp"
#include "io/run_model.hpp"

namespace fpcpu::cli {

namespace {

constexpr const char* kInfoExamples = R"(
Examples:
  fpcpu info
  fpcpu info runs/train
)";

void print_machine(const Arguments& a) {
  const auto& table = chosen_kernels(a);
  std::string found;
  const kernels::IsaList list = kernels::available_isas();
  std::string precisions = "fp32";
  for (int i = 0; i < list.count; ++i) {
    found += (i == 0 ? "" : ", ") + std::string(to_string(list.items[i]));
    if (!kernels::has_table(list.items[i], Precision::bf16)) continue;
    precisions += kernels::float_table(list.items[i], Precision::bf16).amx ? ", bf16 (AMX)" : ", bf16";
  }
  std::printf(
      "fpcpu             %s\nprocessor         %s\ncores             %d\nthreads           %d\n"
      "instruction sets  %s\nprecisions        %s\nchosen            %s\n\nmodels\n",
      std::string(kVersion).c_str(), cpu_name().c_str(), available_cores(),
      a.threads() > 0 ? a.threads() : available_cores(), found.c_str(), precisions.c_str(),
      kernels::describe(table).c_str());
  for (const ZooEntry& entry : zoo()) {
    const Graph graph = make_network(entry.name, {});
    std::printf("  %-9s %5.2f M parameters, %6.0f MFLOP, input %s: %s\n", std::string(entry.name).c_str(),
                static_cast<double>(ParamLayout(graph).parameter_count()) / 1e6, graph.flops() / 1e6,
                to_string(graph.input_shape()).c_str(), std::string(entry.summary).c_str());
  }
}

std::string setting_text(const AttributeValue& value) {
  struct Visitor {
    std::string operator()(bool b) const { return b ? "yes" : "no"; }
    std::string operator()(std::int64_t i) const { return std::to_string(i); }
    std::string operator()(double d) const {
      char text[32];
      std::snprintf(text, sizeof(text), "%g", d);
      return text;
    }
    std::string operator()(const std::string& s) const { return s; }
  };
  return std::visit(Visitor{}, value);
}

void print_model(const std::string& where) {
  const std::filesystem::path path = model_file_of(text_path(where));
  const std::string file = path_text(path);
  const Checkpoint model = load_checkpoint(path);
  std::printf("%s: %.2f M parameters, %.0f MFLOP, %.1f MB\ninput   %s\npoints  %d\n", file.c_str(),
              static_cast<double>(model.params.layout.parameter_count()) / 1e6, model.graph.flops() / 1e6,
              static_cast<double>(std::filesystem::file_size(path)) / 1e6, to_string(model.graph.input_shape()).c_str(),
              model.preprocessing.points);
  if (!model.preprocessing.unseen.empty()) {
    std::printf("unseen  %s: visible in no training image, nothing was learnt of it\n",
                printable(point_list(model.preprocessing.point_names, model.preprocessing.unseen)).c_str());
  }
  std::printf("checksum %s\n", model.verified ? "of the weights is right" : "none: an older version wrote the file");
  for (const auto& [name, value] : model.facts) {
    std::printf("%-14s %s\n", printable(name).c_str(), printable(value).c_str());
  }
  std::printf("\n%-16s %-18s %-12s %10s %9s  settings\n", "layer", "kind", "output", "parameters", "MFLOP");
  for (int i = model.graph.first_layer(); i < model.graph.size(); ++i) {
    const Node& node = model.graph.node(i);
    std::size_t parameters = 0;
    for (const ParamSpec& p : node.signature.params) parameters += p.trainable ? p.size() : 0;
    std::string settings;
    const Attributes attributes = node.layer->describe();
    for (const auto& [name, value] : attributes.items()) settings += name + "=" + setting_text(value) + " ";
    std::printf("%-16s %-18s %-12s %10zu %9.2f  %s\n", printable(node.name).c_str(),
                std::string(node.layer->kind()).c_str(), to_string(node.signature.out).c_str(), parameters,
                node.signature.flops / 1e6, settings.c_str());
  }
}

}  // namespace

int run_info(const std::vector<std::string_view>& arguments) {
  Arguments a("info", "info [MODEL]", "Versions, instruction sets and models; or the facts of a model file.",
              kInfoExamples);
  a.precision_option();
  if (!a.parse(arguments)) return kDone;
  if (a.positional().size() > 1) throw Error(ErrorCode::usage, "fpcpu info takes at most one model file.");
  if (!a.positional().empty() && a.has("precision")) {
    throw Error(ErrorCode::usage, "--precision is about the machine; leave it out with a model file.");
  }
  if (a.positional().empty()) {
    print_machine(a);
  } else {
    print_model(a.positional().front());
  }
  return kDone;
}

}  // namespace fpcpu::cli
