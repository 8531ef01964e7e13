#include <ekauth/jwt_verified.hpp>

#include <cstring>
#include <functional>
#include <utility>

#include "jwt/json.hpp"

namespace ekauth::inline v1::jwt {

namespace {

// Whether a text is a part of the payload, and not one that the parser made without its escapes.
bool stands_in(std::string_view payload, std::string_view text) noexcept {
  const std::less_equal<> before;
  return before(payload.data(), text.data()) &&
         before(text.data() + text.size(), payload.data() + payload.size());
}

}  // namespace

char* kept_text::renew(std::size_t size) {
  delete[] std::exchange(outside_, nullptr);
  size_ = 0;
  if (size > most_inside) outside_ = new char[size];
  size_ = size;
  return outside_ == nullptr ? inside_ : outside_;
}

kept_text::kept_text(const kept_text& other) { *this = other; }

kept_text::kept_text(kept_text&& other) noexcept { *this = std::move(other); }

kept_text& kept_text::operator=(const kept_text& other) {
  if (this != &other) std::memcpy(renew(other.size_), other.view().data(), other.size_);
  return *this;
}

kept_text& kept_text::operator=(kept_text&& other) noexcept {
  if (this == &other) return *this;
  if (other.outside_ == nullptr) {
    std::memcpy(renew(other.size_), other.inside_, other.size_);
  } else {
    delete[] std::exchange(outside_, std::exchange(other.outside_, nullptr));
    size_ = other.size_;
  }
  other.size_ = 0;
  return *this;
}

// Copies what was proven out of the parser's memory and the stack.
verified::verified(proof, std::string_view payload, const claims& said)
    : expires_at_(*said.expires_at), issued_at_(said.issued_at), not_before_(said.not_before) {
  struct text {
    const std::optional<std::string_view>& said;
    part& kept;
  };
  const text texts[] = {{said.issuer, issuer_},
                        {said.subject, subject_},
                        {said.scope, scope_},
                        {said.session, session_},
                        {said.token, token_}};
  std::size_t size = payload.size();
  for (const text& each : texts) {
    if (each.said && !stands_in(payload, *each.said)) size += each.said->size();
  }
  char* const kept = kept_.renew(size);
  std::memcpy(kept, payload.data(), payload.size());
  payload_ = {0, static_cast<std::uint16_t>(payload.size())};
  std::size_t end = payload.size();
  for (const text& each : texts) {
    if (!each.said) continue;
    std::size_t at = end;
    if (stands_in(payload, *each.said)) {
      at = static_cast<std::size_t>(each.said->data() - payload.data());
    } else {
      std::memcpy(kept + at, each.said->data(), each.said->size());
      end += each.said->size();
    }
    each.kept = {static_cast<std::uint16_t>(at), static_cast<std::uint16_t>(each.said->size())};
  }
}

grant verified::granted() const {
  // The verifier made sure that the scopes parse.
  return {subject_id(subject()), *scope::list::parse_spaced(scope())};
}

std::optional<std::string> verified::text(std::string_view name) const {
  return find_text(view(payload_), name);
}

std::optional<std::int64_t> verified::integer(std::string_view name) const {
  return find_integer(view(payload_), name);
}

std::optional<bool> verified::boolean(std::string_view name) const {
  return find_boolean(view(payload_), name);
}

std::optional<std::string> verified::json(std::string_view name) const {
  return find_json(view(payload_), name);
}

}  // namespace ekauth::inline v1::jwt
