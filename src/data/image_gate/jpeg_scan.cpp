// SPDX-License-Identifier: MIT
#include "data/image_gate/jpeg_scan.hpp"

#include <array>
#include <bit>

#include "data/image_gate/header.hpp"

namespace fpcpu::image_gate {

namespace {

/// Blocks of a file that is neither progressive nor damaged hold everything: DC, then AC up to an end code.
class SequentialBlocks {
 public:
  SequentialBlocks(const JpegScan& scan, JpegBits& bits) : bits_(bits) {
    for (const ScanComponent& c : scan.components) {
      for (int i = 0; i < c.blocks_per_unit; ++i) unit_[count_++] = &c;
    }
  }

  void restart() {}

  [[nodiscard]] bool unit(std::uint64_t) {
    for (std::size_t i = 0; i < count_; ++i) {
      if (!block(*unit_[i])) return false;
    }
    return true;
  }

 private:
  [[nodiscard]] bool block(const ScanComponent& c) {
    const HuffmanTable::Code dc = c.dc->find(bits_.front());
    if (dc.length == 0) return false;
    bits_.skip(std::uint64_t{dc.length} + dc.symbol);
    return (c.steps == nullptr ? ac_by_codes(c, 1) : ac_by_steps(c)) && !bits_.overdrawn();
  }

  [[nodiscard]] bool ac_by_steps(const ScanComponent& c) {
    constexpr unsigned kEnough = 57 - AcSteps::kPeek;
    unsigned k = 1;
    std::uint64_t front = bits_.front();
    unsigned used = 0;
    while (k < 64) {
      const AcSteps::Step step = c.steps->at(front);
      if (step.bits == 0 || k + step.advance + step.end > 64) {
        bits_.skip(used);
        return ac_by_codes(c, k);
      }
      k += step.advance;
      used += step.bits;
      if (step.end != 0) break;
      front <<= step.bits;
      if (used > kEnough) {
        bits_.skip(used);
        used = 0;
        front = bits_.front();
      }
    }
    bits_.skip(used);
    return true;
  }

  [[nodiscard]] bool ac_by_codes(const ScanComponent& c, unsigned k) {
    while (k < 64) {
      const HuffmanTable::Code code = c.ac->find(bits_.front());
      if (code.length == 0) return false;
      const unsigned run = code.symbol >> 4U;
      const unsigned size = code.symbol & 15U;
      bits_.skip(code.length + size);
      if (size == 0 && run != 15) return true;
      k += run + 1;
      if (k > 64 && size != 0) return false;
    }
    return true;
  }

  JpegBits& bits_;
  std::array<const ScanComponent*, 16> unit_{};
  std::size_t count_ = 0;
};

/// The first bits, or one further bit, of the DC coefficients of a progressive file.
class DcBlocks {
 public:
  DcBlocks(const JpegScan& scan, JpegBits& bits) : scan_(scan), bits_(bits) {}

  void restart() {}

  [[nodiscard]] bool unit(std::uint64_t) {
    for (const ScanComponent& c : scan_.components) {
      if (scan_.high != 0) {
        bits_.skip(static_cast<std::uint64_t>(c.blocks_per_unit));
        continue;
      }
      for (int i = 0; i < c.blocks_per_unit; ++i) {
        const HuffmanTable::Code code = c.dc->find(bits_.front());
        if (code.length == 0) return false;
        bits_.skip(std::uint64_t{code.length} + code.symbol);
      }
    }
    return !bits_.overdrawn();
  }

 private:
  const JpegScan& scan_;
  JpegBits& bits_;
};

/// AC coefficients of a progressive file. An end code may stand for many blocks.
class AcBlocks {
 public:
  AcBlocks(const JpegScan& scan, JpegBits& bits)
      : scan_(scan),
        bits_(bits),
        first_(static_cast<unsigned>(scan.first)),
        last_(static_cast<unsigned>(scan.last)),
        band_((~std::uint64_t{0} >> (63U - last_)) & (~std::uint64_t{0} << first_)) {}

  void restart() { blocks_ended_ = 0; }

  [[nodiscard]] bool unit(std::uint64_t index) {
    std::uint64_t& nonzero = scan_.nonzero[index];
    const bool good = scan_.high == 0 ? first_bits(nonzero) : further_bit(nonzero);
    return good && !bits_.overdrawn();
  }

 private:
  void begin_end_run(unsigned run) { blocks_ended_ = (1U << run) + bits_.take(run); }

