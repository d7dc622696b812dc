# SPDX-License-Identifier: Apache-2.0

# cmake -DREFERENCE=<program> -DCOMMAND=<program;arguments…> -P compare_outputs.cmake
# Fails unless both print the same, and something.
execute_process(COMMAND ${REFERENCE} OUTPUT_VARIABLE reference RESULT_VARIABLE reference_status)
execute_process(COMMAND ${COMMAND} OUTPUT_VARIABLE output RESULT_VARIABLE status)
if(reference_status OR status)
  message(FATAL_ERROR "ended with ${reference_status} and ${status}")
endif()
if(reference STREQUAL "")
  message(FATAL_ERROR "the reference printed nothing")
endif()
if(NOT output STREQUAL reference)
  string(REPLACE "\n" ";" expected_lines "${reference}")
  string(REPLACE "\n" ";" lines "${output}")
  foreach(expected line IN ZIP_LISTS expected_lines lines)
    if(NOT expected STREQUAL line)
      message(STATUS "${expected} (reference) but ${line}")
    endif()
  endforeach()
  message(FATAL_ERROR "outputs differ")
endif()
