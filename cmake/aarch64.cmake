# SPDX-License-Identifier: MIT
# Cross-compiles for 64-bit Arm on Debian and runs what was built under QEMU (cmake --preset neon; g++-aarch64-linux-gnu,
# qemu-user). It needs no Arm library: what core and kernels use is headers, and the compiler reads the host's.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L /usr/aarch64-linux-gnu)
list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR}/aarch64)
# Package files that Debian keeps among the host's libraries; the rooms that link those libraries are not built.
file(GLOB host_packages /usr/lib/*-linux-gnu/cmake)
list(APPEND CMAKE_PREFIX_PATH ${host_packages})
