# Writes ekauth.cpp: the sources of the pieces as one file, for builds without CMake.
#
#   cmake -DSOURCE=… -DOUTPUT=… -P amalgamate.cmake         OUTPUT/lists.cmake sets PIECES and SOURCES_OF_<piece>
#
# Each adapter stands between #ifndef EKAUTH_NO_SQLITE and #endif, or the like of its name. The public headers stay a folder.

cmake_minimum_required(VERSION 3.25)

include(${OUTPUT}/lists.cmake)
set(adapters sqlite postgres redis)
set_property(GLOBAL PROPERTY written "")
set_property(GLOBAL PROPERTY text "")

function(append text)
  set_property(GLOBAL APPEND_STRING PROPERTY text "${text}")
endfunction()

# Appends a file of src/, after the private headers that it includes and that were not there before.
function(append_file name)
  get_property(written GLOBAL PROPERTY written)
  if(name IN_LIST written)
    return()
  endif()
  set_property(GLOBAL APPEND PROPERTY written ${name})
  file(READ ${SOURCE}/src/${name} text)
  string(REGEX MATCHALL "#include \"[a-z0-9_/]+\\.hpp\"" includes "${text}")
  foreach(include IN LISTS includes)
    string(REGEX REPLACE "#include \"(.*)\"" "\\1" header "${include}")
    append_file(${header})
  endforeach()
  string(REGEX REPLACE "#include \"[a-z0-9_/]+\\.hpp\"\n" "" text "${text}")
  string(REPLACE "#pragma once\n" "" text "${text}")
  append("\n// ---- src/${name}\n\n${text}")
endfunction()

append("// ekauth, as one source file, made by the target amalgamate. Compile it with the folder include beside it:
//
//   c++ -std=c++20 -O2 -Iinclude -c ekauth.cpp
//
// -DEKAUTH_NO_SQLITE, -DEKAUTH_NO_POSTGRES and -DEKAUTH_NO_REDIS leave an adapter out.
")
foreach(piece IN LISTS PIECES)
  string(TOUPPER "EKAUTH_NO_${piece}" macro)
  if(piece IN_LIST adapters)
    append("\n#ifndef ${macro}\n")
  endif()
  foreach(source IN LISTS SOURCES_OF_${piece})
    append_file(${piece}/${source})
  endforeach()
  if(piece IN_LIST adapters)
    append("\n#endif  // ${macro}\n")
  endif()
endforeach()
get_property(text GLOBAL PROPERTY text)
file(WRITE ${OUTPUT}/ekauth.cpp "${text}")
file(COPY ${SOURCE}/include DESTINATION ${OUTPUT})
file(COPY ${SOURCE}/LICENSE DESTINATION ${OUTPUT})