  [[nodiscard]] bool first_bits(std::uint64_t& nonzero) {
    unsigned k = first_;
    while (blocks_ended_ == 0 && k <= last_) {
      const HuffmanTable::Code code = scan_.components.front().ac->find(bits_.front());
      if (code.length == 0) return false;
      const unsigned run = code.symbol >> 4U;
      const unsigned size = code.symbol & 15U;
      bits_.skip(code.length + size);
      if (size == 0 && run != 15) {
        begin_end_run(run);
        break;
      }
      k += run + 1;
      if (size == 0) continue;
      if (k > last_ + 1) return false;
      nonzero |= std::uint64_t{1} << (k - 1);
    }
    if (blocks_ended_ > 0) --blocks_ended_;
    return true;
  }

  [[nodiscard]] bool further_bit(std::uint64_t& nonzero) {
    std::uint64_t rest = band_;  // coefficients still to come
    while (blocks_ended_ == 0 && rest != 0) {
      const HuffmanTable::Code code = scan_.components.front().ac->find(bits_.front());
      if (code.length == 0) return false;
      const unsigned run = code.symbol >> 4U;
      const unsigned size = code.symbol & 15U;
      if (size > 1) return false;
      bits_.skip(code.length + size);
      if (size == 0 && run != 15) {
        begin_end_run(run);
        break;
      }
      // The new coefficient comes behind `run` zeros; those passed that are not zero have a bit each.
      std::uint64_t zeros = rest & ~nonzero;
      for (unsigned i = 0; i < run && zeros != 0; ++i) zeros &= zeros - 1;
      const std::uint64_t here = zeros & (~zeros + 1);
      const std::uint64_t passed = here == 0 ? rest : rest & (here - 1);
      bits_.skip(static_cast<std::uint64_t>(std::popcount(passed & nonzero)));
      if (size != 0 && here == 0) return false;
      rest &= ~(passed | here);
      if (size != 0) nonzero |= here;
    }
    if (blocks_ended_ > 0) {
      bits_.skip(static_cast<std::uint64_t>(std::popcount(rest & nonzero)));
      --blocks_ended_;
    }
    return true;
  }

  const JpegScan& scan_;
  JpegBits& bits_;
  unsigned first_;
  unsigned last_;
  std::uint64_t band_;
  std::uint32_t blocks_ended_ = 0;  // this and the following ones
};

[[noreturn]] void refuse_scan(const JpegBits& bits, const std::string& name) {
  if (bits.overdrawn()) refuse(name, "damaged JPEG: its data end before the picture does. Copy the file again.");
  refuse(name, "damaged JPEG: its data hold a code that its tables do not have. Copy the file again.");
}

void load(JpegBits& bits, std::span<const std::uint8_t> file, std::size_t& at, const std::string& name) {
  if (!bits.load(file, at)) refuse(name, "damaged JPEG: it has more data than its picture can need.");
  if (at + 1 >= file.size()) refuse(name, "the JPEG data is cut short (no end marker). Copy the file again.");
}

void check_used_up(const JpegBits& bits, const std::string& name) {
  if (bits.left() < 8) return;
  refuse(name,
         "damaged JPEG: " + std::to_string(bits.left() / 8) + " bytes are left over in its data. Copy the file again.");
}

template <typename Blocks>
void walk(Blocks blocks, const JpegScan& scan, std::span<const std::uint8_t> file, std::size_t& at, JpegBits& bits,
          const std::string& name) {
  load(bits, file, at, name);
  std::uint64_t until_restart = scan.restart_interval == 0 ? scan.units : scan.restart_interval;
  unsigned restarts = 0;
  for (std::uint64_t unit = 0; unit < scan.units; ++unit, --until_restart) {
    if (until_restart == 0) {
      check_used_up(bits, name);
      const unsigned expected = static_cast<unsigned>(jpeg_marker::kRestart0) + restarts++ % 8U;
      while (at + 2 < file.size() && file[at + 1] == 0xFF) ++at;
      if (file[at + 1] != expected) refuse(name, "damaged JPEG: a restart marker is missing or out of turn.");
      at += 2;
      load(bits, file, at, name);
      blocks.restart();
      until_restart = scan.restart_interval;
    }
    if (!blocks.unit(unit)) refuse_scan(bits, name);
  }
  check_used_up(bits, name);
}

}  // namespace

void check_jpeg_scan(const JpegScan& scan, std::span<const std::uint8_t> file, std::size_t& at, JpegBits& bits,
                     const std::string& name) {
  if (!scan.progressive) {
    walk(SequentialBlocks(scan, bits), scan, file, at, bits, name);
  } else if (scan.first == 0) {
    walk(DcBlocks(scan, bits), scan, file, at, bits, name);
  } else {
    walk(AcBlocks(scan, bits), scan, file, at, bits, name);
  }
}

}  // namespace fpcpu::image_gate
