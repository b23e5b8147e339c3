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

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_of_word(char c) {
  return is_digit(c) || is_letter(c) || std::string_view("+-._:").find(c) != std::string_view::npos;
}

/// Takes digits, with single underscores between them, off the front. False if there are none.
bool take_digits(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && (is_digit(text[n]) || (text[n] == '_' && n > 0 && is_digit(text[n - 1])))) ++n;
  const bool good = n > 0 && text[n - 1] != '_';
  text.remove_prefix(n);
  return good;
}

bool is_number(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  if (text == "inf" || text == "nan") return true;
  if (!take_digits(text)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!take_digits(text)) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (!take_digits(text)) return false;
  }
  return text.empty();
}

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
  [[noreturn]] void fail_dots() const { fail("a key with more than " + std::to_string(kMaxDots) + " dots."); }
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
    if (in_value_ && is_of_word(c)) {
      read_word();
      return;
    }
    if (in_value_ && (c == '[' || c == '{')) require_beginning();
    if (c != ' ' && c != '\t' && c != '\r') before_ = c;
    follow_structure(c);
    if (std::string_view("=,{[\n").find(c) != std::string_view::npos) dots_ = 0;
    if (c == '.' && ++dots_ > kMaxDots) fail_dots();
    ++at_;
  }

  /// In the middle of a bare word toml++ reads on without seeing quotes and brackets, and what this scanner takes for a
  /// text reaches it bare.
  void require_beginning() const {
    if (std::string_view("\n=,[{.").find(before_) != std::string_view::npos) return;
    fail(std::string("'") + text_[at_] + "' in the middle of a value or a key.");
  }

  /// A bare value, or a key in an inline table. What toml++ does with bytes that only begin like a number is undefined.
  void read_word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_of_word(text_[at_])) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    const std::size_t next = text_.find_first_not_of(" \t", at_);
    const bool is_key = next != std::string_view::npos && text_[next] == '=';
    if (is_key && std::count(word.begin(), word.end(), '.') > kMaxDots) fail_dots();
    if (!is_key && is_of_word(before_))
      fail_at(begin, "a blank inside a value; put a comma between two, quotes around texts.");
    if (!is_key && word != "true" && word != "false" && !is_number(word)) fail_word(begin, word);
    before_ = word.back();
  }

  [[noreturn]] void fail_word(std::size_t at, std::string_view word) const {
    const std::string what = "'" + excerpt(word) + "' is neither a number nor true or false; texts need quotes.";
    const bool other_line = text_.substr(value_at_, at - value_at_).find('\n') != std::string_view::npos;
    if (!other_line) fail_at(at, what);
    fail_at(value_at_, "in the list that begins here, " + what + " Or is a bracket or a comma missing?");
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
    const bool named =
        is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '"' || c == '\'' || (c == '[' && !second);
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
