// Every statement of the store, by name. docs/STORAGE.md explains them.
#pragma once

#include <array>
#include <cstddef>

namespace ekauth::inline v1::sqlite {

/// Those that read come first: they are all that a reader prepares.
enum class sql : std::size_t {
  find_key,
  list_keys,
  find_session,
  list_sessions,
  read_epoch,
  find_allowlists,
  begin,
  commit,
  rollback,
  count_keys,
  insert_key,
  insert_secret,
  update_key,
  remove_secrets,
  replace_secret,
  touch_secret,
  insert_session,
  advance_session,
  revoke_session,
  session_state,
  bump_epoch,
  purge_sessions,
  insert_allowlist,
  update_allowlist,
  count
};

inline constexpr std::size_t reading_statements = static_cast<std::size_t>(sql::begin);
inline constexpr std::size_t all_statements = static_cast<std::size_t>(sql::count);

inline constexpr std::array<const char*, all_statements> statement_texts{
    // find_key
    R"(SELECT k.id, k.environment, k.subject, k.created_at, k.name, k.scopes, k.state, k.not_before, k.expires_at,
              k.revoked_at, k.version, s.number, s.slot, s.digest, s.created_at, s.not_after, s.last_used
       FROM api_keys k LEFT JOIN api_key_secrets s ON s.key_id = k.id
       WHERE k.id = ?1 ORDER BY s.number)",
    // list_keys
    R"(SELECT k.id, k.environment, k.subject, k.created_at, k.name, k.scopes, k.state, k.not_before, k.expires_at,
              k.revoked_at, k.version, s.number, s.slot, s.digest, s.created_at, s.not_after, s.last_used
       FROM (SELECT * FROM api_keys WHERE subject = ?1 AND id > ?2 ORDER BY id LIMIT ?3) k
            LEFT JOIN api_key_secrets s ON s.key_id = k.id
       ORDER BY k.id, s.number)",
    // find_session
    R"(SELECT f.id, f.subject, f.scopes, f.client, f.epoch, f.created_at, f.generation, f.slot, f.current_digest,
              f.previous_digest, f.salt, f.rotated_at, f.last_ok_at, f.confirmed_at, f.replays,
              f.idle_deadline, f.absolute_deadline, f.binding, f.state, f.reason, f.ended_at, f.version,
              ifnull(u.epoch, 0), ifnull(u.reason, 0)
       FROM sessions f LEFT JOIN subjects u ON u.subject = f.subject
       WHERE f.id = ?1)",
    // list_sessions
    R"(SELECT f.id, f.subject, f.scopes, f.client, f.epoch, f.created_at, f.generation, f.slot, f.current_digest,
              f.previous_digest, f.salt, f.rotated_at, f.last_ok_at, f.confirmed_at, f.replays,
              f.idle_deadline, f.absolute_deadline, f.binding, f.state, f.reason, f.ended_at, f.version,
              ifnull(u.epoch, 0), ifnull(u.reason, 0)
       FROM sessions f LEFT JOIN subjects u ON u.subject = f.subject
       WHERE f.subject = ?1 AND f.id > ?2 ORDER BY f.id LIMIT ?3)",
    // read_epoch
    "SELECT epoch FROM subjects WHERE subject = ?1",
    // find_allowlists
    R"(SELECT key, version, enabled, changed_at, CASE WHEN version <> iif(key = '', ?3, ?4) THEN entries END
       FROM allowlists WHERE subject = ?1 AND key IN ('', ?2))",
    // begin
    "BEGIN IMMEDIATE",
    // commit
    "COMMIT",
    // rollback
    "ROLLBACK",
    // count_keys
    "SELECT count(*) FROM (SELECT 1 FROM api_keys WHERE subject = ?1 AND state <> 3 LIMIT ?2)",
    // insert_key
    R"(INSERT INTO api_keys (id, environment, subject, created_at, name, scopes, state, not_before, expires_at,
                             revoked_at, version)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
       ON CONFLICT (id) DO NOTHING)",
    // insert_secret
    R"(INSERT INTO api_key_secrets (key_id, number, slot, digest, created_at, not_after, last_used)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7))",
    // update_key
    R"(UPDATE api_keys
       SET name = ?3, scopes = ?4, state = ?5, not_before = ?6, expires_at = ?7, revoked_at = ?8, version = ?9
       WHERE id = ?1 AND version = ?2 AND state <> 3)",
    // remove_secrets
    "DELETE FROM api_key_secrets WHERE key_id = ?1 AND number NOT IN (?2, ?3, ?4)",
    // replace_secret
    R"(INSERT INTO api_key_secrets (key_id, number, slot, digest, created_at, not_after)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6)
       ON CONFLICT (key_id, number) DO UPDATE
       SET slot = excluded.slot, digest = excluded.digest, created_at = excluded.created_at,
           not_after = excluded.not_after)",
    // touch_secret
    R"(UPDATE api_key_secrets SET last_used = ?3
       WHERE key_id = ?1 AND number = ?2 AND (last_used IS NULL OR last_used < ?3))",
    // insert_session
    R"(INSERT INTO sessions (id, subject, scopes, client, epoch, created_at, generation, slot, current_digest,
                             previous_digest, salt, rotated_at, last_ok_at, confirmed_at, replays,
                             idle_deadline, absolute_deadline, binding, state, reason, ended_at, version)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
               ?22)
       ON CONFLICT (id) DO NOTHING)",
    // advance_session
    R"(UPDATE sessions
       SET generation = ?3, slot = ?4, current_digest = ?5, previous_digest = ?6, salt = ?7, rotated_at = ?8,
           last_ok_at = ?9, confirmed_at = ?10, replays = ?11, idle_deadline = ?12, version = ?13
       WHERE id = ?1 AND version = ?2 AND state = 1
         AND epoch = ifnull((SELECT u.epoch FROM subjects u WHERE u.subject = sessions.subject), 0))",
    // revoke_session
    R"(UPDATE sessions SET state = 2, reason = ?2, ended_at = ?3, version = version + 1
       WHERE id = ?1 AND state = 1)",
    // session_state
    "SELECT state FROM sessions WHERE id = ?1",
    // bump_epoch
    R"(INSERT INTO subjects (subject, epoch, reason, changed_at) VALUES (?1, 1, ?2, ?3)
       ON CONFLICT (subject) DO UPDATE
       SET epoch = epoch + 1, reason = excluded.reason, changed_at = excluded.changed_at
       RETURNING epoch)",
    // purge_sessions
    R"(DELETE FROM sessions WHERE id IN (
         SELECT id FROM sessions
         WHERE min(idle_deadline, ifnull(absolute_deadline, idle_deadline)) <= ?1
         ORDER BY min(idle_deadline, ifnull(absolute_deadline, idle_deadline)) LIMIT ?2))",
    // insert_allowlist
    R"(INSERT INTO allowlists (subject, key, enabled, changed_at, entries, version)
       VALUES (?1, ?2, ?3, ?4, ?5, 1)
       ON CONFLICT (subject, key) DO NOTHING)",
    // update_allowlist
    R"(UPDATE allowlists SET enabled = ?3, changed_at = ?4, entries = ?5, version = version + 1
       WHERE subject = ?1 AND key = ?2 AND version = ?6)",
};

}  // namespace ekauth::inline v1::sqlite
