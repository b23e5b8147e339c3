// SPDX-License-Identifier: MIT
#include "heads/registry.hpp"

#include <algorithm>
#include <array>

#include "core/foreign_text.hpp"
#include "core/nearest.hpp"
#include "fpcpu/error.hpp"
#include "heads/named_options.hpp"

namespace fpcpu {

namespace {

struct HeadEntry {
  std::string_view kind;
  HeadPtr (*read)(AttributeReader& reader);
};

constexpr std::array kHeads = std::to_array<HeadEntry>({
    {kCoordinates, read_coordinates_head},
    {kHeatmaps, read_heatmaps_head},
});

struct LossEntry {
  std::string_view name;
  std::string_view options;  // with their usual values, as users write them
  std::string_view head;     // whose numbers it reads
  LossPtr (*read)(AttributeReader& reader, const Attributes& head);
};

constexpr std::array kLosses = std::to_array<LossEntry>({
    {"mse", "", kCoordinates, read_mse_loss},
    {"l1", "", kCoordinates, read_l1_loss},
    {"smooth-l1", "knee=2", kCoordinates, read_smooth_l1_loss},
    {"wing", "w=10,epsilon=2", kCoordinates, read_wing_loss},
    {"heatmap-mse", "", kHeatmaps, read_heatmap_mse_loss},
});

const LossEntry& find_loss(const std::string& name) {
  for (const LossEntry& entry : kLosses) {
    if (entry.name == name) return entry;
  }
  throw Error(ErrorCode::usage, "unknown loss '" + excerpt(name) + "'." + suggest(name, loss_names()));
}

LossPtr read_loss(const LossEntry& entry, const Attributes& options, const Attributes& head) {
  AttributeReader reader("loss " + std::string(entry.name), options);
  LossPtr loss = entry.read(reader, head);
  reader.finish();
  return loss;
}

}  // namespace

HeadPtr make_head(std::string_view kind, const Attributes& attributes, const std::string& where) {
  for (const HeadEntry& entry : kHeads) {
    if (entry.kind != kind) continue;
    AttributeReader reader(where, attributes);
    HeadPtr head = entry.read(reader);
    reader.finish();
    return head;
  }
  throw Error(ErrorCode::usage,
              where + ": unknown kind of head '" + excerpt(kind) + "'." + suggest(kind, head_kinds()));
}

HeadPtr make_head(std::string_view text) {
  const NamedOptions named = parse_named_options(text);
  return make_head(named.name, named.options, "head " + excerpt(named.name));
}

std::string to_text(const Head& head) { return to_text(NamedOptions{std::string(head.kind()), head.describe()}); }

std::vector<std::string_view> head_kinds() {
  std::vector<std::string_view> kinds;
  for (const HeadEntry& entry : kHeads) kinds.push_back(entry.kind);
  return kinds;
}

HeadPtr usual_head(const Shape& output) {
  return output.h * output.w > 1 ? make_heatmaps_head() : make_coordinates_head();
}

void check_head(const Head& head, const Shape& output, int points) {
  if (head.points(output) == points && points > 0) return;
  throw Error(ErrorCode::shape, "the network ends in " + to_string(output) + "; a head of " + std::string(head.kind()) +
                                    " needs " + head.needs(points) + " for " + std::to_string(points) + " points");
}

LossPtr make_loss(std::string_view text) {
  const NamedOptions named = parse_named_options(text);
  const LossEntry& entry = find_loss(named.name);
  return read_loss(entry, named.options, {});
}

LossPtr make_loss(std::string_view text, const Head& head) {
  const NamedOptions named = parse_named_options(text == "auto" ? head.usual_loss() : text);
  const LossEntry& entry = find_loss(named.name);
  if (entry.head != head.kind()) {
    throw Error(ErrorCode::usage, "loss '" + named.name + "' is for " + std::string(entry.head) +
                                      ", but this network emits " + std::string(head.kind()) + "; use " +
                                      std::string(head.usual_loss()) + ".");
  }
  return read_loss(entry, named.options, head.describe());
}

std::vector<std::string_view> loss_names() {
  std::vector<std::string_view> names;
  for (const LossEntry& entry : kLosses) names.push_back(entry.name);
  return names;
}

std::vector<std::string> loss_usages(std::string_view head) {
  std::vector<std::string> usages;
  for (const LossEntry& entry : kLosses) {
    if (entry.head != head) continue;
    usages.emplace_back(entry.name);
    if (!entry.options.empty()) usages.back().append(":").append(entry.options);
  }
  return usages;
}

}  // namespace fpcpu
