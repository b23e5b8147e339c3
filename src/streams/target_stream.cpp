// SPDX-License-Identifier: MIT
#include "streams/target_stream.hpp"

#include <algorithm>

#include "core/foreign_text.hpp"
#include "core/nearest.hpp"
#include "fpcpu/error.hpp"
#include "heads/named_options.hpp"
#include "streams/offered_stream.hpp"
#include "streams/registry.hpp"

namespace fpcpu {

namespace {

/// Null if there is none of this name.
const StreamSource* find_source(std::string_view name) {
  const std::vector<StreamSource>& all = all_stream_sources();
  const auto found = std::find_if(all.begin(), all.end(), [&](const StreamSource& s) { return s.name == name; });
  return found == all.end() ? nullptr : &*found;
}

/// The option of a source that is a path; empty: it reads no file, or none is given.
std::string file_of(const StreamSource& source, const Attributes& options) {
  const AttributeValue* value = options.find(source.file);
  const auto* path = value == nullptr ? nullptr : std::get_if<std::string>(value);
  return path == nullptr ? "" : *path;
}

TargetStream make_target_stream(const StreamSpec& spec, const StreamContext& context) {
  NamedOptions named = parse_named_options(spec.source);
  const StreamSource* source = find_source(named.name);
  if (source == nullptr) {
    throw Error(ErrorCode::usage, "stream '" + excerpt(spec.name) + "': unknown source '" + excerpt(named.name) + "'." +
                                      suggest(named.name, stream_sources()));
  }
  const auto file = context.files.find(file_of(*source, named.options));
  if (file != context.files.end()) named.options.set(std::string(source->file), file->second);
  AttributeReader reader("stream '" + excerpt(spec.name) + "' from " + named.name, named.options);
  try {
    TargetStream stream = source->read(reader, context);
    reader.finish();
    stream.name = spec.name;
    return stream;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::io) throw;
    throw Error(error.code(), "stream '" + excerpt(spec.name) + "': " + error.what() +
                                  " A relative path is looked up from the working directory.");
  }
}

}  // namespace

std::string file_of(const StreamSpec& spec) {
  const NamedOptions named = parse_named_options(spec.source);
  const StreamSource* source = find_source(named.name);
  return source == nullptr ? "" : file_of(*source, named.options);
}

std::vector<TargetStream> make_target_streams(const std::vector<StreamSpec>& specs, const StreamContext& context) {
  std::vector<TargetStream> streams;
  const auto is_taken = [&](const std::string& name) {
    return std::any_of(streams.begin(), streams.end(), [&](const TargetStream& s) { return s.name == name; });
  };
  for (const StreamSpec& spec : specs) {
    if (spec.name.empty() || is_taken(spec.name)) {
      throw Error(ErrorCode::usage, "stream '" + excerpt(spec.name) + "': a stream needs a name of its own.");
    }
    streams.push_back(make_target_stream(spec, context));
  }
  const std::vector<OfferedStream> offered = context.data->streams();
  for (std::size_t i = 0; i < offered.size(); ++i) {
    if (!is_taken(offered[i].name)) streams.push_back(make_offered_stream(context, i));
  }
  return streams;
}

std::vector<std::string_view> stream_sources() {
  std::vector<std::string_view> names;
  for (const StreamSource& source : all_stream_sources()) names.push_back(source.name);
  return names;
}

}  // namespace fpcpu
