// Scopes: what a credential may do, as exact names that a registry turns into bits.
//
//   inline constexpr scope::registry scopes{{"events:read"}, {"events:write"}, {"full_access", scope::kind::superuser}};
//   constexpr scope::requirement may_read = scopes.all_of({"events:read"});    // an unknown literal does not compile
//   if (auto ok = scopes.compile(record.scopes).require(may_read); !ok) return refuse(ok.error());
//
//   scope    = segment *3( ":" segment )          ; exact, case-sensitive, byte for byte
//   segment  = [a-z][a-z0-9_.-]{0,31}
//   grant    = scope / scope-prefix ":*"          ; a star is a whole last segment: a:* covers a:b, not a, not a:b:c
//
// Nothing covers more than itself but a superuser, a star, and what an entry declares as implied.
// Source: RFC 6749 §3.3 for lists separated by spaces.
#pragma once

#include <ekauth/result.hpp>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace ekauth::inline v1::scope {

inline constexpr std::size_t max_names = 256;      ///< names in a registry
inline constexpr std::size_t max_text = 8192;      ///< bytes of all names of a registry together
inline constexpr std::size_t max_listed = 256;     ///< entries in a list

/// Granted scope texts in the order given, each well-formed, none twice. Values; may name scopes that no registry has.
class list {
 public:
  list() = default;

  /// One string is one scope. Errors: unknown_scope, with the index of the first malformed entry; nothing is kept.
  [[nodiscard]] static result<list> parse(const std::vector<std::string>& entries);
  [[nodiscard]] static result<list> parse(std::initializer_list<std::string_view> entries);

  /// Entries separated by exactly one space each (RFC 6749 §3.3); the empty string is the empty list.
  [[nodiscard]] static result<list> parse_spaced(std::string_view text);

  /// The entries with one space between them.
  [[nodiscard]] std::string spaced() const;

  [[nodiscard]] const std::vector<std::string>& entries() const noexcept { return entries_; }
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  friend bool operator==(const list&, const list&) = default;

 private:
  std::vector<std::string> entries_;
};

/// Bits of one registry. A value; empty grants nothing.
struct bits {
  std::array<std::uint64_t, max_names / 64> words{};
  friend constexpr bool operator==(const bits&, const bits&) = default;
};

/// What a request needs: all of some scopes, or any of some. Made by a registry; the default needs nothing.
class requirement {
 public:
  constexpr requirement() = default;
  [[nodiscard]] constexpr bool needs_nothing() const noexcept { return !any_ && needed_ == bits{}; }

 private:
  friend class registry;
  friend class set;
  bits needed_{};
  std::uint32_t registry_ = 0;
  bool any_ = false;
};

/// What a credential may do, compiled by a registry. A small value without allocation.
class set {
 public:
  constexpr set() = default;

  /// Whether the requirement is met: a few ANDs. A requirement of another registry is never met.
  [[nodiscard]] constexpr bool covers(const requirement& what) const noexcept;

  /// The same as a result. Errors: insufficient_scope.
  [[nodiscard]] constexpr result<void> require(const requirement& what) const noexcept;

 private:
  friend class registry;
  bits granted_{};
  std::uint32_t registry_ = 0;
};

/// How far a name reaches.
enum class kind : std::uint8_t {
  ordinary,
  superuser,      ///< covers every ordinary name, those added later too
  explicit_only,  ///< granted by its exact name only, never by a star or a superuser
};

/// One name of a registry, and the names it grants along with itself.
struct entry {
  std::string_view text;
  kind reach = kind::ordinary;
  std::initializer_list<std::string_view> implies = {};
};

/// The scopes that exist. An immutable value that owns its names; about 26 KB; usable in constant expressions.
/// Threads may share it.
class registry {
 public:
  /// A mistake in the entries (malformed, repeated, too many, implying an unknown name or a cycle) does not compile in a
  /// constant expression and aborts elsewhere; make() is for names that come from data.
  constexpr registry(std::initializer_list<entry> entries);

  /// Errors: unknown_scope with the index of the first entry that is malformed, repeated, beyond the limits, or implies
  /// an unknown name, an explicit-only name, or itself.
  [[nodiscard]] static result<registry> make(const std::vector<entry>& entries);

  /// A requirement from literals; an unknown name does not compile in a constant expression and aborts elsewhere.
  [[nodiscard]] constexpr requirement all_of(std::initializer_list<std::string_view> names) const;
  [[nodiscard]] constexpr requirement any_of(std::initializer_list<std::string_view> names) const;

  /// A requirement from data: all of the list. Errors: unknown_scope with the index; a star is not a requirement.
  [[nodiscard]] result<requirement> all_of(const list& names) const;

  /// Refuses a list that names what this registry does not have (a star must cover something). For making keys.
  /// Errors: unknown_scope with the index of the first unknown entry.
  [[nodiscard]] result<void> check(const list& granted) const;

  /// The bits of a list. Names that the registry does not have grant nothing. For reading records and tokens.
  [[nodiscard]] set compile(const list& granted) const;

  /// The names that a requirement asks for and a set lacks, with one space between them: for challenges.
  /// For any_of: all its names.
  [[nodiscard]] std::string missing(const requirement& what, const set& has) const;

 private:
  // implementation detail follows
};

}  // namespace ekauth::inline v1::scope
