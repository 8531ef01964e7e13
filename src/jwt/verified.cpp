#include <ekauth/jwt_verified.hpp>

#include <cstring>
#include <utility>

#include "jwt/json.hpp"

namespace ekauth::inline v1::jwt {

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
