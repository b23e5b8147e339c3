// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fpcpu/objective.hpp"
#include "graph/graph.hpp"
#include "io/toml.hpp"

namespace fpcpu {

/// One [[name]] table of a TOML file: single values, and lists of texts or numbers.
struct TomlTable {
  int line = 0;
  Attributes values = {};
  std::map<std::string, std::vector<AttributeValue>> lists = {};
};

/// The tables of the array `name` among the entries, in their order. @throws Error{usage} with file and line for
/// values inside values.
[[nodiscard]] std::vector<TomlTable> tables_of(const std::vector<TomlEntry>& entries, std::string_view name,
                                               const std::string& file);

/// The list of texts `name` of a table; a single text is a list of one. @throws Error{usage} with file and line.
[[nodiscard]] std::vector<std::string> texts_of(const TomlTable& table, const std::string& name,
                                                const std::string& file);

/// What a network's file says about its training: [[stream]], [[term]], [[group]], [[stage]] (docs/models.md).
/// @throws Error{usage} with file and line for unknown keys, values of another type, and names of outputs, losses,
/// terms and parameters that `graph` and the recipe do not have. Streams may come from the data, so their names are not
/// looked at.
[[nodiscard]] Recipe read_recipe(const std::vector<TomlEntry>& entries, const Graph& graph, const std::string& file);

/// Names of the arrays that read_recipe() reads.
[[nodiscard]] std::vector<std::string_view> recipe_tables();

}  // namespace fpcpu
