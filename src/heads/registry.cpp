// SPDX-License-Identifier: MIT
#include "heads/registry.hpp"

#include "core/foreign_text.hpp"
#include "core/nearest.hpp"
#include "fpcpu/error.hpp"
#include "heads/named_options.hpp"

namespace fpcpu {

// One line for each: NAME stands for the function of that name in kinds/NAME.cpp or losses/NAME.cpp.
#define FPCPU_HEADS(NAME) \
  NAME(coordinates)       \
  NAME(heatmaps)

#define FPCPU_LOSSES(NAME) \
  NAME(mse)                \
  NAME(l1)                 \
  NAME(smooth_l1)          \
  NAME(wing)               \
  NAME(heatmap_mse)

namespace heads {
#define FPCPU_DECLARE(NAME) HeadRecipe NAME();
FPCPU_HEADS(FPCPU_DECLARE)
#undef FPCPU_DECLARE
}  // namespace heads

namespace losses {
#define FPCPU_DECLARE(NAME) LossRecipe NAME();
FPCPU_LOSSES(FPCPU_DECLARE)
#undef FPCPU_DECLARE
}  // namespace losses

namespace {

const std::vector<HeadRecipe>& all_heads() {
#define FPCPU_ENTRY(NAME) heads::NAME(),
  static const std::vector<HeadRecipe> all = {FPCPU_HEADS(FPCPU_ENTRY)};
#undef FPCPU_ENTRY
  return all;
}

const std::vector<LossRecipe>& all_losses() {
#define FPCPU_ENTRY(NAME) losses::NAME(),
  static const std::vector<LossRecipe> all = [] {
    std::vector<LossRecipe> losses = {FPCPU_LOSSES(FPCPU_ENTRY)};
    for (const HeadRecipe& head : all_heads()) losses.insert(losses.end(), head.losses.begin(), head.losses.end());
    return losses;
  }();
#undef FPCPU_ENTRY
  return all;
}

const LossRecipe& find_loss(const std::string& name) {
  for (const LossRecipe& entry : all_losses()) {
    if (entry.name == name) return entry;
  }
  throw Error(ErrorCode::usage, "unknown loss '" + excerpt(name) + "'." + suggest(name, loss_names()));
}

LossPtr read_loss(const LossRecipe& entry, const Attributes& options, const Head* head) {
  AttributeReader reader("loss " + std::string(entry.name), options);
  LossPtr loss = entry.read(reader, head);
  reader.finish();
  return loss;
}

}  // namespace

HeadPtr make_head(std::string_view kind, const Attributes& attributes, const std::string& where) {
  for (const HeadRecipe& entry : all_heads()) {
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
  for (const HeadRecipe& entry : all_heads()) kinds.push_back(entry.kind);
  return kinds;
}

std::vector<std::string_view> last_layer_names() {
  std::vector<std::string_view> names;
  for (const HeadRecipe& entry : all_heads()) names.push_back(entry.layer);
  return names;
}

LastLayer make_last_layer(std::string_view name, const Attributes& attributes, int points) {
  for (const HeadRecipe& entry : all_heads()) {
    if (entry.layer != name) continue;
    AttributeReader reader(std::string(name), attributes);
    const bool bias = reader.boolean("bias", true);
    const HeadPtr head = entry.read(reader);
    reader.finish();
    return {head->last_layer(points, bias), head};
  }
  throw Error(ErrorCode::usage, "no head has a layer '" + excerpt(name) + "'." + suggest(name, last_layer_names()));
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
  const LossRecipe& entry = find_loss(named.name);
  return read_loss(entry, named.options, nullptr);
}

LossPtr make_loss(std::string_view text, const Head& head) {
  const NamedOptions named = parse_named_options(text == "auto" ? head.usual_loss() : text);
  const LossRecipe& entry = find_loss(named.name);
  if (!entry.head.empty() && entry.head != head.kind()) {
    throw Error(ErrorCode::usage, "loss '" + named.name + "' is for " + std::string(entry.head) +
                                      ", but this network emits " + std::string(head.kind()) + "; use " +
                                      std::string(head.usual_loss()) + ".");
  }
  return read_loss(entry, named.options, &head);
}

std::vector<std::string_view> loss_names() {
  std::vector<std::string_view> names;
  for (const LossRecipe& entry : all_losses()) names.push_back(entry.name);
  return names;
}

std::vector<std::string> loss_usages(std::string_view head) {
  std::vector<std::string> usages;
  for (const LossRecipe& entry : all_losses()) {
    if (entry.head != head) continue;
    usages.emplace_back(entry.name);
    if (!entry.options.empty()) usages.back().append(":").append(entry.options);
  }
  return usages;
}

}  // namespace fpcpu
