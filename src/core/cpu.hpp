// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fpcpu {

/// Instruction sets a kernel table can be built for, slowest first. `eigen` is the portable reference.
enum class Isa { eigen, sse4, avx2, avx512, neon };

[[nodiscard]] std::string_view to_string(Isa isa) noexcept;
[[nodiscard]] std::optional<Isa> parse_isa(std::string_view name) noexcept;

/// What the factors of large sums of products are rounded to. bf16 has float's range and 8 bits of mantissa; sums
/// and weights stay float. In training, what waits for batch norm's sums is kept rounded as well (docs/adr/0011).
enum class Precision { fp32, bf16 };

[[nodiscard]] std::string_view to_string(Precision precision) noexcept;
/// @throws Error{usage} that names the nearest known name.
[[nodiscard]] Precision parse_precision(std::string_view name);

/// True if this CPU and operating system can run code for `isa`, with bf16 instructions of its width if asked for.
[[nodiscard]] bool cpu_supports(Isa isa, Precision precision = Precision::fp32) noexcept;

/// True if the processor multiplies tiles of bfloat16 (AMX-TILE and AMX-BF16) and the system lets this process use
/// them: Linux is asked at the first call, for all threads.
[[nodiscard]] bool cpu_has_amx() noexcept;

/// Marketing name of the processor, or "unknown processor".
[[nodiscard]] std::string cpu_name();

/// Cores this process may use: affinity mask and hardware, at least 1.
[[nodiscard]] int available_cores() noexcept;

/// Memory of this machine in bytes, 0 where the system does not tell.
[[nodiscard]] std::size_t physical_memory() noexcept;

/// Peak resident memory of this process in MB, 0 where the system does not tell.
[[nodiscard]] double peak_rss_mb() noexcept;

}  // namespace fpcpu
