// What each stored record consists of: its fields by name, in the order in which SQL statements name them. A
// visitor binds them to a statement, writes them as the fields of a hash, or reads them back.
#pragma once

#include <ekauth/keys_store.hpp>
#include <ekauth/refresh_store.hpp>

namespace ekauth::inline v1::storage {

/// Visits what no replace changes of a key, besides its id and its secrets. Row: keys::record, const or not.
template <class Row, class Visit>
void visit_fixed_key_fields(Row& key, const Visit& visit) {
  visit("environment", key.env);
  visit("subject", key.granted.subject);
  visit("created_at", key.created_at);
}

/// Visits what a replace stores of a key, besides the version and the secrets.
template <class Row, class Visit>
void visit_changing_key_fields(Row& key, const Visit& visit) {
  visit("name", key.name);
  visit("scopes", key.granted.scopes);
  visit("state", key.state);
  visit("not_before", key.not_before);
  visit("expires_at", key.expires_at);
  visit("revoked_at", key.revoked_at);
}

/// Visits all of a key but its id and its secrets.
template <class Row, class Visit>
void visit_key_fields(Row& key, const Visit& visit) {
  visit_fixed_key_fields(key, visit);
  visit_changing_key_fields(key, visit);
  visit("version", key.version);
}

inline constexpr int key_field_count = 10;

/// Visits what a replace stores of a secret, besides its number. Only touch writes the last use.
template <class Row, class Visit>
void visit_secret_fields(Row& secret, const Visit& visit) {
  visit("slot", secret.slot);
  visit("digest", secret.value);
  visit("created_at", secret.created_at);
  visit("not_after", secret.not_after);
}

/// Visits what an advance stores of a session, besides the version. Row: refresh::record, const or not.
template <class Row, class Visit>
void visit_advancing_session_fields(Row& session, const Visit& visit) {
  visit("generation", session.generation);
  visit("slot", session.slot);
  visit("current_digest", session.current);
  visit("previous_digest", session.previous);
  visit("salt", session.salt);
  visit("rotated_at", session.rotated_at);
  visit("last_ok_at", session.last_ok_at);
  visit("confirmed_at", session.confirmed_at);
  visit("replays", session.replays);
  visit("idle_deadline", session.idle_deadline);
}

/// Visits all of a session but its id.
template <class Row, class Visit>
void visit_session_fields(Row& session, const Visit& visit) {
  visit("subject", session.granted.subject);
  visit("scopes", session.granted.scopes);
  visit("client", session.client);
  visit("epoch", session.epoch);
  visit("created_at", session.created_at);
  visit_advancing_session_fields(session, visit);
  visit("absolute_deadline", session.absolute_deadline);
  visit("binding", session.binding);
  visit("state", session.state);
  visit("reason", session.reason);
  visit("ended_at", session.ended_at);
  visit("version", session.version);
}

}  // namespace ekauth::inline v1::storage
