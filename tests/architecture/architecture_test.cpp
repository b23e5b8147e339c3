// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "sources.hpp"

/// The rules of the house that a compiler does not check: arrows between rooms go down, third-party headers stay in one
/// room, the library neither prints nor exits, sources are ASCII.
namespace {

namespace fs = std::filesystem;

using fpcpu::test::for_each_source;
using fpcpu::test::kRoot;
using fpcpu::test::read_source;

// A room may include itself and rooms of a lower floor; two rooms of one floor are neighbours and do not meet.
const std::map<std::string, int> kFloor = {{"core", 0},   {"kernels", 1}, {"layers", 2}, {"heads", 3},   {"graph", 4},
                                           {"data", 4},   {"io", 5},      {"optim", 5},  {"options", 6}, {"streams", 6},
                                           {"report", 7}, {"train", 8},   {"search", 9}, {"predict", 8}, {"cli", 10}};

// Public headers belong to the room that implements them; plain structs that all share belong to core.
const std::map<std::string, std::string> kPublicRoom = {
    {"error.hpp", "core"},    {"shape.hpp", "core"},    {"model.hpp", "core"},
    {"layers.hpp", "layers"}, {"losses.hpp", "heads"},  {"objective.hpp", "heads"},
    {"network.hpp", "graph"}, {"dataset.hpp", "data"},  {"train_options.hpp", "options"},
    {"trainer.hpp", "train"}, {"search.hpp", "search"}, {"predictor.hpp", "predict"},
    {"fpcpu.hpp", "cli"}};

const std::map<std::string, std::vector<std::string>> kThirdParty = {{"oneapi/", {"core"}},
                                                                     {"tbb/", {"core"}},
                                                                     {"stb", {"data"}},
                                                                     {"png.h", {"data"}},
                                                                     {"cxxopts", {"cli", "bench"}},
                                                                     {"hwy/", {"kernels"}},
                                                                     {"nlohmann/", {"io", "data", "bench", "tests"}},
                                                                     {"pugixml", {"data"}},
                                                                     {"toml", {"io"}},
                                                                     {"doctest/", {"tests"}}};

struct Include {
  std::string file;
  std::string room;
  std::string header;
  bool quoted = false;
};

/// "src/core/arena.hpp" is in core, "bench/x.cpp" in bench, "include/fpcpu/error.hpp" where kPublicRoom says.
std::string room_of(const fs::path& file) {
  auto part = file.begin();
  const std::string top = part->string();
  if (top == "src") return (++part)->string();
  if (top != "include") return top;
  const auto it = kPublicRoom.find(file.filename().string());
  return it == kPublicRoom.end() ? "include/fpcpu/" + file.filename().string() : it->second;
}

std::vector<Include> includes(const std::vector<std::string>& folders) {
  static const std::regex kInclude(R"re(^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"])re");
  std::vector<Include> found;
  for_each_source(folders, [&](const fs::path& file, const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      std::smatch match;
      if (!std::regex_search(line, match, kInclude)) continue;
      found.push_back({file.generic_string(), room_of(file), match[2], match[1] == "\""});
    }
  });
  return found;
}

/// The room a quoted header belongs to, or "" when it is none of the project's.
std::string room_of_header(const std::string& header) {
  const fs::path path(header);
  if (path.begin()->string() == "fpcpu") return room_of(fs::path("include") / path);
  return path.begin()->string();
}

TEST_CASE("the rooms are the ones this test knows") {
  for (const auto& entry : fs::directory_iterator(kRoot / "src")) {
    CHECK_MESSAGE(kFloor.contains(entry.path().filename().string()), entry.path().string());
  }
  for (const auto& entry : fs::directory_iterator(kRoot / "include/fpcpu")) {
    CHECK_MESSAGE(kPublicRoom.contains(entry.path().filename().string()), entry.path().string());
  }
}

