// Lets an account be used from some networks only: a list that its owner edits, and that every request meets.

#include <ekauth/allowlists.hpp>
#include <ekauth/memory.hpp>
#include <ekauth/run.hpp>

#include <cstdio>

using namespace ekauth;

namespace {

int fail(const error& why) {
  std::fprintf(stderr, "entry %u: %s\n", why.position(), why.text());
  return 1;
}

}  // namespace

int main() {
  const allowlists::holder owner{subject_id("acc_9i8h7g6f5e")};  // or one of its keys: {account, key}
  const auto home = cidr::address::parse("203.0.113.9"), desk = cidr::address::parse("192.0.2.77");
  if (!home || !desk) return 1;
  const auto lists = allowlists::service::make();
  if (!lists) return fail(lists.error());
  memory::store store;

  // [readme:allowlist]
  allowlists::edit edit{
      .entries = {{"192.0.2.0/24", "Office"}, {"198.51.100.7-198.51.100.19", "Data centre"}},
      .enabled = true,
      .expected = 0,  // the version that was edited: two people cannot overwrite each other
      .caller = *home};
  auto saved = run(lists->save(owner, edit, now()), store);
  if (!saved && saved.error().code() == errc::allowlist_excludes_caller) {
    edit.confirmed = true;  // after asking: the list would lock out whoever saves it
    saved = run(lists->save(owner, edit, now()), store);
  }
  if (!saved) return fail(saved.error());

  const auto at_desk = run(lists->check(owner, *desk, now()), store);  // guard does this for every request
  const auto at_home = run(lists->check(owner, *home, now()), store);  // ip_not_allowed
  // [/readme]
  std::printf("desk: %s, home: %s\n", at_desk ? "in" : at_desk.error().text(),
              at_home ? "in" : at_home.error().text());

  // One bad entry refuses the whole edit and says which: here, bits are set behind the length.
  edit.entries = {{"192.0.2.0/24"}, {"10.1.2.3/8"}};
  edit.expected = saved->version;
  const auto typo = run(lists->save(owner, edit, now()), store);
  if (typo || typo.error().position() != 1) return 1;

  const auto off = run(lists->disable(owner, now()), store);
  const auto again = run(lists->check(owner, *home, now()), store);
  return at_desk && !at_home && off && again ? 0 : 1;
}
