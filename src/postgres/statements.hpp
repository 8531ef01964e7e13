// Every statement of the store, by name: one for each act. docs/STORAGE.md explains them.
#pragma once

#include <ekauth/result.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace ekauth::inline v1::postgres {

enum class sql : std::size_t {
  insert_key,
  find_key,
  replace_key,
  list_keys,
  touch_keys,
  insert_session,
  find_session,
  advance_session,
  revoke_session,
  read_epoch,
  bump_epoch,
  list_sessions,
  purge_sessions,
  find_allowlists,
  insert_allowlist,
  update_allowlist,
  count
};

inline constexpr std::size_t all_statements = static_cast<std::size_t>(sql::count);

/// Whether a statement changes nothing. Each of these begins with whether the transaction may write, which it
/// may not on a standby, and answers that even where it finds nothing: then in one row, NULL from there on.
[[nodiscard]] constexpr bool only_reads(sql which) noexcept {
  return which == sql::find_key || which == sql::list_keys || which == sql::find_session ||
         which == sql::read_epoch || which == sql::list_sessions || which == sql::find_allowlists;
}

/// With the tables in the schema "ekauth".
inline constexpr std::array<const char*, all_statements> statement_texts{
    // insert_key. A second insert of an id breaks the primary key, and takes the subject's count back with it.
    R"(WITH room AS (
         INSERT INTO ekauth.api_key_subjects AS o (subject, live) VALUES ($3, $12)
         ON CONFLICT (subject) DO UPDATE SET live = o.live + excluded.live WHERE $13 = 0 OR o.live < $13
         RETURNING subject),
       added AS (
         INSERT INTO ekauth.api_keys (id, environment, subject, created_at, name, scopes, state, not_before,
                                      expires_at, revoked_at, version)
         SELECT $1, $2, subject, $4, $5, $6, $7, $8, $9, $10, $11 FROM room
         RETURNING id),
       secrets AS (
         INSERT INTO ekauth.api_key_secrets (key_id, number, slot, digest, created_at, not_after, last_used)
         SELECT a.id, s.* FROM added a, unnest($14, $15, $16, $17, $18, $19) s)
       SELECT count(*) FROM added)",
    // find_key
    R"(SELECT current_setting('transaction_read_only') = 'off',
              k.id, k.environment, k.subject, k.created_at, k.name, k.scopes, k.state, k.not_before, k.expires_at,
              k.revoked_at, k.version, s.number, s.slot, s.digest, s.created_at, s.not_after, s.last_used
       FROM (VALUES (1)) one LEFT JOIN ekauth.api_keys k ON k.id = $1
            LEFT JOIN ekauth.api_key_secrets s ON s.key_id = k.id
       ORDER BY s.number)",
    // replace_key. The secrets are locked in the order that touch_keys locks them in.
    R"(WITH changed AS (
         UPDATE ekauth.api_keys
         SET name = $3, scopes = $4, state = $5, not_before = $6, expires_at = $7, revoked_at = $8, version = $9
         WHERE id = $1 AND version = $2 AND state <> 3
         RETURNING id, subject, state),
       held AS MATERIALIZED (
         SELECT s.key_id, s.number FROM changed c JOIN ekauth.api_key_secrets s ON s.key_id = c.id
         ORDER BY s.number FOR UPDATE OF s),
       removed AS (
         DELETE FROM ekauth.api_key_secrets s USING held h
         WHERE s.key_id = h.key_id AND s.number = h.number AND s.number <> ALL ($10)),
       kept AS (
         INSERT INTO ekauth.api_key_secrets AS s (key_id, number, slot, digest, created_at, not_after)
         SELECT c.id, v.* FROM changed c, unnest($10, $11, $12, $13, $14) v
         WHERE (SELECT count(*) FROM held) >= 0
         ON CONFLICT (key_id, number) DO UPDATE
         SET slot = excluded.slot, digest = excluded.digest, created_at = excluded.created_at,
             not_after = excluded.not_after),
       room AS (
         UPDATE ekauth.api_key_subjects o SET live = o.live - 1 FROM changed c
         WHERE c.state = 3 AND o.subject = c.subject)
       SELECT count(*) FROM changed)",
    // list_keys
    R"(SELECT current_setting('transaction_read_only') = 'off',
              k.id, k.environment, k.subject, k.created_at, k.name, k.scopes, k.state, k.not_before, k.expires_at,
              k.revoked_at, k.version, s.number, s.slot, s.digest, s.created_at, s.not_after, s.last_used
       FROM (VALUES (1)) one
            LEFT JOIN (SELECT * FROM ekauth.api_keys WHERE subject = $1 AND id > $2 ORDER BY id LIMIT $3) k ON true
            LEFT JOIN ekauth.api_key_secrets s ON s.key_id = k.id
       ORDER BY k.id, s.number)",
    // touch_keys
    R"(WITH due AS MATERIALIZED (
         SELECT s.key_id, s.number, u.at
         FROM unnest($1, $2, $3) AS u (id, number, at)
              JOIN ekauth.api_key_secrets s ON s.key_id = u.id AND s.number = u.number
         WHERE s.last_used IS NULL OR s.last_used < u.at
         ORDER BY s.key_id, s.number FOR NO KEY UPDATE OF s)
       UPDATE ekauth.api_key_secrets s SET last_used = d.at
       FROM due d WHERE s.key_id = d.key_id AND s.number = d.number)",
    // insert_session. A subject has a row from its first session on, so that there is one to lock.
    R"(WITH made AS (
         INSERT INTO ekauth.subjects (subject, epoch, reason, changed_at) SELECT $2, 0, 0, $6 WHERE $5 = 0
         ON CONFLICT (subject) DO NOTHING
         RETURNING epoch),
       known AS MATERIALIZED (SELECT epoch FROM ekauth.subjects WHERE subject = $2 FOR SHARE),
       subject AS MATERIALIZED (SELECT epoch FROM made UNION ALL SELECT epoch FROM known),
       added AS (
         INSERT INTO ekauth.sessions (id, subject, scopes, client, epoch, created_at, generation, slot,
                                      current_digest, previous_digest, salt, rotated_at, last_ok_at, confirmed_at,
                                      replays, idle_deadline, absolute_deadline, binding, state, reason, ended_at,
                                      version)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                $22
         FROM subject WHERE epoch = $5
         ON CONFLICT (id) DO NOTHING
         RETURNING id)
       SELECT (SELECT epoch FROM subject), (SELECT count(*) FROM added))",
    // find_session
    R"(SELECT current_setting('transaction_read_only') = 'off',
              f.id, f.subject, f.scopes, f.client, f.epoch, f.created_at, f.generation, f.slot, f.current_digest,
              f.previous_digest, f.salt, f.rotated_at, f.last_ok_at, f.confirmed_at, f.replays,
              f.idle_deadline, f.absolute_deadline, f.binding, f.state, f.reason, f.ended_at, f.version,
              coalesce(u.epoch, 0), coalesce(u.reason, 0::smallint)
       FROM (VALUES (1)) one LEFT JOIN ekauth.sessions f ON f.id = $1
            LEFT JOIN ekauth.subjects u ON u.subject = f.subject)",
    // advance_session. The lock on the subject keeps a bump of its epoch out until this is committed.
    R"(WITH subject AS MATERIALIZED (
         SELECT u.epoch FROM ekauth.subjects u
         WHERE u.subject = (SELECT f.subject FROM ekauth.sessions f WHERE f.id = $1) FOR SHARE)
       UPDATE ekauth.sessions
       SET generation = $3, slot = $4, current_digest = $5, previous_digest = $6, salt = $7, rotated_at = $8,
           last_ok_at = $9, confirmed_at = $10, replays = $11, idle_deadline = $12, version = $13
       WHERE id = $1 AND version = $2 AND state = 1 AND epoch = coalesce((SELECT epoch FROM subject), 0))",
    // revoke_session
    R"(WITH ended AS (
         UPDATE ekauth.sessions SET state = 2, reason = $2, ended_at = $3, version = version + 1
         WHERE id = $1 AND state = 1
         RETURNING id)
       SELECT (SELECT count(*) FROM ended), (SELECT state FROM ekauth.sessions WHERE id = $1))",
    // read_epoch
    R"(SELECT current_setting('transaction_read_only') = 'off', u.subject, u.epoch
       FROM (VALUES (1)) one LEFT JOIN ekauth.subjects u ON u.subject = $1)",
    // bump_epoch
    R"(INSERT INTO ekauth.subjects AS u (subject, epoch, reason, changed_at) VALUES ($1, 1, $2, $3)
       ON CONFLICT (subject) DO UPDATE
       SET epoch = u.epoch + 1, reason = excluded.reason, changed_at = excluded.changed_at WHERE u.epoch >= 0
       RETURNING epoch)",
    // list_sessions
    R"(SELECT current_setting('transaction_read_only') = 'off',
              f.id, f.subject, f.scopes, f.client, f.epoch, f.created_at, f.generation, f.slot, f.current_digest,
              f.previous_digest, f.salt, f.rotated_at, f.last_ok_at, f.confirmed_at, f.replays,
              f.idle_deadline, f.absolute_deadline, f.binding, f.state, f.reason, f.ended_at, f.version,
              coalesce(u.epoch, 0), coalesce(u.reason, 0::smallint)
       FROM (VALUES (1)) one
            LEFT JOIN (SELECT * FROM ekauth.sessions WHERE subject = $1 AND id > $2 ORDER BY id LIMIT $3) f ON true
            LEFT JOIN ekauth.subjects u ON u.subject = f.subject
       ORDER BY f.id)",
    // purge_sessions. A session that is being changed stays for the next time.
    R"(WITH due AS MATERIALIZED (
         SELECT id FROM ekauth.sessions WHERE least(idle_deadline, absolute_deadline) <= $1
         ORDER BY least(idle_deadline, absolute_deadline) LIMIT $2 FOR UPDATE SKIP LOCKED)
       DELETE FROM ekauth.sessions f USING due d WHERE f.id = d.id)",
    // find_allowlists
    R"(SELECT current_setting('transaction_read_only') = 'off', l.key, l.version, l.enabled, l.changed_at,
              CASE WHEN l.version <> CASE WHEN l.key = '' THEN $3 ELSE $4 END THEN l.entries END
       FROM (VALUES (1)) one LEFT JOIN ekauth.allowlists l ON l.subject = $1 AND l.key IN ('', $2))",
    // insert_allowlist
    R"(INSERT INTO ekauth.allowlists (subject, key, enabled, changed_at, entries, version)
       VALUES ($1, $2, $3, $4, $5, 1)
       ON CONFLICT (subject, key) DO NOTHING)",
    // update_allowlist
    R"(UPDATE ekauth.allowlists SET enabled = $3, changed_at = $4, entries = $5, version = version + 1
       WHERE subject = $1 AND key = $2 AND version = $6)",
};

/// Whether a schema's name is one that PostgreSQL neither changes nor keeps for itself.
[[nodiscard]] inline bool is_plain_name(std::string_view name) {
  constexpr std::size_t longest = 63;
  return !name.empty() && !name.starts_with("pg_") && name.size() <= longest &&
         (name.front() < '0' || name.front() > '9') &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == name.npos;
}
inline constexpr error bad_schema{errc::option_invalid,
                                  "a schema's name is a-z, 0-9 and _, at most 63, no digit or pg_ first"};

/// The text with its tables in another schema, in quotes: the name may be a reserved word.
[[nodiscard]] inline std::string in_schema(std::string_view text, std::string_view schema) {
  constexpr std::string_view written = "ekauth.";
  std::string moved;
  for (std::size_t at = text.find(written); at != text.npos; at = text.find(written)) {
    moved.append(text.substr(0, at)).append("\"").append(schema).append("\".");
    text.remove_prefix(at + written.size());
  }
  return moved.append(text);
}

}  // namespace ekauth::inline v1::postgres