TEST_CASE("a room includes lower rooms only, never a neighbour") {
  const auto all = includes({"src", "include"});
  CHECK(all.size() > 50);
  for (const Include& i : all) {
    if (!i.quoted) continue;
    const std::string target = room_of_header(i.header);
    CAPTURE(i.file);
    CAPTURE(i.header);
    if (!kFloor.contains(target)) {
      FAIL_CHECK("write \"room/file.hpp\" or \"fpcpu/file.hpp\"");
      continue;
    }
    // The header that includes all public ones is for users of the library.
    if (i.file == "include/fpcpu/fpcpu.hpp") continue;
    CHECK_MESSAGE((target == i.room || kFloor.at(target) < kFloor.at(i.room)), i.room, " must not know ", target);
  }
}

TEST_CASE("a public header includes public headers only, so that an installed one is complete") {
  for (const Include& i : includes({"include"})) {
    CHECK_MESSAGE((!i.quoted || i.header.starts_with("fpcpu/")), i.file, " includes ", i.header);
    CHECK_MESSAGE(!i.header.starts_with("Eigen/"), i.file, " includes ", i.header);
  }
}

TEST_CASE("third-party headers stay in their room") {
  for (const Include& i : includes({"src", "include", "bench", "tests"})) {
    for (const auto& [prefix, rooms] : kThirdParty) {
      if (i.quoted || !i.header.starts_with(prefix)) continue;
      CHECK_MESSAGE(std::find(rooms.begin(), rooms.end(), i.room) != rooms.end(), i.file, " includes ", i.header);
    }
    // Eigen is everybody's vocabulary except where files are compiled for one instruction set.
    if (i.header.starts_with("Eigen/")) CHECK_MESSAGE(!i.file.starts_with("src/kernels/simd/"), i.file);
  }
}

TEST_CASE("the library never prints and never exits") {
  static const std::regex kComment(R"(//[^\n]*)");
  static const std::regex kForbidden(
      R"(\bstd::(cout|cerr|clog|exit|abort|terminate|quick_exit)\b|\b(printf|fprintf|puts|putchar|perror|exit|_exit|abort)\s*\()");
  for_each_source({"src", "include"}, [](const fs::path& file, const std::string& text) {
    if (room_of(file) == "cli") return;
    const std::string code = std::regex_replace(text, kComment, "");
    std::smatch match;
    const bool found = std::regex_search(code, match, kForbidden);
    CHECK_MESSAGE(!found, file.generic_string(), " uses ", match.str());
  });
}

TEST_CASE("sources are ASCII and end with a line end") {
  for_each_source({"src", "include", "bench", "tests"}, [](const fs::path& file, const std::string& text) {
    const bool ascii =
        std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 128; });
    CHECK_MESSAGE(ascii, file.generic_string());
    CHECK_MESSAGE((!text.empty() && text.back() == '\n'), file.generic_string());
  });
}

TEST_CASE("every source names its licence") {
  std::size_t sources = 0;
  for (const char* folder : {"src", "include", "bench", "tests", "scripts", "cmake"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
      const std::string ending = entry.path().extension().string();
      const std::string name = entry.path().filename().string();
      const bool script = std::string(folder) == "scripts" && ending.empty();
      const bool hash = script || ending == ".py" || ending == ".cmake" || name == "CMakeLists.txt";
      if (!entry.is_regular_file() || (!hash && ending != ".cpp" && ending != ".hpp" && ending != ".js")) continue;
      ++sources;
      std::string text = read_source(entry.path());
      if (text.starts_with("#!")) text.erase(0, text.find('\n') + 1);
      const std::string line = std::string(hash ? "# " : "// ") + "SPDX-License-Identifier: MIT\n";
      CHECK_MESSAGE(text.starts_with(line), entry.path().string(), " lacks ", line);
    }
  }
  CHECK(sources > 300);
  CHECK(fs::exists(kRoot / "LICENSE"));
}

}  // namespace
