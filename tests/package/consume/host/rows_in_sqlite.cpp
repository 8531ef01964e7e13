// Rows of keys are kept for a purpose of the host's own, without any service.
#include <ekauth/sqlite.hpp>

#include <cstdio>

int main() {
  using namespace ekauth;
  static constexpr char path[] = "rows.db";
  std::remove(path);
  auto store = sqlite::store::open({.path = path});
  if (!store) return 1;
  keys::record row;
  row.id = key_id("key_1a2b3c4d5e");
  row.name = "Build server";
  row.granted.subject = subject_id("acc_1");
  const auto kept = store->answer(keys::insert{row});
  if (!kept || *kept != keys::insert::reply::inserted) return 2;
  const auto found = store->answer(keys::find{row.id});
  if (!found || !*found) return 3;
  return (*found)->name == "Build server" ? 0 : 4;
}
