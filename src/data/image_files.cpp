// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <set>

#include "core/file.hpp"
#include "data/image_gate/signature.hpp"
#include "fpcpu/dataset.hpp"

namespace fpcpu {

namespace {

namespace fs = std::filesystem;
using image_gate::Kind;

constexpr std::size_t kNamesShown = 3;

bool ends_like_an_image(const fs::path& file) {
  std::string ending = path_text(file.extension());
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  static constexpr std::array kEndings = {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp"};
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

Kind kind_of_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::array<char, image_gate::kSignatureBytes> beginning{};
  in.read(beginning.data(), beginning.size());
  return image_gate::kind_of({beginning.data(), static_cast<std::size_t>(in.gcount())});
}

/// What was seen and not taken, by kind.
class LeftOut {
 public:
  void add(Kind kind, std::string name) { names_[kind].push_back(std::move(name)); }

  [[nodiscard]] std::string text() const {
    std::string pictures;
    std::size_t count = 0;
    std::string others;
    for (const auto& [kind, names] : names_) {
      const bool one = names.size() == 1;
      const std::string number = std::to_string(names.size()) + " ";
      if (kind == Kind::unknown) {
        others = number + (one ? "file that is no image" : "files that are no images") + listed(names);
        continue;
      }
      const std::string what = kind == Kind::pdf ? " file" : " image";
      pictures += (pictures.empty() ? "" : ", ") + number;
      pictures += std::string(image_gate::name_of(kind)) + what + (one ? "" : "s") + listed(names);
      count += names.size();
    }
    if (pictures.empty() && others.empty()) return "";
    if (!pictures.empty()) pictures += std::string("; convert ") + (count == 1 ? "it" : "them") + " to JPEG or PNG";
    return pictures + (pictures.empty() || others.empty() ? "" : "; ") + others;
  }

 private:
  [[nodiscard]] static std::string listed(const std::vector<std::string>& names) {
    std::string text = " (";
    for (std::size_t i = 0; i < std::min(kNamesShown, names.size()); ++i) text += (i == 0 ? "" : ", ") + names[i];
    return text + (names.size() > kNamesShown ? ", ...)" : ")");
  }

  std::map<Kind, std::vector<std::string>> names_;
};

/// Walks one INPUT folder down.
class FolderWalk {
 public:
  FolderWalk(const fs::path& top, LeftOut& left_out, std::vector<Error>& errors)
      : left_out_(left_out), errors_(errors) {
    walk(top, "");
  }

  [[nodiscard]] std::vector<ImageFile>& images() { return images_; }

 private:
  void walk(const fs::path& folder, const std::string& below) {
    std::error_code error;
    // A link may lead to a folder that holds it.
    if (!seen_.insert(fs::canonical(folder, error)).second) return;
    std::vector<fs::path> entries;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      entries.push_back(it->path());
    }
    if (error) {
      errors_.emplace_back(ErrorCode::io, "cannot read folder " + path_text(folder) + ": " + error.message() + ".");
      return;
    }
    std::sort(entries.begin(), entries.end());
    for (const fs::path& entry : entries) {
      const std::string name = path_text(entry.filename());
      if (name.starts_with('.')) continue;
      const fs::file_type type = fs::status(entry, error).type();
      if (type == fs::file_type::directory) {
        walk(entry, below + name + "/");
      } else if (ends_like_an_image(entry)) {
        images_.push_back({path_text(entry), below + name});  // a link to nowhere is named when it is read
      } else if (type == fs::file_type::regular) {
        look_at(entry, below + name);
      }
    }
  }

  void look_at(const fs::path& file, const std::string& name) {
    const Kind kind = kind_of_file(file);
    if (image_gate::is_read(kind)) {
      images_.push_back({path_text(file), name});
    } else {
      left_out_.add(kind, name);
    }
  }

  LeftOut& left_out_;
  std::vector<Error>& errors_;
  std::set<fs::path> seen_;
  std::vector<ImageFile> images_;
};

}  // namespace

FoundImages find_images(const std::vector<std::string>& inputs) {
  FoundImages found;
  LeftOut left_out;
  std::vector<std::string> prefixed;  // names with their INPUT
  const auto add = [&](ImageFile image, std::string name_with_input) {
    found.images.push_back(std::move(image));
    prefixed.push_back(std::move(name_with_input));
  };
  for (const std::string& input : inputs) {
    const fs::path path = text_path(input);
    std::error_code error;
    if (fs::is_directory(path, error)) {
      const std::size_t errors_before = found.errors.size();
      FolderWalk walk(path, left_out, found.errors);
      if (walk.images().empty() && found.errors.size() == errors_before) {
        found.errors.emplace_back(ErrorCode::io, "no JPEG, PNG or BMP images in " + input + ".");
      }
      for (ImageFile& image : walk.images()) {
        std::string with_input = path_text((path / text_path(image.name)).lexically_normal());
        add(std::move(image), std::move(with_input));
      }
    } else if (fs::exists(path, error)) {
      add({input, path_text(path.filename())}, input);
    } else {
      found.errors.emplace_back(ErrorCode::io, input + " does not exist; give an image or a folder of images.");
    }
  }
  std::map<std::string, int> count;
  for (const ImageFile& image : found.images) ++count[image.name];
  for (std::size_t i = 0; i < found.images.size(); ++i) {
    if (count[found.images[i].name] > 1) found.images[i].name = prefixed[i];
  }
  const std::string left = left_out.text();
  if (!left.empty()) found.left_out = "left out: " + left;
  if (found.images.empty() && !left.empty() && !found.errors.empty()) {
    Error& first = found.errors.front();
    first = Error(first.code(), std::string(first.what()) + " Left out: " + left + ".");
  }
  return found;
}

}  // namespace fpcpu
