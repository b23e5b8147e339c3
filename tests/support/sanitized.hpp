// SPDX-License-Identifier: MIT
#pragma once

namespace fpcpu::test {

/// True in builds whose every load is checked: tests that run full-size networks through code other tests check as well
/// leave themselves out there.
#if defined(FPCPU_SANITIZED)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace fpcpu::test
