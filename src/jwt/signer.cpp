#include <ekauth/http.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "core/base62.hpp"
#include "jwt/base64url.hpp"
#include "jwt/json.hpp"
#include "jwt/jws.hpp"

namespace ekauth::inline v1::jwt {

namespace {

using std::chrono::seconds;

constexpr std::size_t max_option_size = 1024;
constexpr std::size_t token_name_size = 22;  // base62 digits, 131 bits
constexpr std::string_view registered[] = {"iss", "aud", "sub", "iat", "nbf", "exp", "jti", "sid", "scope"};

using buffer = fmt::basic_memory_buffer<char, 2048>;

void put(buffer& out, std::string_view text) { out.append(text.data(), text.data() + text.size()); }

void put_string(buffer& out, std::string_view text) {
  const auto plain = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; };
  if (std::all_of(text.begin(), text.end(), plain)) {
    out.push_back('"');
    put(out, text);
    out.push_back('"');
  } else {
    put(out, http::json_string(text));
  }
}

void put_text(buffer& out, std::string_view name, std::string_view value) {
  put(out, ",\"");
  put(out, name);
  put(out, "\":");
  put_string(out, value);
}

void put_seconds(buffer& out, std::string_view name, seconds value) {
  fmt::format_to(std::back_inserter(out), ",\"{}\":{}", name, value.count());
}

bool is_option(std::string_view text) {
  return !text.empty() && text.size() <= max_option_size && is_text(text);
}
bool is_name(std::string_view text) { return text.size() <= max_name_size && is_text(text); }

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

result<void> check_texts(const grant& what, const issue& at) {
  if (what.subject.empty() || !is_name(what.subject.text())) {
    return invalid("a subject is 1 to 255 bytes of UTF-8 without NUL");
  }
  if (!is_name(at.session.text()) || !is_name(at.token.text())) {
    return invalid("ids of sessions and tokens are at most 255 bytes of UTF-8 without NUL");
  }
  return {};
}

}  // namespace

struct signer::state {
  known_start start;
  duration lifetime;
  random_source* random;

  // Appends the host's own claims.
  static result<void> put_extra(const std::vector<claim>& extra, buffer& out);
  // The payload from behind the known start up to its last brace.
  result<void> put_payload(const grant& what, const issue& at, buffer& out) const;
};

claim claim::text(std::string_view name, std::string_view value) { return {kind::text, name, value}; }
claim claim::integer(std::string_view name, std::int64_t value) {
  return {kind::json, name, fmt::format_int(value).c_str()};
}
claim claim::boolean(std::string_view name, bool value) {
  return {kind::json, name, value ? "true" : "false"};
}
claim claim::json(std::string_view name, std::string_view value) { return {kind::json, name, value}; }

result<void> signer::state::put_extra(const std::vector<claim>& extra, buffer& out) {
  for (auto each = extra.begin(); each != extra.end(); ++each) {
    const auto position = static_cast<std::uint32_t>(each - extra.begin());
    const auto same_name = [each](const claim& other) { return other.name_ == each->name_; };
    if (each->name_.empty() || !is_text(each->name_)) {
      return error{errc::validation_failed, "a claim's name is UTF-8 without NUL, and not empty", position};
    }
    if (std::find(std::begin(registered), std::end(registered), each->name_) != std::end(registered)) {
      return error{errc::validation_failed, "a registered claim is not a claim of the host's own", position};
    }
    if (std::any_of(extra.begin(), each, same_name)) {
      return error{errc::validation_failed, "two claims have the same name", position};
    }
    const bool text = each->kind_ == claim::kind::text;
    if (text ? !is_text(each->value_) : !is_value(each->value_)) {
      return error{errc::validation_failed, "a claim's value is neither text nor JSON", position};
    }
    out.push_back(',');
    put_string(out, each->name_);
    out.push_back(':');
    if (text) {
      put_string(out, each->value_);
    } else {
      put(out, each->value_);
    }
  }
  return {};
}

result<void> signer::state::put_payload(const grant& what, const issue& at, buffer& out) const {
  if (auto good = check_texts(what, at); !good) return good;
  if (auto good = check_times(at, lifetime); !good) return good;
  const seconds issued = std::chrono::floor<seconds>(at.issued_at).time_since_epoch();
  put(out, start.rest);
  put_text(out, "sub", what.subject.text());
  put_seconds(out, "iat", issued);
  if (at.not_before) put_seconds(out, "nbf", std::chrono::ceil<seconds>(*at.not_before).time_since_epoch());
  put_seconds(out, "exp", issued + std::chrono::duration_cast<seconds>(lifetime));
  put_text(out, "jti", at.token.empty() ? base62::random_digits(*random, token_name_size) : at.token.text());
  if (!at.session.empty()) put_text(out, "sid", at.session.text());
  if (!what.scopes.empty()) put_text(out, "scope", what.scopes.spaced());
  return put_extra(at.extra, out);
}

signer::signer(std::shared_ptr<const state> made) noexcept : state_(std::move(made)) {}
signer::signer(const signer&) noexcept = default;
signer& signer::operator=(const signer&) noexcept = default;
signer::~signer() = default;

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
  buffer payload;
  if (auto good = state_->put_payload(what, at, payload); !good) return good.error();
  payload.push_back('}');
  const known_start& start = state_->start;
  const std::size_t encoded = base64url::encoded_size(payload.size());
  const std::size_t size = start.text.size() + encoded + 1 + signature_size;
  if (size > max_token_size) return invalid("the token would be longer than 8,192 characters");

  char token[max_token_size];
  char* at_rest = token + start.text.size();
  std::memcpy(token, start.text.data(), start.text.size());
  base64url::encode({payload.data(), payload.size()}, at_rest);
  at_rest[encoded] = '.';
  write_signature(start.mac, {at_rest, encoded}, at_rest + encoded + 1);
  secret made(std::string_view(token, size));
  wipe(token, size);
  return made;
}

duration signer::lifetime() const noexcept { return state_->lifetime; }

}  // namespace ekauth::inline v1::jwt
