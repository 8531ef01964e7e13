// Names of things, each a type of its own, so that one cannot stand in for another.
//
//   subject_id owner{"acc_9i8h7g6f5e"};
//   api_keys.revoke(owner, key_id{"key_1a2b3c4d5e"}, now());
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <utility>

namespace ekauth::inline v1 {

/// An opaque name of one kind of thing. A value; made explicitly, compared byte for byte, only with its own
/// kind.
template <class Kind>
class id {
 public:
  id() = default;
  explicit id(std::string text) noexcept : text_(std::move(text)) {}
  explicit id(std::string_view text) : text_(text) {}
  explicit id(const char* text) : text_(text) {}

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

  friend bool operator==(const id&, const id&) = default;
  friend std::strong_ordering operator<=>(const id& a, const id& b) noexcept {
    return a.text_.compare(b.text_) <=> 0;
  }

 private:
  std::string text_;
};

/// Whom a credential speaks for: the host's account or user id; 1 to 255 bytes.
using subject_id = id<struct subject_kind>;
/// An API key's public name: "key_" and ten base62 characters.
using key_id = id<struct key_kind>;
/// One login and all refresh tokens that follow from it: sixteen base62 characters; the claim sid.
using family_id = id<struct family_kind>;
/// One access token; the claim jti.
using token_id = id<struct token_kind>;

}  // namespace ekauth::inline v1
