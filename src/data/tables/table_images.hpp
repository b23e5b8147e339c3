// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <unordered_map>
#include <vector>

namespace fpcpu {

/// Finds the image files that the rows of a table name.
///
/// Folders: the one given, or else images/ beside the table, the table's own folder and, if there is no images/ beside
/// it, ../images. Names: as written; with '/' for '\'; with their leading folders dropped up to one called like the
/// folder searched ("images/a.jpg", "/home/me/faces/images/a.jpg"); with .jpg, .jpeg, .png or .bmp added; and a name
/// without a folder anywhere below the first folder, whatever its case, if there is only one such file.
class ImageFinder {
 public:
  /// @param images  folder of the images; empty: around the table. @throws Error{io} if it is given and does not exist.
  ImageFinder(const std::filesystem::path& table_folder, const std::string& images);

  struct Found {
    std::filesystem::path file;
    std::string name;  // relative to the folder in which it was found
  };
  /// @throws Error{io} if there is none, Error{format} if there are several or the name leaves the folders.
  [[nodiscard]] Found find(const std::string& written);

  /// Where images are expected, for messages.
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folders_.front(); }

 private:
  [[nodiscard]] bool find_direct(const std::string& written, Found& found) const;
  [[nodiscard]] bool find_below(const std::string& written, Found& found);
  void walk();

  std::vector<std::filesystem::path> folders_;
  bool walked_ = false;
  // By name and by name without its ending, both in lower case.
  std::unordered_map<std::string, std::vector<std::filesystem::path>> below_;
};

}  // namespace fpcpu
