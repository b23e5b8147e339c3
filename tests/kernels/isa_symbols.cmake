# SPDX-License-Identifier: MIT
# Fails if an object compiled with instruction-set flags offers a function the rest of the program could link to: a weak
# or global definition outside of its own namespace. Called with NM, OBJECTS (|-separated) and ISA.
string(REPLACE "|" ";" objects "${OBJECTS}")
foreach(object IN LISTS objects)
  execute_process(COMMAND ${NM} --defined-only --extern-only -C ${object} OUTPUT_VARIABLE symbols RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "${NM} cannot read ${object}")
  endif()
  string(REPLACE "\n" ";" lines "${symbols}")
  foreach(line IN LISTS lines)
    # The personality reference of exception tables is data that every object shares.
    if(line MATCHES "^[0-9a-fA-F]+ [A-Za-z] " AND NOT line MATCHES "fpcpu::kernels::${ISA}::" AND
       NOT line MATCHES "DW.ref.__gxx_personality|__odr_asan|asan|__sancov")
      message(SEND_ERROR "${object} leaks: ${line}")
    endif()
  endforeach()
endforeach()
