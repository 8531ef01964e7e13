# What the tests share: Catch2 2 or 3 behind one target, and one test program per folder.

include(cmake/ekauth_test_includes.cmake)

find_package(Catch2 3 QUIET)
if(NOT Catch2_FOUND)
  find_package(Catch2 2.13 QUIET)
endif()
if(NOT Catch2_FOUND)
  message(FATAL_ERROR "ekauth: the tests need Catch2 2.13 or 3: install catch2, or configure with -DEKAUTH_BUILD_TESTS=OFF")
endif()
find_package(Threads REQUIRED)

add_library(ekauth_test_main OBJECT ${CMAKE_CURRENT_SOURCE_DIR}/tests/support/main.cpp)
target_link_libraries(ekauth_test_main PUBLIC $<IF:$<TARGET_EXISTS:Catch2::Catch2WithMain>,Catch2::Catch2WithMain,Catch2::Catch2>
                      Threads::Threads)
ekauth_test_includes(ekauth_test_main)
target_include_directories(ekauth_test_main PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/src)
target_compile_features(ekauth_test_main PUBLIC cxx_std_20)
set(EKAUTH_TEST_OPTIONS "" CACHE STRING "Compiler options of the tests, examples and kit, after those of the build type")
target_compile_options(ekauth_test_main PUBLIC ${EKAUTH_TEST_OPTIONS})
target_compile_definitions(ekauth_test_main PUBLIC $<$<BOOL:${EKAUTH_NO_EXCEPTIONS}>:EKAUTH_NO_EXCEPTIONS>)
if(TARGET ekauth_testing)
  target_compile_options(ekauth_testing PRIVATE ${EKAUTH_TEST_OPTIONS})
endif()

# ekauth_need_program(VARIABLE name package what): its path, or an error that names the package to install.
function(ekauth_need_program variable name package what)
  find_program(${variable} ${name} HINTS /usr/bin)  # that of the system, which has the system's modules
  if(NOT ${variable})
    message(FATAL_ERROR "ekauth: ${what} needs ${name}: install ${package}, or configure with -DEKAUTH_BUILD_TESTS=OFF")
  endif()
endfunction()

# ekauth_long_test(name COMMAND …): a test that takes a minute or more. Only tests/run --long runs it, by `ctest -C long`.
function(ekauth_long_test name)
  add_test(NAME ${name} CONFIGURATIONS long ${ARGN})
  set_tests_properties(${name} PROPERTIES LABELS long FAIL_REGULAR_EXPRESSION "No tests ran")
endfunction()

# ekauth_test(name PIECES piece… [BESIDE program…] [LONG] [HERE]): every name/*_test.cpp as one program and one ctest entry;
# built when all its pieces are. BESIDE names programs that start a server and run the tests beside it: targets, or
# scripts of tests/support. LONG: its test cases tagged [.long] are a second entry, name.long, of the long tests. HERE: the
# test files of the calling folder itself.
function(ekauth_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "LONG;HERE" "" "PIECES;LIBRARIES;BESIDE")
  foreach(piece IN LISTS arg_PIECES)
    if(NOT piece IN_LIST EKAUTH_BUILT_PIECES)
      return()
    endif()
  endforeach()
  set(folder ${CMAKE_CURRENT_SOURCE_DIR}/${name})
  if(arg_HERE)
    set(folder ${CMAKE_CURRENT_SOURCE_DIR})
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*_test.cpp)
  if(NOT sources)
    message(FATAL_ERROR "ekauth: ${folder} has no *_test.cpp")
  endif()
  add_executable(${name}_tests ${sources})
  ekauth_warnings(${name}_tests)
  list(TRANSFORM arg_PIECES PREPEND ekauth:: OUTPUT_VARIABLE libraries)
  target_link_libraries(${name}_tests PRIVATE ekauth_test_main ${libraries} ${arg_LIBRARIES})
  target_compile_definitions(${name}_tests PRIVATE EKAUTH_TEST_DATA="${EKAUTH_SOURCE_DIR}/tests/data")
  set(beside "")
  foreach(program IN LISTS arg_BESIDE)
    if(TARGET ${program})
      list(APPEND beside $<TARGET_FILE:${program}>)
      add_dependencies(${name}_tests ${program})
    else()
      list(APPEND beside ${EKAUTH_SOURCE_DIR}/tests/support/${program})
    endif()
  endforeach()
  add_test(NAME ${name} COMMAND ${beside} $<TARGET_FILE:${name}_tests>)
  if(arg_LONG)
    ekauth_long_test(${name}.long COMMAND ${beside} $<TARGET_FILE:${name}_tests> "[long]")
  endif()
endfunction()
