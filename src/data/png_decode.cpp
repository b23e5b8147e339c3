// SPDX-License-Identifier: MIT
#include "data/png_decode.hpp"

#include <png.h>

#include <algorithm>
#include <array>
#include <bit>
#include <csetjmp>
#include <cstring>
#include <limits>

#include "data/decode.hpp"
#include "data/image_gate/header.hpp"
#include "data/luma.hpp"

namespace fpcpu {

namespace {

using image_gate::refuse;

/// What libpng gives: rows of gray, RGB or palette samples.
struct Samples {
  std::size_t width = 0;
  std::size_t height = 0;
  std::size_t channels = 1;  // 1 or 3
  bool deep = false;         // 16 bits each, high byte first
  bool indices = false;      // of the palette
  std::vector<std::uint8_t> data;
  std::array<png_color, PNG_MAX_PALETTE_LENGTH> palette{};
  int colours = 0;  // in the palette
};

/// A libpng reader over bytes in memory. libpng reports errors by a long jump back into attempt().
class PngReader {
 public:
  PngReader(std::span<const std::uint8_t> bytes, const std::string& name)
      : rest_(bytes),
        name_(name),
        png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning)),
        info_(png_ == nullptr ? nullptr : png_create_info_struct(png_)) {
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw std::bad_alloc();
    }
  }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  [[nodiscard]] Samples read() {
    Samples samples;
    attempt([&] { begin(samples); });
    const std::size_t row = samples.width * samples.channels * (samples.deep ? 2 : 1);
    samples.data.resize(row * samples.height);
    attempt([&] {
      for (int pass = 0; pass < passes_; ++pass) {
        for (std::size_t y = 0; y < samples.height; ++y) {
          if (pass + 1 == passes_ && y + 1 == samples.height) allowed_ = 2 * row + kSpareBytes;
          png_read_row(png_, samples.data.data() + y * row, nullptr);
        }
      }
      allowed_ = kNoLimit;
      png_read_end(png_, nullptr);
    });
    return samples;
  }

 private:
  /// Runs a step that calls libpng. It must not have objects with destructors: the jump would pass them by.
  template <typename Step>
  void attempt(Step&& step) {
    // NOLINTNEXTLINE: the only way that libpng offers
    if (setjmp(png_jmpbuf(png_)) != 0) {
      refuse(name_, cut_ ? "the PNG is cut short. Copy the file again."
                         : "damaged PNG (" + std::string(reason_.data()) + "). Copy the file again.");
    }
    step();
  }

  void begin(Samples& samples) {
    png_set_read_fn(png_, this, on_read);
    png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_user_limits(png_, kMaxImageSide, kMaxImageSide);
    // Texts, profiles and the like are not unpacked: a few bytes of them may become megabytes.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_read_info(png_, info_);
    samples.width = png_get_image_width(png_, info_);
    samples.height = png_get_image_height(png_, info_);
    const int colour = png_get_color_type(png_, info_);
    const int depth = png_get_bit_depth(png_, info_);
    samples.indices = colour == PNG_COLOR_TYPE_PALETTE;
    samples.channels = colour == PNG_COLOR_TYPE_RGB || colour == PNG_COLOR_TYPE_RGB_ALPHA ? 3 : 1;
    samples.deep = depth == 16;
    if (samples.indices) {
      png_colorp palette = nullptr;
      png_get_PLTE(png_, info_, &palette, &samples.colours);
      std::copy_n(palette, samples.colours, samples.palette.begin());
      png_set_packing(png_);
    } else if (depth < 8) {
      png_set_expand_gray_1_2_4_to_8(png_);
    }
    png_set_strip_alpha(png_);
    passes_ = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
  }

  static void on_error(png_structp png, png_const_charp text) {
    auto& reader = *static_cast<PngReader*>(png_get_error_ptr(png));
    const std::size_t length = std::min(std::strlen(text), reader.reason_.size() - 1);
    std::copy_n(text, length, reader.reason_.begin());
    reader.reason_[length] = '\0';
    png_longjmp(png, 1);
  }
  static void on_warning(png_structp, png_const_charp) {}
  static void on_read(png_structp png, png_bytep to, std::size_t count) {
    auto& reader = *static_cast<PngReader*>(png_get_io_ptr(png));
    if (count > reader.allowed_) png_error(png, "more data than its picture needs");
    if (reader.allowed_ != kNoLimit) reader.allowed_ -= count;
    if (count > reader.rest_.size()) {
      reader.cut_ = true;
      png_error(png, "end of file");
    }
    std::copy_n(reader.rest_.begin(), count, to);
    reader.rest_ = reader.rest_.subspan(count);
  }

  static constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t kSpareBytes = 32768;  // several of the pieces in which libpng reads

  std::span<const std::uint8_t> rest_;
  // With the last row, libpng unpacks all that follows in the stream, whatever that comes to: bytes it may still read.
  std::size_t allowed_ = kNoLimit;
  const std::string& name_;
  std::array<char, 128> reason_{};
  bool cut_ = false;
  int passes_ = 1;
  png_structp png_;
  png_infop info_;
};

