// SPDX-License-Identifier: MIT
#include "io/toml_text.hpp"

#include <algorithm>
#include <cstddef>

#include "core/foreign_text.hpp"
#include "fpcpu/error.hpp"

namespace fpcpu {

namespace {

constexpr int kMaxDots = 8;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class Scanner {
 public:
  Scanner(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  void run() {
    while (at_ < text_.size()) {
      check_character();
      if (quote_.empty()) {
        outside();
      } else {
        inside();
      }
    }
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { fail_at(at_, what); }
  [[noreturn]] void fail_at(std::size_t at, const std::string& what) const {
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    throw Error(ErrorCode::format, name_ + " line " + std::to_string(line) + ": " + what);
  }
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  [[nodiscard]] bool starts(std::string_view what) const { return rest().starts_with(what); }

  void check_character() const {
    const auto byte = static_cast<unsigned char>(text_[at_]);
    const std::size_t length = utf8_length(rest());
    if (length == 0) fail("a byte '" + printable(rest().substr(0, 1)) + "' that is not UTF-8. Save the file as UTF-8.");
    const bool control = byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';
    if (control || byte == 0x7F) fail("a control character '" + printable(rest().substr(0, 1)) + "'; remove it.");
  }

  /// Keys, numbers and punctuation.
  void outside() {
    const char c = text_[at_];
    if (c == '#') {
      skip_comment();
      return;
    }
    for (const std::string_view quote : {"\"\"\"", "'''", "\"", "'"}) {
      if (!starts(quote)) continue;
      require_beginning();
      quote_ = quote;
      at_ += quote.size();
      return;
    }
    if (static_cast<unsigned char>(c) >= 0x80) {
      fail("'" + printable(rest().substr(0, utf8_length(rest()))) +
           "' stands outside quotes; only comments and texts in quotes may have letters beyond a-z.");
    }
    if (in_value_ && (c == '[' || c == '{')) require_beginning();
    if (in_value_) require_one_word(c);
    if (c != ' ' && c != '\t' && c != '\r') before_ = c;
    follow_structure(c);
    if (std::string_view("=,{[\n").find(c) != std::string_view::npos) dots_ = 0;
    if (c == '.' && ++dots_ > kMaxDots) fail("a key with more than " + std::to_string(kMaxDots) + " dots.");
    ++at_;
  }

  /// In the middle of a bare word toml++ reads on without seeing quotes and brackets, and what this scanner takes for a
  /// text reaches it bare.
  void require_beginning() const {
    if (std::string_view("\n=,[{").find(before_) != std::string_view::npos) return;
    if (before_ == '.' && !in_value_) return;  // a."b" = 1
    fail(std::string("'") + text_[at_] + "' in the middle of a value or a key.");
  }

  static bool is_of_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("+-._:").find(c) != std::string_view::npos;
  }

  /// Only dates may have a blank within, which no option is; what merely resembles one toml++ reads beyond its end.
  void require_one_word(char c) const {
    const char left = text_[at_ - 1];
    if ((left != ' ' && left != '\t') || !is_of_word(c) || !is_of_word(before_)) return;
    fail("a blank inside a value; texts need quotes, the values of a list commas between them.");
  }

  /// Where a value begins and ends, and that a table has a name where none does.
  void follow_structure(char c) {
    if (c == '\n' && open_.empty()) in_value_ = false;
    if (c == '=') begin_value();
    if (!in_value_ && c == '[') check_header();
    if (!in_value_) return;
    if (c == ',' && !open_.empty() && open_.back() == kFilled) open_.back() = '{';
    if (c == '[' || c == '{') open_ += c;
    if (c != ']' && c != '}') return;
    const char last = open_.empty() ? ' ' : open_.back();
    if (c == ']' ? last != '[' : (last != '{' && last != kFilled))
      fail(std::string("'") + c + "' closes nothing here.");
    open_.pop_back();
  }

  /// `at_` is at '='. Behind a second one toml++ reads brackets and quotes as parts of a bare word.
  void begin_value() {
    const bool in_table = !open_.empty() && open_.back() == '{';
    if (in_value_ && !in_table)
      fail_at(value_at_, "'=' inside the value that begins here; is a bracket or a comma missing?");
    if (!in_value_) value_at_ = at_;
    if (in_table) open_.back() = kFilled;
    in_value_ = true;
  }

  /// `at_` is at the first or second bracket of [name] or [[name]].
  void check_header() const {
    const bool second = at_ > 0 && text_[at_ - 1] == '[';
    std::size_t next = at_ + 1;
    while (next < text_.size() && (text_[next] == ' ' || text_[next] == '\t')) ++next;
    const char c = next < text_.size() ? text_[next] : '\n';
    const bool named = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                       c == '-' || c == '"' || c == '\'' || (c == '[' && !second);
    if (!named) fail("expected the name of a table behind '['.");
  }

  void skip_comment() {
    while (at_ < text_.size() && text_[at_] != '\n') {
      check_character();
      at_ += utf8_length(rest());
    }
  }

  void inside() {
    const bool one_line = quote_.size() == 1;
    if (starts(quote_)) {
      at_ += quote_.size();
      quote_ = {};
      before_ = '"';
    } else if (one_line && text_[at_] == '\n') {
      fail("a text without its closing quote " + std::string(quote_) + ".");
    } else if (quote_.front() == '"' && text_[at_] == '\\' && at_ + 1 < text_.size()) {
      ++at_;
      // toml++ takes what follows for blanks at the end of a line, which most letters beyond ASCII must not reach.
      if (text_[at_] <= ' ' || static_cast<unsigned char>(text_[at_]) >= 0x7F) {
        fail("a backslash with nothing to escape behind it.");
      }
      ++at_;
    } else {
      at_ += utf8_length(rest());
    }
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
  std::string_view quote_;  // what closes the text in quotes that `at_` is in; empty outside
  char before_ = '\n';      // the last character outside texts that is no blank
  int dots_ = 0;            // of the key that `at_` may be in
  std::size_t value_at_ = 0;
  bool in_value_ = false;  // behind '=', to the end of the line or of the list
  static constexpr char kFilled = ':';
  std::string open_;  // brackets of the value that are not closed yet; kFilled for a '{' whose key has its '='
};

}  // namespace

void check_toml_text(std::string_view text, const std::string& name) {
  if (text.size() > kMaxTomlBytes) {
    throw Error(ErrorCode::format, name + ": too long, a TOML file ends at 1 MiB.");
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Scanner(text, name).run();
}

}  // namespace fpcpu
