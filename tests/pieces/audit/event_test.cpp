#include <ekauth/audit.hpp>

#include "catch.hpp"

#include <string>

using namespace ekauth;
using audit::kind;
using audit::outcome;

namespace {

struct row {
  kind what;
  int number;
  const char* name;
  outcome without_code = outcome::success;
  bool critical = false;
};

// The contract with everybody who stores or searches these: rows are added and never changed.
const row rows[] = {
    {kind::auth_succeeded, 1, "auth.succeeded"},
    {kind::auth_failed, 2, "auth.failed", outcome::denied},
    {kind::auth_network_denied, 3, "auth.network_denied", outcome::denied},
    {kind::auth_scope_denied, 4, "auth.scope_denied", outcome::denied},
    {kind::auth_wrong_environment, 5, "auth.wrong_environment", outcome::denied},
    {kind::login_succeeded, 20, "login.succeeded"},
    {kind::login_failed, 21, "login.failed", outcome::denied},
    {kind::login_throttled, 22, "login.throttled", outcome::denied},
    {kind::refresh_rotated, 40, "refresh.rotated"},
    {kind::refresh_replayed, 41, "refresh.replayed"},
    {kind::refresh_coalesced, 42, "refresh.coalesced"},
    {kind::refresh_failed, 43, "refresh.failed", outcome::denied},
    {kind::refresh_reuse_detected, 44, "refresh.reuse_detected", outcome::denied, true},
    {kind::refresh_binding_mismatch, 45, "refresh.binding_mismatch", outcome::denied},
    {kind::refresh_verifier_mismatch, 46, "refresh.verifier_mismatch", outcome::denied, true},
    {kind::refresh_store_regression, 47, "refresh.store_regression", outcome::denied, true},
    {kind::session_ended, 60, "session.ended"},
    {kind::sessions_ended_all, 61, "sessions.ended_all"},
    {kind::account_created, 80, "account.created"},
    {kind::password_changed, 81, "password.changed"},
    {kind::password_change_failed, 82, "password.change_failed", outcome::denied},
    {kind::password_rehashed, 83, "password.rehashed"},
    {kind::key_created, 100, "key.created"},
    {kind::key_updated, 101, "key.updated"},
    {kind::key_rolled, 102, "key.rolled"},
    {kind::key_disabled, 103, "key.disabled"},
    {kind::key_enabled, 104, "key.enabled"},
    {kind::key_revoked, 105, "key.revoked"},
    {kind::key_old_secret_used, 106, "key.old_secret_used"},
    {kind::key_exposed_plaintext, 107, "key.exposed_plaintext", outcome::denied},
    {kind::key_exposed_in_url, 108, "key.exposed_in_url", outcome::denied},
    {kind::allowlist_changed, 120, "allowlist.changed"},
    {kind::allowlist_enabled, 121, "allowlist.enabled"},
    {kind::allowlist_disabled, 122, "allowlist.disabled"},
    {kind::request_failed, 140, "request.failed", outcome::failed},
    {kind::maintenance_failed, 141, "maintenance.failed", outcome::failed},
    {kind::audit_suppressed, 142, "audit.suppressed", outcome::denied},
};

}  // namespace

TEST_CASE("numbers and names of events never change their meaning", "[audit]") {
  for (const row& each : rows) {
    INFO(each.name);
    CHECK(static_cast<int>(each.what) == each.number);
    CHECK(name(each.what) == each.name);
    CHECK(outcome_of(each.what, errc{}) == each.without_code);
    CHECK(is_critical(each.what) == each.critical);
  }
}

TEST_CASE("a number that is no event is called unknown, and every event has a name of its own", "[audit]") {
  std::size_t named = 0;
  for (int number = 0; number <= 0xffff; ++number)
    named += name(static_cast<kind>(number)) != "unknown" ? 1u : 0u;
  CHECK(named == std::size(rows));
  CHECK_FALSE(audit::is_critical(static_cast<kind>(999)));
  for (const row& a : rows)
    for (const row& b : rows) CHECK((a.what == b.what || name(a.what) != name(b.what)));
}

TEST_CASE("a code makes any event denied, or failed when it is the server's own trouble", "[audit]") {
  const struct {
    kind what;
    errc code;
    outcome how;
  } cases[] = {
      {kind::auth_failed, errc::key_secret_mismatch, outcome::denied},
      {kind::auth_failed, errc::store_unavailable, outcome::failed},
      {kind::auth_failed, errc::store_busy, outcome::failed},  // a precise reason counts as its face
      {kind::auth_failed, errc::option_invalid, outcome::failed},
      {kind::auth_scope_denied, errc::insufficient_scope, outcome::denied},
      {kind::login_failed, errc::invalid_credentials, outcome::denied},
      {kind::login_failed, errc::login_busy, outcome::failed},
      {kind::login_throttled, errc::login_throttled, outcome::denied},
      {kind::key_rolled, errc::roll_limit, outcome::denied},
      {kind::key_rolled, errc::store_full, outcome::failed},
      {kind::refresh_reuse_detected, errc::refresh_token_reused, outcome::denied},
      {kind::maintenance_failed, errc::invalid_credentials, outcome::failed},
      {kind::auth_failed, static_cast<errc>(9999), outcome::failed},  // which face() takes for internal_error
  };
  for (const auto& each : cases) {
    CAPTURE(name(each.what), name(each.code));
    CHECK(outcome_of(each.what, each.code) == each.how);
  }
  CHECK(name(outcome::success) == "success");
  CHECK(name(outcome::denied) == "denied");
  CHECK(name(outcome::failed) == "failed");
  CHECK(name(static_cast<outcome>(7)) == "unknown");
}