/// By how many bits 16-bit samples are shifted to become 8.
unsigned shift_of(std::span<const std::uint8_t> deep) {
  unsigned largest = 0;
  for (std::size_t i = 0; i < deep.size(); i += 2) {
    largest = std::max(largest, static_cast<unsigned>(deep[i] << 8U | deep[i + 1]));
  }
  const auto bits = static_cast<unsigned>(std::bit_width(largest));
  for (const unsigned sensor : {8U, 10U, 12U, 14U}) {
    if (bits <= sensor) return sensor - 8;
  }
  return 8;
}

/// One value per pixel becomes one or three equal ones, three become themselves or their luma.
template <typename Sample>
void convert(Image& image, std::size_t pixels, std::size_t channels_in, unsigned shift, Sample&& sample) {
  std::uint8_t* out = image.pixels.data();
  for (std::size_t i = 0; i < pixels; ++i) {
    if (channels_in == 1) {
      out = std::fill_n(out, image.channels, static_cast<std::uint8_t>(sample(i) >> shift));
    } else if (image.channels == 1) {
      *out++ = static_cast<std::uint8_t>(luma(sample(3 * i), sample(3 * i + 1), sample(3 * i + 2)) >> shift);
    } else {
      for (std::size_t c = 0; c < 3; ++c) *out++ = static_cast<std::uint8_t>(sample(3 * i + c) >> shift);
    }
  }
}

void convert_palette(Image& image, const Samples& samples, const std::string& name) {
  std::uint8_t* out = image.pixels.data();
  for (const std::uint8_t index : samples.data) {
    if (index >= samples.colours) {
      refuse(name, "damaged PNG: a pixel has colour " + std::to_string(index) + " of a palette of " +
                       std::to_string(samples.colours) + ".");
    }
    const png_color c = samples.palette[index];
    if (image.channels == 1) {
      *out++ = static_cast<std::uint8_t>(luma(c.red, c.green, c.blue));
    } else {
      for (const std::uint8_t v : {c.red, c.green, c.blue}) *out++ = v;
    }
  }
}

}  // namespace

Image decode_png(std::span<const std::uint8_t> bytes, const std::string& name, int channels) {
  Samples samples = PngReader(bytes, name).read();
  Image image{static_cast<int>(samples.width), static_cast<int>(samples.height), channels, {}};
  const bool as_it_is = !samples.deep && !samples.indices && samples.channels == static_cast<std::size_t>(channels);
  if (as_it_is) {
    image.pixels = std::move(samples.data);
    return image;
  }
  const std::size_t pixels = samples.width * samples.height;
  const std::vector<std::uint8_t>& data = samples.data;
  image.pixels.resize(pixels * static_cast<std::size_t>(channels));
  if (samples.indices) {
    convert_palette(image, samples, name);
  } else if (samples.deep) {
    convert(image, pixels, samples.channels, shift_of(data),
            [&](std::size_t i) { return static_cast<unsigned>(data[2 * i] << 8U | data[2 * i + 1]); });
  } else {
    convert(image, pixels, samples.channels, 0, [&](std::size_t i) { return unsigned{data[i]}; });
  }
  return image;
}

}  // namespace fpcpu
