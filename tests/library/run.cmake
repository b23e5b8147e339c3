# SPDX-License-Identifier: MIT
# The example makes a run folder, which must not exist yet.
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
execute_process(COMMAND ${EXAMPLE} WORKING_DIRECTORY ${WORK} RESULT_VARIABLE code)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "the example of docs/library.md ended with ${code}")
endif()
