// SPDX-License-Identifier: MIT
#include "data/decode.hpp"

#include "bench_faces.hpp"
#include "data/image_gate/jpeg.hpp"
#include "data/image_write.hpp"
#include "harness.hpp"
#include "network_case.hpp"

namespace fpcpu::bench {

namespace {

constexpr int kSide = 150;
constexpr std::size_t kFaces = 32;
constexpr int kQuality = 90;

using Files = std::vector<std::vector<std::uint8_t>>;

/// Microseconds of `call` on an image: of each image the fastest, then the mean.
template <typename Call>
double microseconds(const Files& files, double seconds, Clock clock, Call&& call) {
  std::vector<double> best(files.size(), 1e9);
  for (const double end = seconds_now(clock) + seconds; seconds_now(clock) < end;) {
    for (std::size_t i = 0; i < files.size(); ++i) {
      const double start = seconds_now(clock);
      call(files[i]);
      best[i] = std::min(best[i], seconds_now(clock) - start);
    }
  }
  double sum = 0;
  for (const double b : best) sum += b;
  return 1e6 * sum / static_cast<double>(files.size());
}

}  // namespace

int run_decode(const BenchOptions& options) {
  const BenchFaces faces({kSide, kSide, 3}, kFaces);
  const Clock clock = clock_for(1);
  const double seconds = options.seconds > 0 ? options.seconds : 1.0;
  for (const ImageFormat format : {ImageFormat::jpeg, ImageFormat::png}) {
    const bool jpeg = format == ImageFormat::jpeg;
    Files files;
    double bytes = 0;
    for (std::size_t i = 0; i < kFaces; ++i) {
      files.push_back(encode_image(faces.data->image(i), format, kQuality));
      bytes += static_cast<double>(files.back().size());
    }
    const double decode =
        microseconds(files, seconds, clock, [](const auto& file) { (void)decode_image(file, "face"); });
    const double check = !jpeg ? 0.0 : microseconds(files, seconds, clock, [](const auto& file) {
      const image_gate::ReadAt read = image_gate::reader_of(file);
      image_gate::check_jpeg(image_gate::read_jpeg_header(read, "face"), file, read, "face");
    });
    print(options, {{"kind", bench::quoted(jpeg ? "jpeg" : "png")},
                    {"bytes", number(bytes / static_cast<double>(kFaces), 0)},
                    {"us_decode", number(decode, 1)},
                    {"us_check", number(check, 1)},
                    {"check_share", number(check / (decode - check), 3)}});
  }
  return 0;
}

}  // namespace fpcpu::bench
