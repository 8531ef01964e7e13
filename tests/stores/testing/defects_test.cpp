// Every clause notices: a store that is wrong in one way, and the clause that must say so.
#include <ekauth/testing.hpp>

#include "catch.hpp"
#include "support/whole_kit.hpp"
#include "testing/faulty_allowlists.hpp"
#include "testing/faulty_keys.hpp"
#include "testing/faulty_sessions.hpp"

#include <set>
#include <string>

using namespace ekauth;

namespace {

template <class Defect>
struct expected {
  Defect defect;
  const char* clause;
};

using of_keys = faulty::keys_defect;
constexpr expected<of_keys> keys_expected[] = {
    {of_keys::insert_overwrites, "keys.insert.collision"},
    {of_keys::insert_says_inserted, "keys.insert.collision"},
    {of_keys::insert_looks_first, "keys.insert.collision_race"},
    {of_keys::owner_has_one_key, "keys.flows.create"},
    {of_keys::limit_off_by_one, "keys.insert.limit"},
    {of_keys::limit_counts_revoked, "keys.insert.limit"},
    {of_keys::limit_counts_every_owner, "keys.insert.limit"},
    {of_keys::limit_looks_first, "keys.insert.limit_race"},
    {of_keys::find_ignores_case, "keys.find.exact"},
    {of_keys::find_takes_prefixes, "keys.find.exact"},
    {of_keys::find_is_cached, "keys.replace.visible"},
    {of_keys::find_reads_twice, "keys.replace.race"},
    {of_keys::replicas_lag, "keys.replace.visible_race"},
    {of_keys::zero_is_null, "keys.find.as_inserted"},
    {of_keys::optional_is_dropped, "keys.find.as_inserted"},
    {of_keys::owner_ends_at_nul, "keys.values.owner"},
    {of_keys::owner_ignores_case, "keys.list.owner"},
    {of_keys::name_is_cut, "keys.values.text"},
    {of_keys::version_is_a_double, "keys.values.number"},
    {of_keys::number_is_signed, "keys.values.number"},
    {of_keys::time_is_seconds, "keys.values.number"},
    {of_keys::replace_ignores_version, "keys.replace.version"},
    {of_keys::replace_looks_first, "keys.replace.race"},
    {of_keys::replace_does_nothing, "keys.replace.visible"},
    {of_keys::replace_does_nothing, "keys.flows.revoke"},
    {of_keys::replace_does_nothing, "keys.flows.disable"},
    {of_keys::replace_inserts, "keys.replace.version"},
    {of_keys::replace_revives, "keys.replace.revoked"},
    {of_keys::version_stays, "keys.replace.version"},
    {of_keys::version_is_the_callers, "keys.replace.version"},
    {of_keys::owner_is_rewritten, "keys.replace.keeps"},
    {of_keys::created_at_is_rewritten, "keys.replace.keeps"},
    {of_keys::environment_is_rewritten, "keys.replace.keeps"},
    {of_keys::uses_are_rewritten, "keys.replace.keeps"},
    {of_keys::uses_are_rewritten, "keys.replace.uses"},
    {of_keys::secrets_stay, "keys.replace.secrets"},
    {of_keys::last_use_returns, "keys.replace.secrets"},
    {of_keys::one_secret_only, "keys.flows.roll"},
    {of_keys::touch_goes_back, "keys.touch.forward"},
    {of_keys::touch_moves_version, "keys.touch.forward"},
    {of_keys::touch_counts_all, "keys.touch.forward"},
    {of_keys::touch_counts_all, "keys.touch.unknown"},
    {of_keys::touch_stops_at_unknown, "keys.touch.unknown"},
    {of_keys::touch_reads_first, "keys.touch.race"},
    {of_keys::list_ignores_case, "keys.list.order"},
    {of_keys::list_omits_revoked, "keys.list.order"},
    {of_keys::list_leaks, "keys.list.owner"},
    {of_keys::list_skips_one, "keys.list.pages"},
    {of_keys::list_repeats_one, "keys.list.pages"},
    {of_keys::list_wants_known_after, "keys.list.pages"},
    {of_keys::list_ignores_limit, "keys.list.pages"},
    {of_keys::list_counts_secrets, "keys.list.limit"},
    {of_keys::list_by_position, "keys.list.growth"},
    {of_keys::refuses_the_past, "keys.flows.clock"},
    {of_keys::fails_now_and_then, "keys.list.pages"},
};

using of_sessions = faulty::sessions_defect;
constexpr expected<of_sessions> sessions_expected[] = {
    {of_sessions::insert_overwrites, "sessions.insert.collision"},
    {of_sessions::insert_looks_first, "sessions.insert.collision_race"},
    {of_sessions::insert_ignores_epoch, "sessions.insert.epoch"},
    {of_sessions::insert_reads_epoch_first, "sessions.epoch.insert_race"},
    {of_sessions::find_ignores_case, "sessions.find.exact"},
    {of_sessions::find_is_cached, "sessions.write.visible"},
    {of_sessions::find_reads_epoch_first, "sessions.find.one_instant"},
    {of_sessions::find_reads_epoch_last, "sessions.find.one_instant"},
    {of_sessions::find_reads_twice, "sessions.advance.race"},
    {of_sessions::replicas_lag, "sessions.write.visible_race"},
    {of_sessions::zero_is_null, "sessions.find.as_inserted"},
    {of_sessions::subject_ends_at_nul, "sessions.values.subject"},
    {of_sessions::subject_ignores_case, "sessions.list.subject"},
    {of_sessions::client_is_cut, "sessions.values.text"},
    {of_sessions::generation_is_signed, "sessions.values.number"},
    {of_sessions::version_is_a_double, "sessions.values.number"},
    {of_sessions::time_is_seconds, "sessions.values.number"},
    {of_sessions::advance_ignores_version, "sessions.advance.version"},
    {of_sessions::advance_looks_first, "sessions.advance.race"},
    {of_sessions::advance_looks_first, "sessions.flows.race_strict"},
    {of_sessions::advance_looks_first, "sessions.flows.race_web"},
    {of_sessions::advance_does_nothing, "sessions.write.visible"},
    {of_sessions::advance_does_nothing, "sessions.flows.rotate"},
    {of_sessions::advance_does_nothing, "sessions.flows.rotate_strict"},
    {of_sessions::advance_ignores_epoch, "sessions.advance.epoch"},
    {of_sessions::advance_trusts_the_caller, "sessions.advance.epoch"},
    {of_sessions::advance_reads_epoch_first, "sessions.epoch.advance_race"},
    {of_sessions::advance_reads_state_first, "sessions.revoke.advance_race"},
    {of_sessions::advance_revives, "sessions.revoke.once"},
    {of_sessions::created_at_is_rewritten, "sessions.advance.keeps"},
    {of_sessions::absolute_deadline_is_rewritten, "sessions.advance.keeps"},
    {of_sessions::confirmed_at_stays, "sessions.advance.keeps"},
    {of_sessions::idle_deadline_stays, "sessions.advance.keeps"},
    {of_sessions::times_never_go_back, "sessions.advance.keeps"},
    {of_sessions::salt_stays, "sessions.flows.rotate"},
    {of_sessions::version_stays, "sessions.advance.version"},
    {of_sessions::revoke_does_nothing, "sessions.revoke.once"},
    {of_sessions::revoke_does_nothing, "sessions.flows.reuse"},
    {of_sessions::revoke_does_nothing, "sessions.flows.end"},
    {of_sessions::revoke_is_repeated, "sessions.revoke.once"},
    {of_sessions::revoke_never_misses, "sessions.revoke.once"},
    {of_sessions::revoke_looks_first, "sessions.revoke.race"},
    {of_sessions::revoke_keeps_no_reason, "sessions.revoke.reason"},
    {of_sessions::bump_keeps_first_reason, "sessions.epoch.counts"},
    {of_sessions::bump_answers_old, "sessions.epoch.counts"},
    {of_sessions::bump_reads_first, "sessions.epoch.race"},
    {of_sessions::bump_hits_everybody, "sessions.epoch.counts"},
    {of_sessions::insert_ignores_epoch, "sessions.flows.end_all"},
    {of_sessions::list_ignores_case, "sessions.list.order"},
    {of_sessions::list_omits_ended, "sessions.list.order"},
    {of_sessions::list_lacks_epochs, "sessions.list.order"},
    {of_sessions::list_skips_one, "sessions.list.pages"},
    {of_sessions::list_wants_known_after, "sessions.list.pages"},
    {of_sessions::list_by_position, "sessions.list.growth"},
    {of_sessions::list_leaks, "sessions.list.subject"},
    {of_sessions::purge_is_exclusive, "sessions.purge.due"},
    {of_sessions::purge_ignores_absolute, "sessions.purge.due"},
    {of_sessions::purge_takes_one_more, "sessions.purge.living"},
    {of_sessions::purge_takes_revoked, "sessions.purge.living"},
    {of_sessions::purge_by_first_deadline, "sessions.purge.advance"},
    {of_sessions::purge_ignores_limit, "sessions.purge.limit"},
    {of_sessions::purge_counts_nothing, "sessions.purge.limit"},
    {of_sessions::purge_remembers_latest, "sessions.purge.earlier"},
    {of_sessions::purge_forgets_epochs, "sessions.purge.epochs"},
    {of_sessions::purge_looks_first, "sessions.purge.race"},
    {of_sessions::purge_looks_first, "sessions.purge.advance_race"},
    {of_sessions::refuses_the_past, "sessions.flows.clock"},
};

using of_allowlists = faulty::allowlists_defect;
constexpr expected<of_allowlists> allowlists_expected[] = {
    {of_allowlists::find_ignores_known, "allowlists.find.known"},
    {of_allowlists::find_hides_newer, "allowlists.find.known"},
    {of_allowlists::find_answers_none_for_known, "allowlists.find.known"},
    {of_allowlists::find_reads_twice, "allowlists.find.one_instant"},
    {of_allowlists::find_is_cached, "allowlists.save.version"},
    {of_allowlists::key_is_forgotten, "allowlists.find.as_saved"},
    {of_allowlists::account_is_forgotten, "allowlists.find.exact"},
    {of_allowlists::account_ignores_case, "allowlists.find.exact"},
    {of_allowlists::account_ends_at_nul, "allowlists.find.exact"},
    {of_allowlists::label_ends_at_nul, "allowlists.values"},
    {of_allowlists::label_is_cut, "allowlists.values"},
    {of_allowlists::expiry_is_dropped, "allowlists.find.as_saved"},
    {of_allowlists::entries_are_sorted, "allowlists.find.as_saved"},
    {of_allowlists::repeats_are_merged, "allowlists.find.as_saved"},
    {of_allowlists::switch_is_on, "allowlists.find.as_saved"},
    {of_allowlists::save_ignores_version, "allowlists.save.version"},
    {of_allowlists::save_makes_any, "allowlists.save.version"},
    {of_allowlists::save_looks_first, "allowlists.save.race"},
    {of_allowlists::save_does_nothing, "allowlists.find.as_saved"},
    {of_allowlists::version_stays, "allowlists.save.version"},
    {of_allowlists::save_in_two_steps, "allowlists.save.race"},
    {of_allowlists::names_are_joined, "allowlists.find.exact"},
    {of_allowlists::saves_append, "allowlists.flows.save"},
};

// Only of the clause itself, lest another one speaks for it.
template <class Check>
void expect_noticed(const char* clause, const Check& check) {
  INFO(clause);
  const auto findings = check(testing::options{.only = clause});
  bool noticed = false;
  for (const testing::finding& each : findings) {
    if (each.broken.name == clause) noticed = true;
    CHECK_FALSE(each.seen.empty());
  }
  CHECK(noticed);
}

template <class Expected>
void expect_each_defect_once(const Expected& all, std::size_t defects) {
  std::set<int> seen;
  for (const auto& each : all) seen.insert(static_cast<int>(each.defect));
  CHECK(seen.size() == defects);
}

}  // namespace

