#include <ekauth/keys.hpp>

#include "core/base62.hpp"
#include "core/wiped.hpp"
#include "keys/core.hpp"

#include <algorithm>

namespace ekauth::inline v1::keys {

namespace {

bool is_prefix(std::string_view text) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto lower_or_digit = [&](char c) { return lower(c) || (c >= '0' && c <= '9'); };
  return text.size() >= 2 && text.size() <= 8 && lower(text[0]) &&
         std::all_of(text.begin(), text.end(), lower_or_digit);
}

}  // namespace

summary::summary(record&& row)
    : id(std::move(row.id)),
      env(row.env),
      name(std::move(row.name)),
      granted(std::move(row.granted)),
      state(row.state),
      created_at(row.created_at),
      not_before(row.not_before),
      expires_at(row.expires_at),
      revoked_at(row.revoked_at) {
  secrets.reserve(row.verifiers.size());
  for (const verifier& stored : row.verifiers) {
    secrets.push_back({stored.number, stored.created_at, stored.not_after, stored.last_used});
    last_used = std::max(last_used, stored.last_used);
  }
}

result<parts> core::check(std::string_view credential) const {
  auto read = split(how.prefix, credential);
  if (!read) return read.error();
  if (read->slot != server_keys::no_slot) {
    const crypto::hmac_key* const key = tags.find(read->slot);
    if (key == nullptr) return error{errc::key_slot_unknown, "its server key is not configured"};
    if (!constant_time_equal(tag_of(*key, read->tagged), read->tag))
      return error{errc::key_tag_mismatch, "not made by this server"};
  } else if (active_slot != server_keys::no_slot && !how.accept_unkeyed) {
    return error{errc::key_slot_unknown, "keys without a server key are not accepted"};
  }
  if (read->env == environment::live ? !how.accept_live : !how.accept_test)
    return error{errc::key_environment_refused, "keys of this environment are not accepted"};
  return read;
}

core::made core::make_secret(environment env, std::string_view id, time_point now) const {
  std::string secret_text = base62::random_digits(random, secret_digits);
  const wiped after_use(secret_text);
  std::string text;
  const wiped text_after_use(text);
  text.reserve(how.prefix.size() + 6 + body_digits);  // growing would leave a copy of the secret behind
  text.append(how.prefix).append("_").append(keys::name(env)).append("_").append(id).push_back(active_slot);
  text.append(secret_text);
  const crypto::hmac_key* const tag_key = tags.find(active_slot);
  text.append(tag_key != nullptr ? tag_of(*tag_key, text) : base62::random_digits(random, tag_digits));
  text.append(base62::digits(std::uint64_t{base62::crc32(text)}, check_digits));

  made fresh{secret(text), {}};
  fresh.stored.slot = active_slot;
  fresh.stored.value = digest_of(digests.find(active_slot), how.prefix, env, id, secret_text);
  fresh.stored.created_at = now;
  return fresh;
}

result<service> service::make(const server_keys& roots, scope::registry scopes, options how,
                              random_source& random) {
  if (!is_prefix(how.prefix)) return error{errc::option_invalid, "a key prefix is [a-z][a-z0-9]{1,7}"};
  if (!how.accept_live && !how.accept_test)
    return error{errc::option_invalid, "a service must accept live keys, test keys or both"};
  return service(make_shares<const core>(roots, scopes, std::move(how), random));
}

create_flow service::create(new_key what, time_point now) const {
  return {shares_->one(), std::move(what), now};
}

result<parsed> service::parse(std::string_view credential) const {
  const auto read = shares_->inside.check(credential);
  if (!read) return read.error();
  return parsed{key_id(std::string(id_prefix).append(read->id)), read->env};
}

bool service::looks_like_key(std::string_view credential) const noexcept {
  return credential.size() > shares_->inside.how.prefix.size() &&
         credential.starts_with(shares_->inside.how.prefix) &&
         credential[shares_->inside.how.prefix.size()] == '_';
}

verify_flow service::verify(std::string_view credential, context at) const {
  return {shares_->one(), credential, at};
}

void service::note_use(const principal& who, time_point now) const {
  shares_->inside.uses.note(who.key().id, who.secret_number(), now);
}

find_flow service::find(subject_id owner, key_id id) const { return {std::move(owner), std::move(id)}; }

list_flow service::list(subject_id owner, key_id after, std::uint32_t limit) const {
  return list_flow({std::move(owner), std::move(after), std::clamp(limit, 1u, 1000u)});
}

change_flow service::revoke(subject_id owner, key_id id, time_point now) const {
  return {std::move(owner), std::move(id), status::revoked, now};
}

change_flow service::disable(subject_id owner, key_id id, time_point now) const {
  return {std::move(owner), std::move(id), status::disabled, now};
}

change_flow service::enable(subject_id owner, key_id id, time_point now) const {
  return {std::move(owner), std::move(id), status::active, now};
}

roll_flow service::roll(subject_id owner, key_id id, duration grace, time_point now) const {
  return {shares_->one(), std::move(owner), std::move(id), grace, now};
}

touch_flow service::flush_uses(time_point now) const { return touch_flow(shares_->inside.uses.take(now)); }

std::string service::display(const key_id& id, environment env) const {
  const std::string_view text = id.text();
  std::string shown = shares_->inside.how.prefix;
  shown.append("_").append(keys::name(env)).append("_");
  shown.append(text.starts_with(id_prefix) ? text.substr(id_prefix.size()) : text);
  return shown;
}

}  // namespace ekauth::inline v1::keys
