#include <ekauth/refresh.hpp>

#include "core/base62.hpp"
#include "core/subjects.hpp"
#include "core/utf8.hpp"
#include "core/wiped.hpp"
#include "refresh/core.hpp"
#include "refresh/decide.hpp"

namespace ekauth::inline v1::refresh {

namespace {

constexpr error corrupt{errc::store_corrupt, "the store answered with another row"};

// The first two digits of a family follow from its subject, so that a sharded store can keep both together.
std::string shard_of(const subject_id& subject) {
  const digest hash = crypto::sha256(subject.text());
  return base62::digits(hash, 2);
}

result<void> check_new(const new_session& what) {
  if (!is_subject(what.granted.subject)) return bad_subject;
  if (what.client.size() > 255 || !is_plain_text(what.client))
    return error{errc::validation_failed, "a client is at most 255 bytes of text"};
  return {};
}

// The reason's name as a static text, for the one error that carries it.
error session_ended(end_reason reason) {
  return {errc::refresh_token_revoked, name(reason == end_reason::none ? end_reason::admin : reason).data()};
}

}  // namespace

epoch_flow::epoch_flow(subject_id subject) {
  if (!is_subject(subject))
    finish(bad_subject);
  else
    ask(read_epoch{std::move(subject)});
}

login_flow::login_flow(std::shared_ptr<const core> inside, new_session what, time_point now)
    : core_(std::move(inside)) {
  if (auto ok = check_new(what); !ok) {
    finish(ok.error());
    return;
  }
  row_.granted = std::move(what.granted);
  row_.client = std::move(what.client);
  row_.epoch = what.epoch;
  row_.slot = core_->active_slot;
  row_.created_at = row_.rotated_at = row_.last_ok_at = now;
  row_.idle_deadline = later(now, core_->rules.idle_lifetime);
  if (core_->rules.absolute_lifetime) row_.absolute_deadline = later(now, *core_->rules.absolute_lifetime);
  row_.binding = what.binding;
  draw();
}

void login_flow::draw() {
  std::string family = shard_of(row_.granted.subject);
  family.append(base62::random_digits(core_->random, family_digits - family.size()));
  std::string secret_text = base62::random_digits(core_->random, secret_digits);
  const wiped after_use(secret_text);
  row_.id = family_id(family);
  row_.current = digest_of(*core_->keys.verifier.find(row_.slot), family, 0, secret_text);
  token_ = compose(core_->keys, family, 0, row_.slot, secret_text);
  ++draws_;
  ask(insert{row_});
}

void login_flow::on(const insert&, insert::reply answer) {
  switch (answer) {
    case insert::reply::inserted:
      return finish(core_->answer(row_, std::move(token_), issue_kind::login));
    case insert::reply::epoch_changed:
      return finish(error{errc::invalid_credentials, "the password changed while it was being checked"});
    case insert::reply::exists:
      break;
  }
  if (draws_ == max_tries)
    return finish(error{errc::internal_error, "every id drawn is taken: check the random source"});
  draw();
}

refresh_flow::refresh_flow(std::shared_ptr<const core> inside, std::string_view token, context at)
    : core_(std::move(inside)), at_(at) {
  const auto read = core_->check(token);
  if (!read) {
    finish(read.error());
    return;
  }
  presented_ = secret(token);
  ask(find{family_id(read->family)});
}

void refresh_flow::on(const find& asked, find::reply found) {
  if (found && found->row.id != asked.id) return finish(corrupt);
  const parts read = *split(presented_.expose());  // expose: its secret is hashed
  const digest hash =
      digest_of(*core_->keys.verifier.find(read.slot), read.family, read.generation, read.secret);
  const presented token{read.generation, read.slot, hash, at_.binding};
  switch (decide(found ? &*found : nullptr, token, core_->rules, at_.now)) {
    case verdict::unknown:
      return finish(error{errc::refresh_token_expired, "its session was removed after its deadline"});
    case verdict::ended:
      return finish(session_ended(found->row.reason));
    case verdict::epoch_changed:
      return finish(session_ended(found->subject_reason));
    case verdict::expired:
      return finish(error{errc::refresh_token_expired, "past its deadline"});
    case verdict::store_regression:
      return finish(
          error{errc::refresh_store_regression, "newer than the stored row: the store lost commits"});
    case verdict::verifier_mismatch:
      return finish(
          error{errc::refresh_verifier_mismatch, "tag good, hash wrong: damaged row or leaked server key"});
    case verdict::binding_mismatch:
      return finish(error{errc::refresh_binding_mismatch, "bound to another client"});
    case verdict::coalesce:
      return finish(core_->answer(found->row, std::move(presented_), issue_kind::coalesced));
    case verdict::rotate:
      return rotate(std::move(found->row));
    case verdict::replay:
      return replay(std::move(found->row));
    case verdict::reuse:
      return ask(revoke{found->row.id, end_reason::reuse_detected, at_.now});
  }
}

void refresh_flow::rotate(record row) {
  const parts read = *split(presented_.expose());  // expose: the successor is derived from it
  std::array<std::uint8_t, 16> salt{};
  core_->random.fill(salt.data(), salt.size());
  const std::uint32_t generation = row.generation + 1;
  const char slot = core_->active_slot;
  const secret next =
      successor_of(*core_->keys.ratchet.find(read.slot), read.family, generation, read.secret, salt);
  // expose: the new secret is hashed for the row and written into its token.
  const digest hash = digest_of(*core_->keys.verifier.find(slot), read.family, generation, next.expose());
  successor_ = compose(core_->keys, read.family, generation, slot, next.expose());
  kind_ = issue_kind::rotated;
  const std::uint64_t version = row.version;
  ask(advance{rotated(std::move(row), slot, hash, salt, core_->rules, at_.now), version});
}

void refresh_flow::replay(record row) {
  const parts read = *split(presented_.expose());  // expose: the successor is derived from it again
  const crypto::hmac_key* const verifier = core_->keys.verifier.find(row.slot);
  if (verifier == nullptr)
    return finish(error{errc::refresh_slot_unknown, "the successor's server key is not configured"});
  const secret next =
      successor_of(*core_->keys.ratchet.find(read.slot), read.family, row.generation, read.secret, row.salt);
  // expose: checked against the row, then written into the token once more.
  const digest hash = digest_of(*verifier, read.family, row.generation, next.expose());
  if (!constant_time_equal(hash, row.current))
    return finish(error{errc::refresh_verifier_mismatch, "the derived successor is not the stored one"});
  successor_ = compose(core_->keys, read.family, row.generation, row.slot, next.expose());
  kind_ = issue_kind::replayed;
  const std::uint64_t version = row.version;
  ask(advance{replayed(std::move(row), at_.now), version});
}

void refresh_flow::on(const advance& asked, bool stored) {
  if (stored) return finish(core_->answer(asked.row, std::move(successor_), kind_));
  // Losing proves nothing by itself: read again and decide again.
  if (++tries_ == max_tries) return finish(error{errc::refresh_busy, "lost too many races"});
  ask(find{asked.row.id});
}

void refresh_flow::on(const revoke&, revoke::reply) {
  // Whether this call ended the session or another had: it is ended, durably, before the answer.
  finish(error{errc::refresh_token_reused, "a spent token came again: the family is revoked"});
}

end_flow::end_flow(family_id id, end_reason reason, time_point now) : reason_(reason), now_(now) {
  ask(revoke{std::move(id), reason_, now_});
}

end_flow::end_flow(subject_id owner, family_id id, end_reason reason, time_point now)
    : owner_(std::move(owner)), reason_(reason), now_(now) {
  if (auto ok = check_ids(owner_, id); !ok)
    finish(ok.error());
  else
    ask(find{std::move(id)});
}

void end_flow::on(const find& asked, find::reply found) {
  if (!found || found->row.id != asked.id || found->row.granted.subject != owner_)
    return finish(error{errc::not_found, "no such session of this subject"});
  ask(revoke{asked.id, reason_, now_});
}

void end_flow::on(const revoke&, revoke::reply answer) { finish(answer == revoke::reply::revoked); }

end_all_flow::end_all_flow(bump_epoch what) {
  if (!is_subject(what.subject))
    finish(bad_subject);
  else
    ask(std::move(what));
}

list_flow::list_flow(list what, time_point now) : now_(now) {
  if (auto ok = check_ids_if_given(what.subject, what.after); !ok)
    finish(ok.error());
  else
    ask(std::move(what));
}

void list_flow::on(const list& asked, list::reply rows) {
  std::vector<session_info> shown;
  shown.reserve(rows.size());
  for (find::found& found : rows) {
    record& row = found.row;
    if (row.granted.subject != asked.subject) return finish(corrupt);
    const bool live = is_live(found, now_);
    const end_reason reason = row.state == status::revoked       ? row.reason
                              : row.epoch != found.subject_epoch ? found.subject_reason
                                                                 : end_reason::none;
    time_point end = row.idle_deadline;
    if (row.absolute_deadline) end = std::min(end, *row.absolute_deadline);
    shown.push_back({row.id, row.granted, row.client, row.created_at, row.rotated_at, end, live, reason});
  }
  finish(std::move(shown));
}

}  // namespace ekauth::inline v1::refresh
