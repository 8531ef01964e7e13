#include <ekauth/keys.hpp>

#include "core/base62.hpp"
#include "core/subjects.hpp"
#include "core/utf8.hpp"
#include "keys/core.hpp"
#include "keys/decide.hpp"

namespace ekauth::inline v1::keys {

namespace {

constexpr error not_found{errc::not_found, "no such key of this owner"};
constexpr error races_lost{errc::version_conflict, "other changes kept coming between"};

// Another owner's key must look like no key at all, and so must a row that nobody asked for.
bool is_answer(const find::reply& row, const find& asked, const subject_id& owner) {
  return row.has_value() && row->id == asked.id && row->granted.subject == owner;
}

result<void> check_new(const new_key& what, const scope::registry& scopes, time_point now) {
  if (what.name.empty() || what.name.size() > 100 || !is_plain_text(what.name))
    return error{errc::validation_failed, "a key's name is 1 to 100 bytes of text"};
  if (!is_subject(what.granted.subject)) return bad_subject;
  if (what.expires_at &&
      (*what.expires_at <= now || (what.not_before && *what.expires_at <= *what.not_before)))
    return error{errc::validation_failed, "a key must expire after it becomes valid"};
  return scopes.check(what.granted.scopes);
}

}  // namespace

create_flow::create_flow(std::shared_ptr<const core> inside, new_key what, time_point now)
    : core_(std::move(inside)) {
  if (auto ok = check_new(what, core_->scopes, now); !ok) {
    finish(ok.error());
    return;
  }
  row_.env = what.env;
  row_.name = std::move(what.name);
  row_.granted = std::move(what.granted);
  row_.created_at = now;
  row_.not_before = what.not_before;
  row_.expires_at = what.expires_at;
  draw();
}

void create_flow::draw() {
  const std::string id = base62::random_digits(core_->random, id_digits);
  auto fresh = core_->make_secret(row_.env, id, row_.created_at);
  row_.id = key_id(std::string(id_prefix).append(id));
  row_.verifiers.assign(1, fresh.stored);
  token_ = std::move(fresh.token);
  ++draws_;
  ask(insert{row_, core_->how.max_keys_per_owner});
}

void create_flow::on(const insert&, insert::reply answer) {
  switch (answer) {
    case insert::reply::inserted:
      return finish(created{std::move(token_), summary(row_)});
    case insert::reply::limit_reached:
      return finish(error{errc::key_limit_reached, "the owner has the maximum number of keys"});
    case insert::reply::exists:
      break;
  }
  if (draws_ == max_tries)
    return finish(error{errc::internal_error, "every id drawn is taken: check the random source"});
  draw();
}

verify_flow::verify_flow(std::shared_ptr<const core> inside, std::string_view credential, context at)
    : core_(std::move(inside)), at_(at) {
  const auto read = core_->check(credential);
  if (!read) {
    finish(read.error());
    return;
  }
  // Computed before storage is asked, so that an unknown id costs the same as a known one.
  presented_ =
      digest_of(core_->digests.find(read->slot), core_->how.prefix, read->env, read->id, read->secret);
  env_ = read->env;
  ask(find{key_id(std::string(id_prefix).append(read->id))});
}

void verify_flow::on(const find& asked, find::reply&& row) {
  if (row && row->id != asked.id)
    return finish(error{errc::store_corrupt, "the store answered with another row"});
  if (!row) return finish(error{errc::key_unknown, "no key of that id"});
  if (row->env != env_)
    return finish(error{errc::store_corrupt, "the row is of another environment than its key"});
  const auto number = decide_verify(*row, presented_, at_.now);
  if (!number) return finish(number.error());
  if (at_.note_use) core_->uses.note(row->id, *number, at_.now);
  const scope::set scopes = core_->scopes.compile(row->granted.scopes);
  finish(principal(*std::move(row), scopes, *number));
}

find_flow::find_flow(subject_id owner, key_id id) : owner_(std::move(owner)) {
  if (auto ok = check_ids(owner_, id); !ok)
    finish(ok.error());
  else
    ask(keys::find{std::move(id)});
}

void find_flow::on(const keys::find& asked, keys::find::reply row) {
  if (!is_answer(row, asked, owner_)) return finish(not_found);
  finish(summary(*std::move(row)));
}

list_flow::list_flow(keys::list what) {
  if (auto ok = check_ids_if_given(what.owner, what.after); !ok)
    finish(ok.error());
  else
    ask(std::move(what));
}

void list_flow::on(const list& asked, list::reply rows) {
  std::vector<summary> shown;
  shown.reserve(rows.size());
  for (record& row : rows) {
    if (row.granted.subject != asked.owner)
      return finish(error{errc::store_corrupt, "the store listed another owner's key"});
    shown.emplace_back(std::move(row));
  }
  finish(std::move(shown));
}

change_flow::change_flow(subject_id owner, key_id id, status next, time_point now)
    : owner_(std::move(owner)), next_(next), now_(now) {
  if (auto ok = check_ids(owner_, id); !ok)
    finish(ok.error());
  else
    ask(find{std::move(id)});
}

void change_flow::on(const find& asked, find::reply row) {
  if (!is_answer(row, asked, owner_)) return finish(not_found);
  if (row->state == next_) return finish(summary(*row));  // already so: nothing to write
  auto changed = decide_status(*row, next_, now_);
  if (!changed) return finish(changed.error());
  ++tries_;
  ask(replace{*std::move(changed), row->version});
}

void change_flow::on(const replace& asked, bool stored) {
  if (stored) return finish(summary(asked.row));
  if (tries_ == max_tries) return finish(races_lost);
  ask(find{asked.row.id});
}

roll_flow::roll_flow(std::shared_ptr<const core> inside, subject_id owner, key_id id, duration grace,
                     time_point now)
    : core_(std::move(inside)), owner_(std::move(owner)), grace_(grace), now_(now) {
  if (auto ok = check_ids(owner_, id); !ok)
    finish(ok.error());
  else if (grace < duration(0) || grace > std::chrono::hours(24 * 90))
    finish(error{errc::validation_failed, "grace is 0 to 90 days"});
  else
    ask(find{std::move(id)});
}

void roll_flow::on(const find& asked, find::reply row) {
  if (!is_answer(row, asked, owner_)) return finish(not_found);
  if (row->id.text().size() != id_prefix.size() + id_digits)
    return finish(error{errc::store_corrupt, "a malformed key id"});
  const std::string_view id = std::string_view(row->id.text()).substr(id_prefix.size());
  auto fresh = core_->make_secret(row->env, id, now_);
  auto changed = decide_roll(*row, fresh.stored, grace_, now_);
  if (!changed) return finish(changed.error());
  token_ = std::move(fresh.token);
  ++tries_;
  ask(replace{*std::move(changed), row->version});
}

void roll_flow::on(const replace& asked, bool stored) {
  if (stored) return finish(created{std::move(token_), summary(asked.row)});
  if (tries_ == max_tries) return finish(races_lost);
  ask(find{asked.row.id});
}

touch_flow::touch_flow(std::vector<touch::use> uses) {
  if (uses.empty())
    finish(0u);
  else
    ask(touch{std::move(uses)});
}

}  // namespace ekauth::inline v1::keys
