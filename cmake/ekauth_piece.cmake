# ekauth_piece(NAME SOURCES file… [PUBLIC piece…] [PRIVATE piece…] [PACKAGES package…] [HEADERS header…] [RTTI file…])
#
# Declares a piece: target ekauth::NAME from src/NAME, public header ekauth/NAME.hpp unless HEADERS lists others (or
# none). RTTI: the sources of classes that a host holds, whose type information its sanitizers ask for. Pieces are declared floor by floor; a piece is built when EKAUTH_PIECES names it or something that needs it.
# ekauth_finish_pieces() then creates the targets, checks packages and writes the install rules.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(EKAUTH_DECLARED_PIECES "")
set(EKAUTH_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/ekauth)
set(EKAUTH_SOURCE_DIR ${CMAKE_CURRENT_SOURCE_DIR})

function(ekauth_piece name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;PUBLIC;PRIVATE;PACKAGES;HEADERS;RTTI")
  if(NOT DEFINED arg_HEADERS AND NOT "HEADERS" IN_LIST arg_KEYWORDS_MISSING_VALUES)
    set(arg_HEADERS ${name})
  endif()
  foreach(field SOURCES PUBLIC PRIVATE PACKAGES HEADERS RTTI)
    set(EKAUTH_${name}_${field} "${arg_${field}}" PARENT_SCOPE)
  endforeach()
  set(EKAUTH_DECLARED_PIECES ${EKAUTH_DECLARED_PIECES} ${name} PARENT_SCOPE)
endfunction()

# What a package is called for people, which target it gives, and its name for pkg-config.
set(EKAUTH_PACKAGE_fmt        "libfmt-dev"      fmt::fmt               fmt)
set(EKAUTH_PACKAGE_simdjson   "libsimdjson-dev" simdjson::simdjson     simdjson)
set(EKAUTH_PACKAGE_OpenSSL    "libssl-dev"      OpenSSL::Crypto        libcrypto)
set(EKAUTH_PACKAGE_Sodium     "libsodium-dev"   Sodium::Sodium         libsodium)
set(EKAUTH_PACKAGE_SQLite3    "libsqlite3-dev"  SQLite::SQLite3        sqlite3)
set(EKAUTH_PACKAGE_PostgreSQL "libpq-dev"       PostgreSQL::PostgreSQL libpq)
set(EKAUTH_PACKAGE_Hiredis    "libhiredis-dev"  Hiredis::Hiredis       hiredis)
set(EKAUTH_PACKAGE_Threads    "libc6-dev"       Threads::Threads)

# A macro, because the targets that find_package makes must be visible where the pieces are linked.
macro(ekauth_need_package package piece)
  list(GET EKAUTH_PACKAGE_${package} 0 ekauth_debian_name)
  list(GET EKAUTH_PACKAGE_${package} 1 ekauth_package_target)
  if(NOT TARGET ${ekauth_package_target})
    if("${package}" STREQUAL "OpenSSL")
      find_package(OpenSSL 3.0 QUIET COMPONENTS Crypto)
    elseif("${package}" STREQUAL "Sodium")
      list(PREPEND CMAKE_MODULE_PATH ${EKAUTH_SOURCE_DIR}/cmake)
      find_package(Sodium 1.0.18 QUIET)
      list(POP_FRONT CMAKE_MODULE_PATH)
    elseif("${package}" STREQUAL "Hiredis")
      list(PREPEND CMAKE_MODULE_PATH ${EKAUTH_SOURCE_DIR}/cmake)
      find_package(Hiredis 0.14 QUIET)
      list(POP_FRONT CMAKE_MODULE_PATH)
    else()
      find_package(${package} QUIET)
    endif()
  endif()
  if(NOT TARGET ${ekauth_package_target} AND EKAUTH_FETCH_DEPS AND "${package}" MATCHES "^(fmt|simdjson)$")
    include(FetchContent)
    set(FMT_INSTALL ${EKAUTH_INSTALL})  # what is installed with us must be findable beside us
    FetchContent_Declare(fmt GIT_REPOSITORY https://github.com/fmtlib/fmt GIT_TAG 11.1.4)
    FetchContent_Declare(simdjson GIT_REPOSITORY https://github.com/simdjson/simdjson GIT_TAG v3.12.3)
    FetchContent_MakeAvailable(${package})
  endif()
  if(NOT TARGET ${ekauth_package_target})
    set(ekauth_hint "install ${ekauth_debian_name}, or leave ${piece} out of EKAUTH_PIECES")
    if("${package}" MATCHES "^(fmt|simdjson)$")
      string(APPEND ekauth_hint ", or configure with -DEKAUTH_FETCH_DEPS=ON")
    endif()
    message(FATAL_ERROR "ekauth: piece '${piece}' needs ${package}: ${ekauth_hint}")
  endif()
endmacro()

macro(ekauth_finish_pieces)
  if("${EKAUTH_PIECES}" STREQUAL "all")
    set(EKAUTH_BUILT_PIECES ${EKAUTH_DECLARED_PIECES})
  else()
    set(ekauth_wanted ${EKAUTH_PIECES})
    foreach(piece IN LISTS ekauth_wanted)
      if(NOT piece IN_LIST EKAUTH_DECLARED_PIECES)
        message(FATAL_ERROR "ekauth: EKAUTH_PIECES names '${piece}'; the pieces are: ${EKAUTH_DECLARED_PIECES}")
      endif()
    endforeach()
    # Pieces are declared after what they need, so one walk backwards finds everything.
    set(EKAUTH_BUILT_PIECES "")
    set(ekauth_backwards ${EKAUTH_DECLARED_PIECES})
    list(REVERSE ekauth_backwards)
    foreach(piece IN LISTS ekauth_backwards)
      if(piece IN_LIST ekauth_wanted)
        list(PREPEND EKAUTH_BUILT_PIECES ${piece})
        list(APPEND ekauth_wanted ${EKAUTH_${piece}_PUBLIC} ${EKAUTH_${piece}_PRIVATE})
      endif()
    endforeach()
  endif()

  foreach(piece IN LISTS EKAUTH_BUILT_PIECES)
    foreach(package IN LISTS EKAUTH_${piece}_PACKAGES)
      ekauth_need_package(${package} ${piece})
    endforeach()
    ekauth_add_piece(${piece})
  endforeach()
  if(EKAUTH_INSTALL)
    ekauth_install_pieces()
  endif()
endmacro()

# Our own warnings for our own targets; nothing of the host's is touched.
function(ekauth_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -Wshadow -Wpedantic $<$<BOOL:${EKAUTH_WERROR}>:-Werror>)
endfunction()

function(ekauth_add_piece name)
  set(target ekauth_${name})
  list(TRANSFORM EKAUTH_${name}_SOURCES PREPEND ${EKAUTH_SOURCE_DIR}/src/${name}/ OUTPUT_VARIABLE sources)
  add_library(${target} ${sources})
  add_library(ekauth::${name} ALIAS ${target})
  target_compile_features(${target} PUBLIC cxx_std_20)
  # Code for shared libraries may be inlined too: nobody replaces one function of ours at load time. clang assumes so.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-semantic-interposition>)
  # Nothing of ours throws but for a lack of memory; what passes through (that, a host's store) must release what is held.
  if(EKAUTH_NO_EXCEPTIONS)
    target_compile_options(${target} PRIVATE -fno-exceptions -fno-rtti)
  endif()
  foreach(file IN LISTS EKAUTH_${name}_RTTI)
    set_source_files_properties(${EKAUTH_SOURCE_DIR}/src/${name}/${file} PROPERTIES COMPILE_OPTIONS -frtti)
  endforeach()
  ekauth_warnings(${target})
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${name} OUTPUT_NAME ekauth-${name} CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON
    INSTALL_RPATH $ORIGIN  # an installed piece finds the pieces beside it, wherever the folder is
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  target_include_directories(${target}
    PUBLIC $<BUILD_INTERFACE:${EKAUTH_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE ${EKAUTH_SOURCE_DIR}/src)
  foreach(piece IN LISTS EKAUTH_${name}_PUBLIC)
    target_link_libraries(${target} PUBLIC ekauth_${piece})
  endforeach()
  foreach(piece IN LISTS EKAUTH_${name}_PRIVATE)
    target_link_libraries(${target} PRIVATE ekauth_${piece})
  endforeach()
  foreach(package IN LISTS EKAUTH_${name}_PACKAGES)
    list(GET EKAUTH_PACKAGE_${package} 1 package_target)
    target_link_libraries(${target} PRIVATE ${package_target})
  endforeach()
endfunction()

# ekauth-NAME.pc, for builds that ask pkg-config. A static piece needs all below it to link, a shared one brings it.
function(ekauth_install_pc name)
  set(below ${EKAUTH_${name}_PRIVATE})
  list(TRANSFORM below PREPEND ekauth-)
  set(threads "")
  foreach(package IN LISTS EKAUTH_${name}_PACKAGES)
    if(package STREQUAL "Threads")
      set(threads " -pthread")
    else()
      list(GET EKAUTH_PACKAGE_${package} 2 pc_name)
      list(APPEND below ${pc_name})
    endif()
  endforeach()
  list(TRANSFORM EKAUTH_${name}_PUBLIC PREPEND ekauth- OUTPUT_VARIABLE public)
  if(NOT BUILD_SHARED_LIBS)
    list(APPEND public ${below})
    set(below "")
  endif()
  list(JOIN public ", " public)
  list(JOIN below ", " below)
  file(RELATIVE_PATH to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
  file(CONFIGURE OUTPUT ekauth-${name}.pc @ONLY CONTENT [[
prefix=${pcfiledir}/@to_prefix@
Name: ekauth-@name@
Description: @PROJECT_DESCRIPTION@, piece @name@
Version: @PROJECT_VERSION@
Requires: @public@
Requires.private: @below@
Cflags: -I${prefix}/@CMAKE_INSTALL_INCLUDEDIR@
Libs: -L${prefix}/@CMAKE_INSTALL_LIBDIR@ -lekauth-@name@@threads@
]])
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/ekauth-${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

function(ekauth_install_pieces)
  set(EKAUTH_PIECE_TABLE "")
  foreach(piece IN LISTS EKAUTH_BUILT_PIECES)
    install(TARGETS ekauth_${piece} EXPORT ekauth-${piece}
            LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
    ekauth_install_pc(${piece})
    install(EXPORT ekauth-${piece} NAMESPACE ekauth:: FILE ekauth-${piece}.cmake DESTINATION ${EKAUTH_PACKAGE_DIR})
    foreach(header IN LISTS EKAUTH_${piece}_HEADERS)
      install(FILES ${EKAUTH_SOURCE_DIR}/include/ekauth/${header}.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ekauth)
    endforeach()
    string(APPEND EKAUTH_PIECE_TABLE
      "set(_ekauth_${piece}_pieces ${EKAUTH_${piece}_PUBLIC} ${EKAUTH_${piece}_PRIVATE})\n"
      "set(_ekauth_${piece}_packages ${EKAUTH_${piece}_PACKAGES})\n")
  endforeach()
  configure_package_config_file(${EKAUTH_SOURCE_DIR}/cmake/ekauth-config.cmake.in ekauth-config.cmake
                                INSTALL_DESTINATION ${EKAUTH_PACKAGE_DIR})
  write_basic_package_version_file(ekauth-config-version.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/ekauth-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/ekauth-config-version.cmake
                ${EKAUTH_SOURCE_DIR}/cmake/FindSodium.cmake ${EKAUTH_SOURCE_DIR}/cmake/FindHiredis.cmake
          DESTINATION ${EKAUTH_PACKAGE_DIR})
endfunction()

# The target amalgamate: all pieces but the kit as amalgamated/ekauth.cpp, beside a copy of the public headers.
function(ekauth_amalgamate)
  set(pieces ${EKAUTH_DECLARED_PIECES})
  list(REMOVE_ITEM pieces testing testing_flows)
  set(lists "set(PIECES ${pieces})\n")
  foreach(piece IN LISTS pieces)
    string(APPEND lists "set(SOURCES_OF_${piece} ${EKAUTH_${piece}_SOURCES})\n")
  endforeach()
  set(output ${CMAKE_CURRENT_BINARY_DIR}/amalgamated)
  file(WRITE ${output}/lists.cmake "${lists}")
  add_custom_target(amalgamate VERBATIM
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${EKAUTH_SOURCE_DIR} -DOUTPUT=${output} -P ${EKAUTH_SOURCE_DIR}/cmake/amalgamate.cmake
    COMMENT "Writing ${output}/ekauth.cpp")
endfunction()
