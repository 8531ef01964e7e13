#include <algorithm>
#include <cstring>
#include <iterator>

#include "core/subjects.hpp"
#include "jwt/base64url.hpp"
#include "jwt/json.hpp"
#include "jwt/jws.hpp"
#include "jwt/payload.hpp"

namespace ekauth::inline v1::jwt {

namespace {

using std::chrono::seconds;

constexpr std::size_t max_option_size = 1024;
constexpr std::size_t token_name_size = 22;  // base62 digits, 131 bits
constexpr std::string_view registered[] = {"iss", "aud", "sub", "iat", "nbf", "exp", "jti", "sid", "scope"};

bool is_option(std::string_view text) {
  return !text.empty() && text.size() <= max_option_size && is_text(text);
}

error invalid(const char* text) { return {errc::validation_failed, text}; }

result<void> check_times(const issue& at, duration lifetime) {
  const time_point dawn{};
  if (at.issued_at < dawn || at.issued_at > end_of_time - lifetime) {
    return invalid("issued_at lies between 1970 and 9999");
  }
  const time_point issued = std::chrono::floor<seconds>(at.issued_at);
  if (at.not_before && (*at.not_before < dawn || *at.not_before > end_of_time ||
                        std::chrono::ceil<seconds>(*at.not_before) >= issued + lifetime)) {
    return invalid("not_before lies before the expiry");
  }
  return {};
}

bool put_name(payload& out, std::string_view name) {
  return name.size() <= max_name_size && out.put_text(name);
}

// As their spaced(); scopes need no escapes.
void put_scopes(payload& out, const scope::list& scopes) {
  out.put(R"(,"scope":)");
  char before = '"';
  for (const std::string& each : scopes.entries()) {
    out.put(before);
    out.put(each);
    before = ' ';
  }
  out.put('"');
}

}  // namespace

struct signer::state {
  known_start start;
  duration lifetime;
  random_source* random;

  result<void> put_claims(const grant& what, const issue& at, payload& out) const;
  // The host's own.
  static result<void> put_extra(const std::vector<claim>& extra, payload& out);
};

claim claim::text(std::string_view name, std::string_view value) { return {kind::text, name, value}; }
claim claim::integer(std::string_view name, std::int64_t value) {
  return {kind::json, name, std::to_string(value)};
}
claim claim::boolean(std::string_view name, bool value) {
  return {kind::json, name, value ? "true" : "false"};
}
claim claim::json(std::string_view name, std::string_view value) { return {kind::json, name, value}; }

result<void> signer::state::put_extra(const std::vector<claim>& extra, payload& out) {
  for (auto each = extra.begin(); each != extra.end(); ++each) {
    const auto position = static_cast<std::uint32_t>(each - extra.begin());
    const auto same_name = [each](const claim& other) { return other.name_ == each->name_; };
    if (std::find(std::begin(registered), std::end(registered), each->name_) != std::end(registered)) {
      return error{errc::validation_failed, "a registered claim is not a claim of the host's own", position};
    }
    if (std::any_of(extra.begin(), each, same_name)) {
      return error{errc::validation_failed, "two claims have the same name", position};
    }
    out.put(',');
    if (each->name_.empty() || !out.put_text(each->name_)) {
      return error{errc::validation_failed, "a claim's name is UTF-8 without NUL, and not empty", position};
    }
    out.put(':');
    const bool text = each->kind_ == claim::kind::text;
    if (text ? !out.put_text(each->value_) : !is_value(each->value_)) {
      return error{errc::validation_failed, "a claim's value is neither text nor JSON", position};
    }
    if (!text) out.put(each->value_);
  }
  return {};
}

// From behind the known start up to the last brace.
result<void> signer::state::put_claims(const grant& what, const issue& at, payload& out) const {
  if (auto good = check_times(at, lifetime); !good) return good;
  const seconds issued = std::chrono::floor<seconds>(at.issued_at).time_since_epoch();
  out.put(start.rest);
  out.put(R"(,"sub":)");
  if (!is_subject(what.subject) || !out.put_text(what.subject.text())) {
    return invalid("a subject is 1 to 255 bytes of UTF-8 without NUL");
  }
  out.put(R"(,"iat":)");
  out.put_number(issued.count());
  if (at.not_before) {
    out.put(R"(,"nbf":)");
    out.put_number(std::chrono::ceil<seconds>(*at.not_before).time_since_epoch().count());
  }
  out.put(R"(,"exp":)");
  out.put_number((issued + std::chrono::duration_cast<seconds>(lifetime)).count());
  out.put(R"(,"jti":)");
  if (at.token.empty()) {
    out.put_random(*random, token_name_size);
  } else if (!put_name(out, at.token.text())) {
    return invalid("a token's id is at most 255 bytes of UTF-8 without NUL");
  }
  if (!at.session.empty()) {
    out.put(R"(,"sid":)");
    if (!put_name(out, at.session.text())) {
      return invalid("a session's id is at most 255 bytes of UTF-8 without NUL");
    }
  }
  if (!what.scopes.empty()) put_scopes(out, what.scopes);
  if (auto good = put_extra(at.extra, out); !good) return good;
  out.put('}');
  return {};
}

signer::signer(std::shared_ptr<const state> made) noexcept : state_(std::move(made)) {}
signer::signer(const signer&) noexcept = default;
signer& signer::operator=(const signer&) noexcept = default;
signer::~signer() = default;

result<signer> signer::make(keyset keys, signer_options options) {
  return make(keys, std::move(options), crypto::name_random());
}

result<signer> signer::make(keyset keys, signer_options options, random_source& random) {
  if (!is_option(options.issuer) || !is_option(options.audience)) {
    return error{errc::option_invalid, "issuer and audience are 1 to 1,024 bytes of UTF-8 without NUL"};
  }
  const auto whole = std::chrono::duration_cast<seconds>(options.lifetime);
  if (whole != options.lifetime || whole < seconds(1) || options.lifetime > max_lifetime) {
    return error{errc::option_invalid, "a lifetime is 1 second to 366 days in whole seconds"};
  }
  const keyset::state& all = *keys.state_;
  return signer(std::make_shared<const state>(
      state{make_start(all, all.keys.front(), options.issuer, options.audience), options.lifetime, &random}));
}

result<secret> signer::sign(const grant& what, const issue& at) const {
  payload said;
  if (auto good = state_->put_claims(what, at, said); !good) return good.error();
  const known_start& start = state_->start;
  const std::size_t encoded = base64url::encoded_size(said.view().size());
  const std::size_t size = start.text.size() + encoded + 1 + signature_size;
  if (!said.has_room() || size > max_token_size)
    return invalid("the token would be longer than 8,192 characters");

  return secret::written(size, [&](char* token) {
    char* const rest = token + start.text.size();
    std::memcpy(token, start.text.data(), start.text.size());
    base64url::encode(said.view(), rest);
    rest[encoded] = '.';
    write_signature(start.mac, {rest, encoded}, rest + encoded + 1);
  });
}

duration signer::lifetime() const noexcept { return state_->lifetime; }

}  // namespace ekauth::inline v1::jwt
