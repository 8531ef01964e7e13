#!/bin/bash -eu
# Builds every fuzz target into $OUT, with its seeds and its dictionary; called by OSS-Fuzz.
# fmt and simdjson are built along: they must be of the same C++ library as the targets.
cmake -G Ninja -S "$SRC/ekauth" -B "$WORK/build" -DCMAKE_BUILD_TYPE=RelWithDebInfo \
  -DEKAUTH_PIECES="cidr;http;jwt;keys;refresh;allowlists;memory" -DEKAUTH_BUILD_FUZZ_TARGETS=ON -DEKAUTH_BUILD_TESTS=OFF \
  -DEKAUTH_BUILD_EXAMPLES=OFF -DEKAUTH_INSTALL=OFF -DEKAUTH_WERROR=OFF -DEKAUTH_FETCH_DEPS=ON \
  -DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON -DCMAKE_DISABLE_FIND_PACKAGE_simdjson=ON \
  -DEKAUTH_FUZZ_ENGINE="$LIB_FUZZING_ENGINE" -DCMAKE_BUILD_RPATH_USE_ORIGIN=ON -DCMAKE_BUILD_RPATH="\$ORIGIN/lib"
cmake --build "$WORK/build"

mkdir -p "$OUT/lib"
for program in "$WORK"/build/tests/proof/fuzz/fuzz_*; do
  [[ -x $program && ! -d $program ]] || continue
  name=$(basename "$program") target=${program##*/fuzz_}
  cp "$program" "$OUT/$name"
  (cd "$SRC/ekauth/tests/proof/fuzz/seeds/$target" && zip -q "$OUT/${name}_seed_corpus.zip" *)
  dictionary=$SRC/ekauth/tests/proof/fuzz/dictionaries/$target.txt
  if [[ -f $dictionary ]]; then cp "$dictionary" "$OUT/$name.dict"; fi
  ldd "$program" | sed -n 's/.* => \(.*libcrypto\.so[^ ]*\) .*/\1/p' | xargs -r cp -L -t "$OUT/lib"
done
