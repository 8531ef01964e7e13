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

// Copies what was proven out of the parser's memory and the stack.
verified::verified(proof, std::string_view payload, const claims& said) {
  std::size_t size = payload.size();
  if (said.unescaped) {
    for (const auto& text : {said.issuer, said.subject, said.scope, said.session, said.token})
      size += text.value_or("").size();
  }
  char* const kept = kept_.renew(size);
  std::size_t end = 0;
  const auto append = [kept, &end](std::string_view text) -> part {
    std::memcpy(kept + end, text.data(), text.size());
    end += text.size();
    return {static_cast<std::uint16_t>(end - text.size()), static_cast<std::uint16_t>(text.size())};
  };
  const auto keep = [&](const std::optional<std::string_view>& text) -> part {
    if (!text) return {};
    if (said.unescaped) return append(*text);
    return {static_cast<std::uint16_t>(text->data() - payload.data()),
            static_cast<std::uint16_t>(text->size())};
  };
  says_.payload = append(payload);
  says_.issuer = keep(said.issuer);
  says_.subject = keep(said.subject);
  says_.scope = keep(said.scope);
  says_.session = keep(said.session);
  says_.token = keep(said.token);
  says_.expires_at = *said.expires_at;
  says_.issued_at = said.issued_at;
  says_.not_before = said.not_before;
}

verified::verified(proof, const outline& remembered) : says_(remembered) {}

grant verified::granted() const {
  // The verifier made sure that the scopes parse.
  return {subject_id(subject()), *scope::list::parse_spaced(scope())};
}

std::optional<std::string> verified::text(std::string_view name) const {
  return find_text(view(says_.payload), name);
}

std::optional<std::int64_t> verified::integer(std::string_view name) const {
  return find_integer(view(says_.payload), name);
}

std::optional<bool> verified::boolean(std::string_view name) const {
  return find_boolean(view(says_.payload), name);
}

std::optional<std::string> verified::json(std::string_view name) const {
  return find_json(view(says_.payload), name);
}

}  // namespace ekauth::inline v1::jwt
