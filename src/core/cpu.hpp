#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fpcpu {

/// Instruction sets a kernel table can be built for, slowest first. `eigen` is the portable reference.
enum class Isa { eigen, sse4, avx2, avx512, neon };

[[nodiscard]] std::string_view to_string(Isa isa) noexcept;
[[nodiscard]] std::optional<Isa> parse_isa(std::string_view name) noexcept;

/// True if this CPU and operating system can run code for `isa`.
[[nodiscard]] bool cpu_supports(Isa isa) noexcept;

/// Marketing name of the processor, or "unknown processor".
[[nodiscard]] std::string cpu_name();

/// Cores this process may use: affinity mask and hardware, at least 1.
[[nodiscard]] int available_cores() noexcept;

/// Peak resident memory of this process in MB, 0 where the system does not tell.
[[nodiscard]] double peak_rss_mb() noexcept;

}  // namespace fpcpu
