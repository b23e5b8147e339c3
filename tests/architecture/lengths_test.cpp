// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "sources.hpp"

/// No file over 400 lines and no function over 60, unless a line before the file's first namespace says why:
/// "// Long: NAME: reason", NAME being the file's or the function's.
namespace {

constexpr std::size_t kLongestFile = 400;
constexpr std::size_t kLongestFunction = 60;

struct Function {
  std::string name;
  std::size_t lines = 0;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream input(text);
  for (std::string line; std::getline(input, line);) lines.push_back(line);
  return lines;
}

std::string without_comment(const std::string& line) {
  static const std::regex kComment(R"(\s*//.*$)");
  return std::regex_replace(line, kComment, "");
}

/// What is inside is measured on its own.
bool is_type(const std::string& line) {
  static const std::regex kType(R"re(^\s*(template <.*> )?(class|struct|union|enum|extern "C")\b)re");
  return std::regex_search(line, kType);
}

/// From its first line to the one in which a body opens; "" if none does.
std::string head_of(const std::vector<std::string>& lines, std::size_t first) {
  std::string head;
  for (std::size_t i = first; i < lines.size(); ++i) {
    const std::string code = without_comment(lines[i]);
    head += code + " ";
    if (code.ends_with('{')) return head;
    if (code.ends_with(';') || code.ends_with('}')) return "";
  }
  return "";
}

/// clang-format gives sources a shape that tells where bodies begin and end: the line that closes one begins with '}'
/// and has the indentation of the statement that opened it, the last one before of that indentation.
std::vector<Function> functions_of(const std::vector<std::string>& lines) {
  static const std::regex kNoStatement(R"(^\s*(//|#|namespace\b|(public|private|protected):$)|^\s*$)");
  static const std::regex kName(R"re(([\w~]+|operator[^\w\s(]+)\()re");
  std::vector<Function> found;
  std::map<std::size_t, std::size_t> open;  // indentation -> line of the last statement
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    if (std::regex_search(line, kNoStatement)) continue;
    const std::size_t indentation = line.find_first_not_of(' ');
    const auto statement = open.find(indentation);
    const bool closes = line[indentation] == '}';
    if (closes && statement != open.end() && !is_type(lines[statement->second]) &&
        std::all_of(open.begin(), statement, [&](const auto& outer) { return is_type(lines[outer.second]); })) {
      const std::string head = head_of(lines, statement->second);
      std::smatch name;
      const bool table = head.find("= {") != std::string::npos;
      if (!table && std::regex_search(head, name, kName)) found.push_back({name[1], i - statement->second + 1});
    }
    open.erase(open.lower_bound(indentation), open.end());
    if (!closes || line.ends_with('{')) open[indentation] = i;
  }
  return found;
}

/// The names that the head of a file gives a reason for.
std::set<std::string> reasons_of(const std::vector<std::string>& lines) {
  static const std::regex kReason(R"(^// Long: (\S+): \S.*)");
  std::set<std::string> names;
  for (const std::string& line : lines) {
    if (line.starts_with("namespace")) break;
    std::smatch match;
    if (std::regex_match(line, match, kReason)) names.insert(match[1]);
  }
  return names;
}

/// What is too long, by name; of functions of one name the longest.
std::map<std::string, std::size_t> long_parts(const std::string& file, const std::string& text) {
  const std::vector<std::string> lines = lines_of(text);
  std::map<std::string, std::size_t> parts;
  if (lines.size() > kLongestFile) parts[file] = lines.size();
  for (const Function& f : functions_of(lines)) {
    if (f.lines > kLongestFunction) parts[f.name] = std::max(parts[f.name], f.lines);
  }
  return parts;
}

std::string some_lines(int count, const std::string& line) {
  std::string text;
  for (int i = 0; i < count; ++i) text += line + "\n";
  return text;
}

TEST_CASE("functions are measured wherever they stand") {
  const std::string body = some_lines(59, "    if (x) y();");
  const std::string text = "namespace a {\n\nconst Table kTable = {\n" + body +
                           "};\n\nvoid free_one(int a,\n    int b) {\n" + body +
                           "}\n\nclass Thing {\n public:\n  Thing(int a)\n      : a_(a) {\n" + body +
                           "  }\n  void inside() {\n    if (x) {\n" + some_lines(61, "      y();") +
                           "    }\n  }\n  int a_;\n};\n\nvoid short_one() {\n" + some_lines(58, "  y();") +
                           "}\n\nTEST_CASE(\"it\") {\n" + body + "}\n\n}  // namespace a\n";
  CHECK(long_parts("a.cpp", text) ==
        std::map<std::string, std::size_t>{{"free_one", 62}, {"Thing", 62}, {"inside", 65}, {"TEST_CASE", 61}});
  CHECK(long_parts("a.cpp", some_lines(401, "int a;")) == std::map<std::string, std::size_t>{{"a.cpp", 401}});
  CHECK(long_parts("a.cpp", some_lines(400, "int a;")).empty());
  CHECK(reasons_of(lines_of("// Long: a.cpp: one table\n// Long: b\nnamespace x {\n// Long: c: late")) ==
        std::set<std::string>{"a.cpp"});
}

TEST_CASE("no file over 400 lines and no function over 60 without a reason in the file's head") {
  std::size_t functions = 0;
  fpcpu::test::for_each_source(
      {"src", "include", "tests", "bench"}, [&](const std::filesystem::path& file, const std::string& text) {
        const std::string name = file.filename().string();
        functions += functions_of(lines_of(text)).size();
        const auto parts = long_parts(name, text);
        const std::set<std::string> reasons = reasons_of(lines_of(text));
        for (const auto& part : parts) {
          CHECK_MESSAGE(reasons.contains(part.first), file.generic_string(), ": ", part.first, " has ", part.second,
                        " lines. Part it by ideas, or say in the file's head: // Long: ", part.first, ": reason");
        }
        for (const std::string& reason : reasons) {
          CHECK_MESSAGE(parts.contains(reason), file.generic_string(), ": ", reason, " is not long; no reason needed");
        }
      });
  CHECK(functions > 2000);
}

}  // namespace
