// Accepted tokens, remembered word for word. A reader writes nothing that others read, and waits for nobody;
// a writer that finds another one at its place goes away.
//
//   slot    1,024 bytes: a token's tag, outline and text
//   tag     a keyed hash of the signature's beginning. Nobody can choose tokens that drive each other out
//   set     the four slots in which a token of this tag may stand. Of them the first to expire makes room
#pragma once

#include <ekauth/jwt_verified.hpp>

#include <array>
#include <atomic>
#include <memory>

namespace ekauth::inline v1::jwt {

/// Tokens that a verifier accepted, and their outlines. Threads may share it.
class token_cache {
 public:
  using outline = verified::outline;

  /// tokens: how many to hold; rounded up to a power of two.
  explicit token_cache(std::size_t tokens);
  token_cache(const token_cache&) = delete;
  token_cache& operator=(const token_cache&) = delete;
  ~token_cache();

  /// Whether exactly this token is remembered, and as what. out means nothing when it is not.
  [[nodiscard]] bool find(std::string_view token, outline& out) const noexcept;

  /// How often something was forgotten. Asked before a token is proven, and given to keep(), so that what was
  /// forgotten meanwhile is not remembered again.
  [[nodiscard]] std::uint64_t forgotten() const noexcept {
    return forgotten_.load(std::memory_order_seq_cst);
  }

  /// Remembers a token, unless it is too long or its place is being written. session: its sid.
  void keep(std::string_view token, const outline& says, std::string_view session,
            std::uint64_t forgotten_before) noexcept;

  void forget(std::string_view session) noexcept;
  void forget_all() noexcept;

 private:
  using word = std::uint64_t;
  struct slot;

  [[nodiscard]] word hash(std::string_view text) const noexcept;
  [[nodiscard]] slot* set_of(word tag) const noexcept;
  [[nodiscard]] std::atomic<word>& session_of(const slot& place) noexcept;
  void clear(slot& place) noexcept;

  std::array<unsigned char, 16> key_;
  std::size_t slots_;
  std::unique_ptr<slot[]> all_;
  std::unique_ptr<std::atomic<word>[]> sessions_;  // by slot, the hash of sid; 0: none
  std::atomic<word> forgotten_{0};
};

}  // namespace ekauth::inline v1::jwt
