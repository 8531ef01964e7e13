#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "jwt/base64url.hpp"
#include "jwt/flat.hpp"
#include "jwt/json.hpp"
#include "jwt/jws.hpp"
#include "jwt/token_cache.hpp"

namespace ekauth::inline v1::jwt {

struct verifier::state {
  keyset keys;
  verifier_options options;
  std::vector<known_start> starts;
  std::unique_ptr<token_cache> remembered;  // null: nothing is

  result<verified> prove(std::string_view token, time_point now) const;
  static result<verified> recall(std::string_view token, const verified::outline& says);
};

namespace {

bool is_plain_option(std::string_view text) { return !text.empty() && is_text(text); }

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

// said: claims that have an exp, or the outline of a token.
template <class Said>
result<void> check_alive(const Said& said, time_point expires_at, duration leeway, time_point now) {
  if (now >= expires_at) return error{errc::token_expired, "past exp"};
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
  if (options.unsafe_any_issuer ? !options.issuer.empty() : !is_plain_option(options.issuer)) {
    return error{errc::option_invalid, "either an issuer or unsafe_any_issuer"};
  }
  if (options.unsafe_any_audience != options.audiences.empty() ||
      !std::all_of(options.audiences.begin(), options.audiences.end(), is_plain_option)) {
    return error{errc::option_invalid, "either audiences, none of them empty, or unsafe_any_audience"};
  }
  if (options.leeway < duration::zero() || options.leeway > max_leeway) {
    return error{errc::option_invalid, "a leeway is at most 5 minutes"};
  }
  if (!is_plain_option(options.type)) return error{errc::option_invalid, "a type is not empty"};
  if (options.remembered_tokens > max_remembered) {
    return error{errc::option_invalid, "at most 65,536 tokens are remembered"};
  }
  std::vector<known_start> starts = known_starts(*keys.state_, options);
  std::unique_ptr<token_cache> remembered;
  if (options.remembered_tokens != 0) remembered = std::make_unique<token_cache>(options.remembered_tokens);
  return verifier(std::make_shared<const state>(
      state{keys, std::move(options), std::move(starts), std::move(remembered)}));
}

result<verified> verifier::verify(std::string_view token, time_point now) const {
  token_cache* const remembered = state_->remembered.get();
  if (remembered == nullptr) return state_->prove(token, now);
  verified::outline says;
  if (remembered->find(token, says)) {
    if (auto good = check_alive(says, says.expires_at, state_->options.leeway, now); !good)
      return good.error();
    return state::recall(token, says);
  }
  const std::uint64_t forgotten = remembered->forgotten();
  result<verified> answer = state_->prove(token, now);
  if (answer && answer->kept_.view().size() == answer->says_.payload.size) {
    remembered->keep(token, answer->says_, answer->view(answer->says_.session), forgotten);
  }
  return answer;
}

void verifier::forget(const family_id& session) const noexcept {
  if (state_->remembered) state_->remembered->forget(session.text());
}

void verifier::forget_all() const noexcept {
  if (state_->remembered) state_->remembered->forget_all();
}

// The text of a remembered token is the payload of the one that was asked for, which is the same.
result<verified> verifier::state::recall(std::string_view token, const verified::outline& says) {
  result<verified> answer(std::in_place, verified::proof(), says);
  const std::size_t size = base64url::encoded_size(says.payload.size);
  const std::string_view segment = token.substr(token.size() - signature_size - 1 - size, size);
  if (!base64url::decode(segment, answer->kept_.renew(says.payload.size))) std::abort();  // it was once
  return answer;
}

result<verified> verifier::state::prove(std::string_view token, time_point now) const {
  const result<std::string_view> segment = jwt::prove(token, *keys.state_, options.type, starts);
  if (!segment) return segment.error();

  char bytes[max_json_size + flat::padding];
  const std::string_view payload(bytes, base64url::decoded_size(segment->size()));
  if (!base64url::decode(*segment, bytes))
    return error{errc::token_payload_malformed, "the payload is not base64url"};
  std::memset(bytes + payload.size(), 0, flat::padding);
  claims said;
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
  if (auto good = check_alive(said, *said.expires_at, options.leeway, now); !good) return good.error();
  return result<verified>(std::in_place, verified::proof(), payload, said);
}

}  // namespace ekauth::inline v1::jwt
