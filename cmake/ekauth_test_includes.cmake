# ekauth_test_includes(target): the folders in which the includes of tests, fuzz targets and benchmarks are looked for.
# Each home is one, so that an include names a header by its own folder: "cidr/lists.hpp", "sqlite/raw.hpp".
function(ekauth_test_includes target)
  set(tests ${EKAUTH_SOURCE_DIR}/tests)
  target_include_directories(${target} PUBLIC ${tests} ${tests}/support ${tests}/pieces ${tests}/stores ${tests}/attacks ${tests}/proof)
endfunction()
