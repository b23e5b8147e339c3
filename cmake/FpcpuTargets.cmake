# SPDX-License-Identifier: MIT
# Warnings, sanitizers and the shape of a room, in one place. Nothing here touches global flags.

add_library(fpcpu_flags INTERFACE)
target_compile_features(fpcpu_flags INTERFACE cxx_std_20)
target_compile_options(fpcpu_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion)
if(FPCPU_WERROR)
  target_compile_options(fpcpu_flags INTERFACE -Werror)
endif()
if(FPCPU_SANITIZE)
  target_compile_options(fpcpu_flags INTERFACE -fsanitize=${FPCPU_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(fpcpu_flags INTERFACE -fsanitize=${FPCPU_SANITIZE})
  # GCC warns of values in <regex> and <functional> that only its own instrumentation leaves unset.
  target_compile_options(fpcpu_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  # Tests leave out what would take minutes with every load checked and no new code to check.
  target_compile_definitions(fpcpu_flags INTERFACE FPCPU_SANITIZED)
endif()
if(FPCPU_COVERAGE)
  target_compile_options(fpcpu_flags INTERFACE --coverage)
  target_link_options(fpcpu_flags INTERFACE --coverage)
endif()
# a*b+c must round the same way in every build of the baseline code.
target_compile_options(fpcpu_flags INTERFACE -ffp-contract=off)

# fpcpu_precompile(TARGET [HEADERS ...]): the standard headers that most sources include, parsed once.
function(fpcpu_precompile target)
  if(FPCPU_QUICK_BUILD)
    target_precompile_headers(${target} PRIVATE
      <algorithm> <array> <charconv> <cmath> <cstdint> <cstdio> <filesystem> <functional> <limits> <map> <memory> <optional>
      <set> <span> <string> <string_view> <utility> <variant> <vector> ${ARGN})
  endif()
endfunction()

# fpcpu_reuse_precompiled(TARGET FROM): what FROM has precompiled. Both need the same options and definitions.
function(fpcpu_reuse_precompiled target from)
  if(FPCPU_QUICK_BUILD)
    target_precompile_headers(${target} REUSE_FROM ${from})
  endif()
endfunction()

# What runs for every pixel lives in these rooms; all other code is glue, for which -O3 costs build time only.
set(FPCPU_HOT_ROOMS kernels data)

# fpcpu_room(NAME SOURCES ... [KINDS ...] USES lower rooms and libraries): KINDS are sources that look alike, one for each
# entry of a registry; they use the same local names and are never compiled together.
function(fpcpu_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES;KINDS;USES" ${ARGN})
  add_library(fpcpu_${name} STATIC ${ARG_SOURCES} ${ARG_KINDS})
  if(FPCPU_QUICK_BUILD AND NOT name STREQUAL "kernels")
    set_target_properties(fpcpu_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
    set_source_files_properties(${ARG_KINDS} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
  target_include_directories(fpcpu_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
  target_link_libraries(fpcpu_${name} PUBLIC ${ARG_USES} PRIVATE $<BUILD_INTERFACE:fpcpu_flags>)
  set_target_properties(fpcpu_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON EXPORT_NAME ${name})
  if(NOT name IN_LIST FPCPU_HOT_ROOMS)
    target_compile_options(fpcpu_${name} PRIVATE $<$<CONFIG:Release>:-O2>)
  endif()
  if(name STREQUAL "core" OR name STREQUAL "data")
    fpcpu_precompile(fpcpu_${name})
  elseif(NOT name STREQUAL "kernels")
    fpcpu_reuse_precompiled(fpcpu_${name} fpcpu_core)
  endif()
endfunction()

# fpcpu_test_options(TARGET): how the sources of tests are compiled.
function(fpcpu_test_options target)
  target_link_libraries(${target} PRIVATE fpcpu_core fpcpu_flags)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_include_directories(${target} SYSTEM PRIVATE ${FPCPU_DOCTEST_DIR})
  target_compile_definitions(${target} PRIVATE FPCPU_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  # GCC 12 sees overlaps and overruns in "text" + std::string that are not there (GCC bugs 105651, 105329).
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-array-bounds -Wno-stringop-overflow>)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O2>)
endfunction()

# fpcpu_test(ROOM [SOURCES ...] USES ...): one executable per room of its *_test.cpp and further sources; its name is the
# ctest label. A new test file needs no line.
function(fpcpu_test room)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES" ${ARGN})
  file(GLOB tests CONFIGURE_DEPENDS *_test.cpp)
  add_executable(test_${room} ${tests} ${ARG_SOURCES} $<TARGET_OBJECTS:fpcpu_test_main>)
  target_link_libraries(test_${room} PRIVATE ${ARG_USES})
  fpcpu_test_options(test_${room})
  if(room STREQUAL "core")
    fpcpu_precompile(test_core <doctest/doctest.h>)
  else()
    fpcpu_reuse_precompiled(test_${room} test_core)
  endif()
  add_test(NAME ${room} COMMAND test_${room})
  set_tests_properties(${room} PROPERTIES LABELS ${room})
endfunction()