TEST_CASE("a store of keys that is wrong in one way breaks the clause that says so", "[testing]") {
  for (const auto& each : keys_expected) {
    faulty::keys_store store(each.defect);
    expect_noticed(each.clause, [&](const auto& how) { return whole_kit::check_keys(store, how); });
  }
  expect_each_defect_once(keys_expected, static_cast<std::size_t>(of_keys::fails_now_and_then));
}

TEST_CASE("a store of sessions that is wrong in one way breaks the clause that says so", "[testing]") {
  for (const auto& each : sessions_expected) {
    faulty::sessions_store store(each.defect);
    expect_noticed(each.clause, [&](const auto& how) { return whole_kit::check_sessions(store, how); });
  }
  expect_each_defect_once(sessions_expected, static_cast<std::size_t>(of_sessions::refuses_the_past));
}

TEST_CASE("a store of allowlists that is wrong in one way breaks the clause that says so", "[testing]") {
  for (const auto& each : allowlists_expected) {
    faulty::allowlists_store store(each.defect);
    expect_noticed(each.clause, [&](const auto& how) { return whole_kit::check_allowlists(store, how); });
  }
  expect_each_defect_once(allowlists_expected, static_cast<std::size_t>(of_allowlists::saves_append));
}

TEST_CASE("the same stores without a defect break no clause", "[testing]") {
  faulty::keys_store keys;
  faulty::sessions_store sessions;
  faulty::allowlists_store allowlists;
  for (const auto& each : whole_kit::check_keys(keys)) FAIL_CHECK(testing::to_string(each));
  for (const auto& each : whole_kit::check_sessions(sessions)) FAIL_CHECK(testing::to_string(each));
  for (const auto& each : whole_kit::check_allowlists(allowlists)) FAIL_CHECK(testing::to_string(each));
}

TEST_CASE("every clause has a defect that it was seen to notice", "[testing]") {
  std::set<std::string_view> noticed;
  for (const auto& each : keys_expected) noticed.insert(each.clause);
  for (const auto& each : sessions_expected) noticed.insert(each.clause);
  for (const auto& each : allowlists_expected) noticed.insert(each.clause);
  for (const testing::clause& each : whole_kit::clauses()) {
    INFO(each.name);
    CHECK(noticed.count(each.name) == 1);
  }
}
