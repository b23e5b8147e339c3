// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/inspect/inspect.hpp"
#include "fpcpu/dataset.hpp"

namespace fpcpu::test {

/// Points that a test may spoil: those of rendered faces, or of its own. Without pictures.
struct Faces final : Dataset {
  int count = 0;
  std::vector<Landmarks> rows;
  std::vector<int> widths, heights, orientations;
  std::vector<std::string> names, point_names_;
  std::vector<std::filesystem::path> files;

  Faces() = default;
  explicit Faces(const Dataset& other) : count(other.points()), point_names_(other.point_names()) {
    for (std::size_t i = 0; i < other.size(); ++i) {
      rows.push_back(other.landmarks(i));
      widths.push_back(other.width(i));
      heights.push_back(other.height(i));
      names.push_back(other.name(i));
      orientations.push_back(1);
    }
  }

  [[nodiscard]] float& x(std::size_t i, std::size_t k) { return rows[i].xy[2 * k]; }
  [[nodiscard]] float& y(std::size_t i, std::size_t k) { return rows[i].xy[2 * k + 1]; }

  std::size_t size() const noexcept override { return rows.size(); }
  int points() const noexcept override { return count; }
  const std::string& name(std::size_t i) const override { return names[i]; }
  int width(std::size_t i) const override { return widths[i]; }
  int height(std::size_t i) const override { return heights[i]; }
  const Landmarks& landmarks(std::size_t i) const override { return rows[i]; }
  const std::vector<std::string>& point_names() const override { return point_names_; }
  std::string place(std::size_t i) const override { return "gt.csv line " + std::to_string(i + 2); }
  std::filesystem::path file(std::size_t i) const override { return files.empty() ? "" : files[i]; }
  int orientation(std::size_t i) const override { return orientations[i]; }
  Image image(std::size_t i) const override { return {widths[i], heights[i], 1, {}}; }
};

/// Rendered faces, 14 points each.
[[nodiscard]] inline std::shared_ptr<Faces> rendered(std::size_t n, int seed = 1) {
  return std::make_shared<Faces>(*open_dataset("synth:" + std::to_string(n) + ":" + std::to_string(seed)));
}

[[nodiscard]] inline std::vector<Finding> judge(const std::vector<std::shared_ptr<Faces>>& sets) {
  std::vector<JudgedSet> judged;
  for (const auto& faces : sets) judged.push_back({"faces", faces});
  return inspect_quick(judged);
}

}  // namespace fpcpu::test
