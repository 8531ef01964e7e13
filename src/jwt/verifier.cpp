#include <algorithm>
#include <cstring>

#include "jwt/base64url.hpp"
#include "jwt/flat.hpp"
#include "jwt/json.hpp"
#include "jwt/jws.hpp"

namespace ekauth::inline v1::jwt {

using payload_bytes = char[max_json_size + flat::padding];

struct verifier::state {
  keyset keys;
  verifier_options options;
  std::vector<known_start> starts;

  // Copies what was proven out of the parser's memory and the stack.
  static verified keep(std::string_view payload, const claims& said);
  // The payload of a token that is good, and what it says: views into bytes, or this thread's parser.
  result<std::string_view> judge(std::string_view token, time_point now, payload_bytes& bytes,
                                 claims& said) const;
};

namespace {

bool is_option(std::string_view text) { return !text.empty() && is_text(text); }

// How the tokens begin that signers of our kind make for us: one start for each key.
std::vector<known_start> known_starts(const keyset::state& keys, const verifier_options& asked) {
  std::vector<known_start> made;
  if (asked.type != "JWT" || asked.unsafe_any_issuer || asked.unsafe_any_audience) return made;
  for (const keyset::state::member& each : keys.keys) {
    made.push_back(make_start(keys, each, asked.issuer, asked.audiences.front()));
  }
  return made;
}

result<void> check_present(const claims& said, const verifier_options& asked) {
  if (!said.expires_at) return error{errc::token_claim_missing, "exp is missing"};
  if (!said.subject && !asked.unsafe_no_subject) return error{errc::token_claim_missing, "sub is missing"};
  if (!said.issuer && !asked.unsafe_any_issuer) return error{errc::token_claim_missing, "iss is missing"};
  if (said.meant_for == claims::audience::absent && !asked.unsafe_any_audience) {
    return error{errc::token_claim_missing, "aud is missing"};
  }
  return {};
}

result<void> check_meant_for_us(const claims& said, const verifier_options& asked) {
  if (!asked.unsafe_any_issuer && *said.issuer != asked.issuer) {
    return error{errc::token_issuer_mismatch, "iss is not the expected issuer"};
  }
  if (!asked.unsafe_any_audience && said.meant_for != claims::audience::ours) {
    return error{errc::token_audience_mismatch, "aud does not name us"};
  }
  return {};
}

result<void> check_alive(const claims& said, duration leeway, time_point now) {
  if (now >= *said.expires_at) return error{errc::token_expired, "past exp"};
  // The leeway is taken off the claim, which is small, and not added to now, which is the caller's.
  if (said.not_before && now < *said.not_before - leeway)
    return error{errc::token_not_yet_valid, "before nbf"};
  if (said.issued_at && now < *said.issued_at - leeway) return error{errc::token_not_yet_valid, "before iat"};
  return {};
}

}  // namespace

verifier::verifier(std::shared_ptr<const state> made) noexcept : state_(std::move(made)) {}
verifier::verifier(const verifier&) noexcept = default;
verifier& verifier::operator=(const verifier&) noexcept = default;
verifier::~verifier() = default;

result<verifier> verifier::make(keyset keys, verifier_options options) {
  if (options.unsafe_any_issuer ? !options.issuer.empty() : !is_option(options.issuer)) {
    return error{errc::option_invalid, "either an issuer or unsafe_any_issuer"};
  }
  if (options.unsafe_any_audience != options.audiences.empty() ||
      !std::all_of(options.audiences.begin(), options.audiences.end(), is_option)) {
    return error{errc::option_invalid, "either audiences, none of them empty, or unsafe_any_audience"};
  }
  if (options.leeway < duration::zero() || options.leeway > max_leeway) {
    return error{errc::option_invalid, "a leeway is at most 5 minutes"};
  }
  if (!is_option(options.type)) return error{errc::option_invalid, "a type is not empty"};
  std::vector<known_start> starts = known_starts(*keys.state_, options);
  return verifier(std::make_shared<const state>(state{keys, std::move(options), std::move(starts)}));
}

result<std::string_view> verifier::state::judge(std::string_view token, time_point now, payload_bytes& bytes,
                                                claims& said) const {
  const result<std::string_view> segment = prove(token, *keys.state_, options.type, starts);
  if (!segment) return segment.error();
  const std::string_view payload(bytes, base64url::decoded_size(segment->size()));
  if (!base64url::decode(*segment, bytes))
    return error{errc::token_payload_malformed, "the payload is not base64url"};
  std::memset(bytes + payload.size(), 0, flat::padding);
  if (!flat::read_claims(payload, options.audiences, said)) {
    const result<claims> read = read_claims(payload, options.audiences);
    if (!read) return read.error();
    said = *read;
  }
  if (said.scope && !scope::list::check_spaced(*said.scope)) {
    return error{errc::token_claim_malformed, "scope is not a list of scopes"};
  }
  if (auto good = check_present(said, options); !good) return good.error();
  if (auto good = check_meant_for_us(said, options); !good) return good.error();
  if (auto good = check_alive(said, options.leeway, now); !good) return good.error();
  return payload;
}

result<verified> verifier::verify(std::string_view token, time_point now) const {
  payload_bytes bytes;
  claims said;
  const result<std::string_view> payload = state_->judge(token, now, bytes, said);
  if (!payload) return payload.error();
  return state::keep(*payload, said);
}

verified verifier::state::keep(std::string_view payload, const claims& said) {
  verified out;
  const auto address = [](const char* at) { return reinterpret_cast<std::uintptr_t>(at); };
  // Where a text stands in the payload; beyond it when it is the parser's.
  const auto place = [&](std::string_view text) { return address(text.data()) - address(payload.data()); };
  struct {
    std::optional<std::string_view> said;
    verified::part* kept;
  } const texts[] = {{said.issuer, &out.issuer_},
                     {said.subject, &out.subject_},
                     {said.scope, &out.scope_},
                     {said.session, &out.session_},
                     {said.token, &out.token_}};
  std::size_t size = payload.size();
  for (const auto& each : texts) {
    if (each.said && place(*each.said) >= payload.size()) size += each.said->size();
  }
  char* const kept = out.kept_.renew(size);
  std::memcpy(kept, payload.data(), payload.size());
  out.payload_ = {0, static_cast<std::uint16_t>(payload.size())};
  size = payload.size();
  for (const auto& each : texts) {
    if (!each.said) continue;
    std::size_t at = place(*each.said);
    if (at >= payload.size()) {
      std::memcpy(kept + size, each.said->data(), each.said->size());
      at = size;
      size += each.said->size();
    }
    *each.kept = {static_cast<std::uint16_t>(at), static_cast<std::uint16_t>(each.said->size())};
  }
  out.expires_at_ = *said.expires_at;
  out.issued_at_ = said.issued_at;
  out.not_before_ = said.not_before;
  return out;
}

}  // namespace ekauth::inline v1::jwt
