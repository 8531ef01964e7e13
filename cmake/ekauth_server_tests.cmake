# Tests against servers: the packaged programs, each started by its test, as a process of its own and nobody's service.

# ekauth_beside(program LIBRARIES target…): tests/stores/program.cpp, which starts a server and runs a command beside it.
function(ekauth_beside program)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBRARIES")
  add_executable(${program} ${CMAKE_CURRENT_SOURCE_DIR}/stores/${program}.cpp)
  ekauth_warnings(${program})
  target_compile_features(${program} PRIVATE cxx_std_20)
  target_include_directories(${program} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${program} PRIVATE Threads::Threads ${arg_LIBRARIES})
endfunction()

# ekauth_postgres_servers: what tests link that start PostgreSQL or PgBouncer, or are run beside them.
if(postgres IN_LIST EKAUTH_BUILT_PIECES)
  find_program(EKAUTH_PG_CONFIG pg_config)
  if(EKAUTH_PG_CONFIG)
    execute_process(COMMAND ${EKAUTH_PG_CONFIG} --bindir OUTPUT_VARIABLE bindir OUTPUT_STRIP_TRAILING_WHITESPACE)
  endif()
  find_program(EKAUTH_INITDB initdb HINTS ${bindir})
  find_program(EKAUTH_PGBOUNCER pgbouncer PATHS /usr/sbin)
  if(NOT EKAUTH_INITDB OR NOT EKAUTH_PGBOUNCER)
    message(FATAL_ERROR "ekauth: the tests of piece 'postgres' start servers of their own: install postgresql and pgbouncer, or leave postgres out of EKAUTH_PIECES")
  endif()
  cmake_path(GET EKAUTH_INITDB PARENT_PATH bindir)
  add_library(ekauth_postgres_servers INTERFACE)
  target_link_libraries(ekauth_postgres_servers INTERFACE PostgreSQL::PostgreSQL)
  target_compile_definitions(ekauth_postgres_servers INTERFACE EKAUTH_POSTGRES_PROGRAMS="${bindir}"
                             EKAUTH_PGBOUNCER="${EKAUTH_PGBOUNCER}")
  ekauth_beside(with_postgres LIBRARIES ekauth_postgres_servers)
  ekauth_beside(with_pgbouncer LIBRARIES ekauth_postgres_servers)
endif()
