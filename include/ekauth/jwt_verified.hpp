// What a verified access token says. Comes with <ekauth/jwt.hpp>.
#pragma once

#include <ekauth/clock.hpp>
#include <ekauth/grant.hpp>
#include <ekauth/ids.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ekauth::inline v1::jwt {

/// Text that was written once and stays: inside the object when it is short, in memory of its own when it is
/// not. A value.
class kept_text {
 public:
  static constexpr std::size_t most_inside = 416;

  kept_text() noexcept {}
  kept_text(const kept_text& other);
  kept_text(kept_text&& other) noexcept;
  kept_text& operator=(const kept_text& other);
  kept_text& operator=(kept_text&& other) noexcept;
  ~kept_text() { delete[] outside_; }

  [[nodiscard]] std::string_view view() const noexcept {
    return {outside_ == nullptr ? inside_ : outside_, size_};
  }

  /// Room for a text of this size, to be written at once; what was kept is gone.
  [[nodiscard]] char* renew(std::size_t size);

 private:
  std::size_t size_ = 0;
  char* outside_ = nullptr;
  char inside_[most_inside];
};

struct claims;

/// A token that was proven: signed by one of our keys, for us, and alive. Made only by a verifier. A value;
/// threads may share it.
class verified {
  friend class verifier;
  friend class token_cache;
  // What only a verifier has.
  class proof {
    friend class verifier;
    proof() noexcept {}
  };
  struct outline;

 public:
  verified(proof, std::string_view payload, const claims& said);
  verified(proof, const outline& remembered);

  /// Views into this object, UTF-8 without NUL; empty when the token has none.
  [[nodiscard]] std::string_view subject() const noexcept { return view(says_.subject); }
  [[nodiscard]] std::string_view issuer() const noexcept { return view(says_.issuer); }
  [[nodiscard]] std::string_view scope() const noexcept { return view(says_.scope); }

  /// Subject and scopes as a value of their own; bind it to a name before iterating over its scopes.
  [[nodiscard]] grant granted() const;
  /// The login behind the token (sid), and the token's own name (jti); empty when the token has none.
  [[nodiscard]] family_id session() const { return family_id(view(says_.session)); }
  [[nodiscard]] token_id token() const { return token_id(view(says_.token)); }

  /// To the millisecond; what lies beyond the year 9999 reads as its end.
  [[nodiscard]] time_point expires_at() const noexcept { return says_.expires_at; }
  [[nodiscard]] std::optional<time_point> issued_at() const noexcept { return says_.issued_at; }
  [[nodiscard]] std::optional<time_point> not_before() const noexcept { return says_.not_before; }

  /// A claim by name; nothing when it is absent or of another type.
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const;
  [[nodiscard]] std::optional<bool> boolean(std::string_view name) const;
  /// Its JSON as the issuer wrote it, whatever its type; numbers of any size.
  [[nodiscard]] std::optional<std::string> json(std::string_view name) const;

 private:
  struct part {
    std::uint16_t at = 0;
    std::uint16_t size = 0;
  };
  // All but the text.
  struct outline {
    part payload, issuer, subject, scope, session, token;
    time_point expires_at;
    std::optional<time_point> issued_at, not_before;
  };

  [[nodiscard]] std::string_view view(part which) const noexcept {
    // Once moved from there is nothing to view.
    const std::string_view all = kept_.view();
    const bool kept = which.at + std::size_t{which.size} <= all.size();
    return kept ? all.substr(which.at, which.size) : all.substr(0, 0);
  }

  kept_text kept_;  // the payload, then those registered texts that it spells with escapes
  outline says_;
};

}  // namespace ekauth::inline v1::jwt
