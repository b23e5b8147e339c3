// SPDX-License-Identifier: MIT
#include "io/recipe_text.hpp"

#include "core/foreign_text.hpp"
#include "fpcpu/error.hpp"
#include "graph/objective.hpp"

namespace fpcpu {

namespace {

constexpr std::size_t kMaxTables = 1000;

[[noreturn]] void fail(const std::string& file, int line, const std::string& what) {
  throw Error(ErrorCode::usage, file + " line " + std::to_string(line) + ": " + what);
}

void add(TomlTable& table, std::string_view key, const TomlEntry& entry, const std::string& file) {
  const std::size_t end = key.find_first_of(".[");
  if (end == std::string_view::npos) {
    table.values.set(std::string(key), entry.value);
    return;
  }
  const std::string name(key.substr(0, end));
  const auto value = array_element(key, name);
  if (!value || !value->second.empty()) {
    fail(file, entry.line, "'" + excerpt(key) + "' must be a single value or a list of them.");
  }
  table.lists[name].push_back(entry.value);
}

/// Reads one table; what it does not know, or knows under another type, is an error with the line of the table.
template <class Result, class Read>
std::vector<Result> read_all(const std::vector<TomlEntry>& entries, std::string_view name, const std::string& file,
                             const Read& read) {
  std::vector<Result> all;
  for (const TomlTable& table : tables_of(entries, name, file)) {
    try {
      TomlTable scalars = table;
      // The reader looks for mistyped names; what lists hold is looked at by texts_of.
      for (const auto& [key, values] : table.lists) scalars.values.set(key, std::string());
      AttributeReader reader("[[" + std::string(name) + "]]", scalars.values);
      all.push_back(read(reader, table));
      reader.finish();
    } catch (const Error& error) {
      if (std::string_view(error.what()).starts_with(file)) throw;
      fail(file, table.line, error.what());
    }
  }
  return all;
}

}  // namespace

std::vector<TomlTable> tables_of(const std::vector<TomlEntry>& entries, std::string_view name,
                                 const std::string& file) {
  std::vector<TomlTable> tables;
  for (const TomlEntry& entry : entries) {
    const auto element = array_element(entry.key, name);
    if (!element) continue;
    const auto& [index, key] = *element;
    if (index >= kMaxTables) fail(file, entry.line, "too many [[" + std::string(name) + "]] tables.");
    if (key.empty()) fail(file, entry.line, std::string(name) + " must be tables: [[" + std::string(name) + "]].");
    if (index >= tables.size()) tables.resize(index + 1);
    if (tables[index].line == 0) tables[index].line = entry.line;
    add(tables[index], key, entry, file);
  }
  return tables;
}

std::vector<std::string> texts_of(const TomlTable& table, const std::string& name, const std::string& file) {
  std::vector<AttributeValue> values;
  if (const AttributeValue* one = table.values.find(name)) values.push_back(*one);
  if (const auto list = table.lists.find(name); list != table.lists.end()) values = list->second;
  std::vector<std::string> texts;
  for (const AttributeValue& value : values) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) fail(file, table.line, name + " must be texts in quotes.");
    texts.push_back(*text);
  }
  return texts;
}

std::vector<std::string_view> recipe_tables() { return {"stream", "term", "group", "stage"}; }

Recipe read_recipe(const std::vector<TomlEntry>& entries, const Graph& graph, const std::string& file) {
  // A list that is looked up has been asked for.
  const auto list = [&](AttributeReader& reader, const TomlTable& table, const char* name) {
    static_cast<void>(reader.text(name, ""));
    return texts_of(table, name, file);
  };
  const ParamLayout layout(graph);
  const std::vector<Output> outputs = graph.outputs();
  std::vector<Term> terms;
  Recipe recipe;
  recipe.streams = read_all<StreamSpec>(entries, "stream", file, [&](AttributeReader& reader, const TomlTable&) {
    static_cast<void>(reader.text("shape", ""));  // the network's business
    return StreamSpec{reader.text("name", ""), reader.text("source", "")};
  });
  recipe.terms = read_all<TermSpec>(entries, "term", file, [&](AttributeReader& reader, const TomlTable& table) {
    TermSpec term;
    term.name = reader.text("name", "");
    term.loss = reader.text("loss", "auto");
    term.outputs = list(reader, table, "outputs");
    term.targets = list(reader, table, "targets");
    term.weights = reader.text("weights", "");
    term.weight = reader.number("weight", 1.0);
    terms.push_back(resolve_term(term, outputs, terms));
    return term;
  });
  recipe.groups = read_all<GroupSpec>(entries, "group", file, [&](AttributeReader& reader, const TomlTable&) {
    GroupSpec group;
    group.parameters = reader.text("parameters", "");
    group.rate = reader.number("rate", 1.0);
    group.weight_decay = reader.number("weight_decay", -1.0);
    group.optimizer = reader.text("optimizer", "");
    group.frozen = reader.boolean("frozen", false);
    if (group.parameters.empty()) {
      throw Error(ErrorCode::usage, "[[group]]: it needs parameters = \"PATTERN\", for example \"conv*\".");
    }
    static_cast<void>(layout.trainable_like(group.parameters));
    return group;
  });
  recipe.stages = read_all<StageSpec>(entries, "stage", file, [&](AttributeReader& reader, const TomlTable& table) {
    StageSpec stage;
    stage.epochs = reader.number("epochs", 0.0);
    stage.steps = reader.integer("steps", 0);
    stage.terms = list(reader, table, "terms");
    stage.frozen = list(reader, table, "frozen");
    // Without terms there is one, whose loss is the command line's.
    if (!terms.empty()) static_cast<void>(terms_of(stage, terms));
    for (const std::string& pattern : stage.frozen) static_cast<void>(layout.trainable_like(pattern));
    return stage;
  });
  return recipe;
}

}  // namespace fpcpu
