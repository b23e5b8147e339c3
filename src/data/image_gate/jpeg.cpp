// SPDX-License-Identifier: MIT
#include "data/image_gate/jpeg.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "data/image_gate/header.hpp"
#include "data/image_gate/jpeg_scan.hpp"
#include "data/image_gate/jpeg_standard.hpp"

namespace fpcpu::image_gate {

namespace {

using namespace jpeg_marker;

// A progressive file of a camera or an editor has about ten scans; one of a few kilobytes may have hundreds, each of
// which makes a decoder visit every block.
constexpr std::uint64_t kMaxScans = 200;
constexpr std::uint64_t kMaxScannedPixels = 1'000'000'000;

// Below this many bytes of file, making steps of a table costs more than they save.
constexpr std::size_t kWorthSteps = 100'000;

std::uint64_t divide_up(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

[[noreturn]] void damaged(const std::string& name, const std::string& what) {
  refuse(name, "damaged JPEG: " + what + ".");
}

class JpegCheck {
 public:
  JpegCheck(const JpegHeader& header, std::span<const std::uint8_t> file, const ReadAt& read, const std::string& name)
      : header_(header), file_(file), read_(read), name_(name), bits_(most_bytes()) {
    for (const JpegComponent& c : header.components) {
      across_ = std::max(across_, c.across);
      down_ = std::max(down_, c.down);
    }
    bits_known_.resize(header.components.size());
    for (auto& known : bits_known_) known.fill(-1);
    nonzero_.resize(header.components.size());
  }

  void run() {
    for (std::uint64_t at = 2;;) {
      const JpegSegment segment = next_jpeg_segment(read_, at, name_);
      at = segment.end();
      switch (segment.marker) {
        case kEnd:
          return end();
        case kScan:
          at = scan(segment);
          break;
        case kHuffman:
          huffman_tables(content(segment));
          break;
        case kQuantisation:
          quantisation_tables(content(segment));
          break;
        case kRestartInterval:
          if (segment.length != 2) damaged(name_, "its restart interval has a wrong length");
          restart_interval_ = number_at(read_(segment.at, 2), 0, 2);
          break;
        case kNumberOfLines:
          break;
        case kArithmetic:
          refuse(name_, "is an arithmetic-coded JPEG; convert it to a common JPEG or to PNG.");
        default:
          other(segment.marker);
      }
    }
  }

 private:
  struct Huffman {
    std::optional<HuffmanTable> table;
    const AcSteps* steps = nullptr;
    std::unique_ptr<AcSteps> own_steps;
  };

  /// One load() of entropy-coded bytes is never larger than the file, nor than what its blocks can hold.
  [[nodiscard]] std::size_t most_bytes() const {
    std::uint64_t blocks = 0;
    for (std::size_t c = 0; c < header_.components.size(); ++c) blocks += most_blocks();
    return static_cast<std::size_t>(
        std::min<std::uint64_t>(file_.size(), blocks * JpegBits::kMostBlockBytes + JpegBits::kMostBlockBytes));
  }

  /// An upper bound of the blocks of a component, whatever the sampling.
  [[nodiscard]] std::uint64_t most_blocks() const {
    return 16 * divide_up(static_cast<std::uint64_t>(header_.width), 32) *
           divide_up(static_cast<std::uint64_t>(header_.height), 32);
  }

  [[nodiscard]] std::span<const std::uint8_t> content(const JpegSegment& segment) const {
    return file_.subspan(segment.at, segment.length);
  }

  void other(int marker) const {
    const bool application = (marker >= kApp0 && marker <= 0xEF) || marker == 0xFE;
    const bool frame = marker >= kBaseline && marker <= kProgressive;  // read with the header
    if (!application && !frame) damaged(name_, "a marker of unknown meaning (" + std::to_string(marker) + ")");
  }

  void huffman_tables(std::span<const std::uint8_t> rest) {
    while (!rest.empty()) {
      const unsigned number = rest[0] & 15U;
      const unsigned group = rest[0] >> 4U;
      if (group > 1 || number > 3 || rest.size() < 17) damaged(name_, "a Huffman table has a wrong header");
      const auto counts = rest.subspan(1).first<16>();
      std::size_t values = 0;
      for (const std::uint8_t count : counts) values += count;
      if (values > 256 || values > rest.size() - 17) damaged(name_, "a Huffman table is larger than its segment");
      Huffman& huffman = (group == 0 ? dc_ : ac_)[number];
      huffman.own_steps.reset();
      huffman.steps = group == 0 ? nullptr : standard_ac_steps(rest.subspan(1, 16 + values));
      if (!huffman.table.emplace().build(counts, rest.subspan(17, values)) ||
          (group == 0 && huffman.table->largest_symbol() > 15)) {
        damaged(name_, "a Huffman table makes no sense");
      }
      rest = rest.subspan(17 + values);
    }
  }

  void quantisation_tables(std::span<const std::uint8_t> rest) {
    while (!rest.empty()) {
      const unsigned number = rest[0] & 15U;
      const unsigned wide = rest[0] >> 4U;
      const std::size_t length = 1 + 64 * (1 + std::size_t{wide});
      if (wide > 1 || number > 3 || rest.size() < length) damaged(name_, "a quantisation table is wrong or cut");
      quantisation_[number] = true;
      rest = rest.subspan(length);
    }
  }

  /// Checks a scan and returns where the marker behind it is.
  std::uint64_t scan(const JpegSegment& segment) {
    const std::span<const std::uint8_t> head = content(segment);
    const std::size_t count = head.empty() ? 0 : head[0];
    if (count < 1 || count > 4 || head.size() != 4 + 2 * count) damaged(name_, "a scan header has a wrong length");
    const std::uint64_t pixels = static_cast<std::uint64_t>(header_.width) * static_cast<std::uint64_t>(header_.height);
    if (++scans_ > kMaxScans || (scans_ > 1 && scans_ * pixels > kMaxScannedPixels)) {
      refuse(name_, "a JPEG of more than " + std::to_string(scans_ - 1) +
                        " scans at this size takes too long to decode; convert it to a common JPEG or to PNG.");
    }
    JpegScan scan;
    scan.progressive = header_.progressive;
    scan.restart_interval = restart_interval_;
    const std::span<const std::uint8_t> tail = head.subspan(1 + 2 * count);
    scan.first = tail[0];
    scan.last = tail[1];
    scan.high = tail[2] >> 4U;
    scan.low = tail[2] & 15;
    check_band(scan, count);
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < count; ++i) {
      numbers.push_back(component_of(head[1 + 2 * i]));
      if (std::count(numbers.begin(), numbers.end(), numbers.back()) > 1) damaged(name_, "a scan names one part twice");
      scan.components.push_back(scan_component(scan, numbers.back(), head[2 + 2 * i], count > 1));
    }
    set_units(scan, numbers);
    note_bits(scan, numbers);
    std::size_t at = segment.end();
    check_jpeg_scan(scan, file_, at, bits_, name_);
    return at;
  }

  void check_band(const JpegScan& scan, std::size_t count) const {
    bool good = scan.first == 0 && scan.last == 63 && scan.high == 0 && scan.low == 0;
    if (scan.progressive) {
      good = scan.first == 0 ? scan.last == 0 : scan.last >= scan.first && scan.last <= 63 && count == 1;
      good = good && scan.low <= 13 && (scan.high == 0 || scan.low == scan.high - 1);
    }
    if (!good) damaged(name_, "a scan header names coefficients that it cannot have");
  }

  [[nodiscard]] std::size_t component_of(int id) const {
    const auto found = std::find_if(header_.components.begin(), header_.components.end(),
                                    [&](const JpegComponent& c) { return c.id == id; });
    if (found == header_.components.end()) damaged(name_, "a scan names a part that the picture does not have");
    return static_cast<std::size_t>(found - header_.components.begin());
  }

  ScanComponent scan_component(const JpegScan& scan, std::size_t number, unsigned tables, bool interleaved) {
    const JpegComponent& c = header_.components[number];
    if (!quantisation_[static_cast<std::size_t>(c.quantisation)]) damaged(name_, "a quantisation table is missing");
    ScanComponent part;
    part.blocks_per_unit = interleaved ? c.across * c.down : 1;
    const bool needs_dc = scan.first == 0 && scan.high == 0;
    const bool needs_ac = scan.last > 0;
    const std::size_t dc = tables >> 4U;
    const std::size_t ac = tables & 15U;
    if (dc > 3 || ac > 3 || (needs_dc && !dc_[dc].table) || (needs_ac && !ac_[ac].table)) {
      damaged(name_, "a Huffman table is missing");
    }
    if (needs_dc) part.dc = &*dc_[dc].table;
    if (!needs_ac) return part;
    Huffman& huffman = ac_[ac];
    if (!scan.progressive && huffman.steps == nullptr && file_.size() > kWorthSteps) {
      huffman.own_steps = std::make_unique<AcSteps>(*huffman.table);
      huffman.steps = huffman.own_steps.get();
    }
    part.ac = &*huffman.table;
    part.steps = huffman.steps;
    return part;
  }

  void set_units(JpegScan& scan, const std::vector<std::size_t>& numbers) {
    const auto width = static_cast<std::uint64_t>(header_.width);
    const auto height = static_cast<std::uint64_t>(header_.height);
    const auto across = static_cast<std::uint64_t>(across_);
    const auto down = static_cast<std::uint64_t>(down_);
    if (numbers.size() > 1) {
      int blocks = 0;
      for (const ScanComponent& c : scan.components) blocks += c.blocks_per_unit;
      if (blocks > 10) damaged(name_, "a scan has more than ten blocks in a unit");
      scan.units = divide_up(width, 8 * across) * divide_up(height, 8 * down);
      return;
    }
    const JpegComponent& c = header_.components[numbers.front()];
    scan.units = divide_up(divide_up(width * static_cast<std::uint64_t>(c.across), across), 8) *
                 divide_up(divide_up(height * static_cast<std::uint64_t>(c.down), down), 8);
    if (!scan.progressive || scan.first == 0) return;
    std::vector<std::uint64_t>& nonzero = nonzero_[numbers.front()];
    nonzero.resize(scan.units);
    scan.nonzero = nonzero;
  }

  /// Each scan of a progressive file must go on where the ones before have stopped.
  void note_bits(const JpegScan& scan, const std::vector<std::size_t>& numbers) {
    for (const std::size_t c : numbers) {
      auto& known = bits_known_[c];
      bool good = scan.first == 0 || known[0] >= 0;
      for (auto k = static_cast<std::size_t>(scan.first); k <= static_cast<std::size_t>(scan.last); ++k) {
        good = good && (!scan.progressive || scan.high == std::max(known[k], 0));
        known[k] = scan.low;
      }
      if (!good) damaged(name_, "its scans do not follow each other");
    }
  }

  void end() const {
    for (const auto& known : bits_known_) {
      if (known[0] < 0) damaged(name_, "a part of the picture has no data");
    }
  }

  const JpegHeader& header_;
  std::span<const std::uint8_t> file_;
  const ReadAt& read_;
  const std::string& name_;
  JpegBits bits_;
  int across_ = 1;  // largest sampling factors
  int down_ = 1;
  std::array<Huffman, 4> dc_;
  std::array<Huffman, 4> ac_;
  std::array<bool, 4> quantisation_{};
  std::uint64_t restart_interval_ = 0;
  std::uint64_t scans_ = 0;
  std::vector<std::array<int, 64>> bits_known_;      // by component and coefficient: lowest bit known, -1: none
  std::vector<std::vector<std::uint64_t>> nonzero_;  // by component, see JpegScan
};

/// Sampling and colours that the decoder would get wrong.
void check_frame(const JpegHeader& header, const std::string& name) {
  int across = 1;
  int down = 1;
  for (const JpegComponent& c : header.components) {
    across = std::max(across, c.across);
    down = std::max(down, c.down);
  }
  for (const JpegComponent& c : header.components) {
    if (across % c.across != 0 || down % c.down != 0) {
      refuse(name, "is a JPEG with an uncommon sampling of its colours; convert it to a common JPEG or to PNG.");
    }
    const auto same = [&](const JpegComponent& other) { return other.id == c.id; };
    if (std::count_if(header.components.begin(), header.components.end(), same) > 1) {
      damaged(name, "two parts of the picture have one number");
    }
  }
  const int transform = header.adobe_transform.value_or(-1);
  if (header.components.size() == 4 && transform != 0 && transform != 2) {
    refuse(name, "is a CMYK JPEG that does not say how its colours are meant; convert it to RGB.");
  }
  if (header.components.size() == 3 && !header.jfif && transform > 1) {
    damaged(name, "its colours are of unknown meaning (Adobe transform " + std::to_string(transform) + ")");
  }
}

}  // namespace

void check_jpeg(const JpegHeader& header, std::span<const std::uint8_t> file, const ReadAt& read,
                const std::string& name) {
  check_frame(header, name);
  JpegCheck(header, file, read, name).run();
}

}  // namespace fpcpu::image_gate
