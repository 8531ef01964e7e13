#include <ekauth/audit.hpp>
#include <ekauth/http.hpp>

#include <algorithm>
#include <iterator>

namespace ekauth::inline v1::audit {

namespace {

enum class nature : std::uint8_t {
  deed,     // it was done, unless there is a code
  refusal,  // denied, whether a code says so or not
  trouble,  // failed, whether a code says so or not
  alarm,    // denied, and critical
};

struct entry {
  kind what;
  std::string_view name;
  nature is = nature::deed;
};

constexpr entry entries[] = {
    {kind::auth_succeeded, "auth.succeeded"},
    {kind::auth_failed, "auth.failed", nature::refusal},
    {kind::auth_network_denied, "auth.network_denied", nature::refusal},
    {kind::auth_scope_denied, "auth.scope_denied", nature::refusal},
    {kind::auth_wrong_environment, "auth.wrong_environment", nature::refusal},
    {kind::login_succeeded, "login.succeeded"},
    {kind::login_failed, "login.failed", nature::refusal},
    {kind::login_throttled, "login.throttled", nature::refusal},
    {kind::refresh_rotated, "refresh.rotated"},
    {kind::refresh_replayed, "refresh.replayed"},
    {kind::refresh_coalesced, "refresh.coalesced"},
    {kind::refresh_failed, "refresh.failed", nature::refusal},
    {kind::refresh_reuse_detected, "refresh.reuse_detected", nature::alarm},
    {kind::refresh_binding_mismatch, "refresh.binding_mismatch", nature::refusal},
    {kind::refresh_verifier_mismatch, "refresh.verifier_mismatch", nature::alarm},
    {kind::refresh_store_regression, "refresh.store_regression", nature::alarm},
    {kind::session_ended, "session.ended"},
    {kind::sessions_ended_all, "sessions.ended_all"},
    {kind::account_created, "account.created"},
    {kind::password_changed, "password.changed"},
    {kind::password_change_failed, "password.change_failed", nature::refusal},
    {kind::password_rehashed, "password.rehashed"},
    {kind::key_created, "key.created"},
    {kind::key_updated, "key.updated"},
    {kind::key_rolled, "key.rolled"},
    {kind::key_disabled, "key.disabled"},
    {kind::key_enabled, "key.enabled"},
    {kind::key_revoked, "key.revoked"},
    {kind::key_old_secret_used, "key.old_secret_used"},
    {kind::key_exposed_plaintext, "key.exposed_plaintext", nature::refusal},
    {kind::key_exposed_in_url, "key.exposed_in_url", nature::refusal},
    {kind::allowlist_changed, "allowlist.changed"},
    {kind::allowlist_enabled, "allowlist.enabled"},
    {kind::allowlist_disabled, "allowlist.disabled"},
    {kind::request_failed, "request.failed", nature::trouble},
    {kind::maintenance_failed, "maintenance.failed", nature::trouble},
    {kind::audit_suppressed, "audit.suppressed", nature::refusal},
};

constexpr entry unknown{kind{}, "unknown"};

const entry& find(kind what) noexcept {
  const auto found = std::ranges::find(entries, what, &entry::what);
  return found == std::end(entries) ? unknown : *found;
}

}  // namespace

std::string_view name(kind what) noexcept { return find(what).name; }

bool is_critical(kind what) noexcept { return find(what).is == nature::alarm; }

outcome outcome_of(kind what, errc code) noexcept {
  const nature is = find(what).is;
  if (is == nature::trouble) return outcome::failed;
  if (code != errc{}) return http::describe(code).status >= 500 ? outcome::failed : outcome::denied;
  return is == nature::deed ? outcome::success : outcome::denied;
}

std::string_view name(outcome how) noexcept {
  switch (how) {
    case outcome::success:
      return "success";
    case outcome::denied:
      return "denied";
    case outcome::failed:
      return "failed";
  }
  return "unknown";
}

}  // namespace ekauth::inline v1::audit
