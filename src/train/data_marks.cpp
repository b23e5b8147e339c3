// SPDX-License-Identifier: MIT
#include "train/data_marks.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string_view>
#include <utility>

#include "core/file.hpp"
#include "data/tables/csv_reader.hpp"
#include "fpcpu/error.hpp"
#include "io/crc32c.hpp"
#include "io/run_model.hpp"
#include "streams/target_stream.hpp"

namespace fpcpu {

namespace {

constexpr std::string_view kHeader = "part,filename,bytes,image,labels";
constexpr const char* kStream = "stream";  // the part that files of streams are
constexpr std::size_t kAtOnce = 256;       // faces between two calls of progress
constexpr std::size_t kMostNamed = 5;

std::string_view bytes_of(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

DataMark mark_of(const Dataset& data, std::size_t i, const char* part) {
  DataMark mark{.part = part, .name = data.name(i)};
  const Landmarks& points = data.landmarks(i);
  mark.labels = crc32c(std::string(bytes_of(points.xy)) + std::string(bytes_of(points.visible)));
  const std::filesystem::path file = data.file(i);
  if (file.empty()) return mark;
  const std::string content = read_file(file);
  mark.bytes = content.size();
  mark.image = crc32c(content);
  return mark;
}

std::string hex(std::uint32_t value) {
  std::array<char, 8> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, 16).ptr;
  return {text.data(), end};
}

template <class Number>
bool parse(const std::string& text, Number& value, int base) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return result.ec == std::errc{} && result.ptr == text.data() + text.size();
}

/// A mark is known by part, name and how many of that name came before it: several sets may use the same names.
using Key = std::pair<std::pair<std::string, std::string>, int>;

std::map<Key, std::size_t> by_key(const std::vector<DataMark>& marks) {
  std::map<std::pair<std::string, std::string>, int> seen;
  std::map<Key, std::size_t> index;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const std::pair name(marks[i].part, marks[i].name);
    index[{name, seen[name]++}] = i;
  }
  return index;
}

/// "3 images", and some of them by name.
struct Group {
  const char* one;
  const char* many;
  std::vector<std::string> names;

  [[nodiscard]] std::string count() const {
    return std::to_string(names.size()) + " " + (names.size() == 1 ? one : many);
  }
  [[nodiscard]] std::string examples() const {
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kMostNamed); ++i) text += (i == 0 ? "" : ", ") + names[i];
    return text + (names.size() > kMostNamed ? ", ..." : "");
  }
};

}  // namespace

std::vector<DataMark> mark_data(const TrainingData& data, ThreadPool& pool,
                                const std::function<void(std::size_t, std::size_t)>& progress) {
  const std::size_t train = data.train->size();
  std::vector<DataMark> marks(train + (data.val ? data.val->size() : 0));
  for (std::size_t begin = 0; begin < marks.size(); begin += kAtOnce) {
    const std::size_t count = std::min(kAtOnce, marks.size() - begin);
    pool.parallel_for(static_cast<int>(count), [&](int index, int) {
      const std::size_t i = begin + static_cast<std::size_t>(index);
      try {
        marks[i] = i < train ? mark_of(*data.train, i, "train") : mark_of(*data.val, i - train, "val");
      } catch (const std::exception&) {
        // A file that cannot be read is named by whoever needs its pixels.
        marks[i] = i < train ? DataMark{.part = "train", .name = data.train->name(i)}
                             : DataMark{.part = "val", .name = data.val->name(i - train)};
      }
    });
    if (progress) progress(begin + count, marks.size());
  }
  return marks;
}

std::vector<DataMark> mark_streams(const std::vector<StreamSpec>& specs,
                                   const std::map<std::string, std::string>& files) {
  std::vector<DataMark> marks;
  for (const StreamSpec& spec : specs) {
    const auto file = files.find(file_of(spec));
    if (file == files.end()) continue;
    DataMark mark{.part = kStream, .name = spec.name};
    try {
      const std::string content = read_file(model_file_of(text_path(file->second)));  // of a run, its model
      mark.bytes = content.size();
      mark.image = crc32c(content);
    } catch (const Error&) {
      // Named by the source of the stream, which reads it next.
    }
    marks.push_back(std::move(mark));
  }
  return marks;
}

void write_marks(const std::filesystem::path& file, const std::vector<DataMark>& marks) {
  std::string text = std::string(kHeader) + '\n';
  for (const DataMark& m : marks) {
    text += m.part + ',' + csv_cell(m.name) + ',' + std::to_string(m.bytes) + ',' + hex(m.image) + ',' + hex(m.labels) +
            '\n';
  }
  write_file_atomically(file, text);
}

std::vector<DataMark> read_marks(const std::filesystem::path& file) {
  const std::string text = read_file(file);
  CsvReader reader(path_text(file), text);
  std::vector<std::string> cells;
  if (!reader.next(cells) || cells.size() != 5 || cells[1] != "filename") {
    reader.fail("expected " + std::string(kHeader) + ".");
  }
  std::vector<DataMark> marks;
  while (reader.next(cells)) {
    DataMark m;
    if (cells.size() != 5 || !parse(cells[2], m.bytes, 10) || !parse(cells[3], m.image, 16) ||
        !parse(cells[4], m.labels, 16)) {
      reader.fail("expected " + std::string(kHeader) + ".");
    }
    m.part = cells[0];
    m.name = cells[1];
    marks.push_back(std::move(m));
  }
  return marks;
}

std::string describe_changes(const std::vector<DataMark>& before, const std::vector<DataMark>& now,
                             const TrainingData& data) {
  std::array<Group, 5> groups = {{{"image changed", "images changed", {}},
                                  {"row of labels changed", "rows of labels changed", {}},
                                  {"face is gone", "faces are gone", {}},
                                  {"face is new", "faces are new", {}},
                                  {"file of a stream changed", "files of streams changed", {}}}};
  auto& [images, rows, gone, added, streams] = groups;
  const auto old_marks = by_key(before);
  const auto new_marks = by_key(now);
  for (const auto& [key, i] : new_marks) {
    const auto known = old_marks.find(key);
    const bool is_stream = now[i].part == kStream;
    if (known == old_marks.end()) {
      if (!is_stream) added.names.push_back(now[i].name);
      continue;
    }
    const DataMark& old = before[known->second];
    const bool changed = old.bytes != now[i].bytes || old.image != now[i].image;
    if (is_stream) {
      if (changed && now[i].bytes != 0) streams.names.push_back(now[i].name);
      continue;
    }
    if (changed) images.names.push_back(now[i].name);
    if (old.labels == now[i].labels) continue;
    const std::size_t train = data.train->size();
    rows.names.push_back(i < train ? data.train->place(i) : data.val->place(i - train));
  }
  for (const auto& [key, i] : old_marks) {
    if (!new_marks.contains(key) && before[i].part != kStream) gone.names.push_back(before[i].name);
  }
  std::string text;
  for (const Group& group : groups) {
    if (!group.names.empty()) text += (text.empty() ? "" : "; ") + group.count() + ": " + group.examples();
  }
  if (!text.empty()) return text;
  const auto other = std::mismatch(before.begin(), before.end(), now.begin(), now.end());
  const bool same = other.first == before.end() || other.second == now.end() || other.second->part == kStream;
  return same ? "" : "the faces stand in another order, first at " + other.second->name;
}

}  // namespace fpcpu
