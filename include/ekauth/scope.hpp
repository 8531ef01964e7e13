// Scopes: what a credential may do, as exact names that a registry turns into bits.
//
//   inline constexpr scope::registry scopes{
//       {"events:read"}, {"events:write"}, {"full_access", scope::kind::superuser}};
//   constexpr auto may_read = scopes.all_of({"events:read"});        // an unknown literal does not compile
//   scope::set has = scopes.compile(record.scopes);                  // once, when the record was read
//   if (auto ok = has.require(may_read); !ok) return refuse(ok.error());
//
//   scope    = segment *3( ":" segment )          ; exact, case-sensitive, byte for byte
//   segment  = [a-z][a-z0-9_.-]{0,31}
//   granted  = scope / segment *2( ":" segment ) ":*"   ; a:* covers a:b, not a, not a:b:c
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

inline constexpr std::size_t max_names = 256;   ///< names in a registry
inline constexpr std::size_t max_text = 8192;   ///< bytes of all names of a registry together
inline constexpr std::size_t max_implied = 32;  ///< names that one entry implies directly
inline constexpr std::size_t max_listed = 256;  ///< entries in a list, repeats included

/// Granted scope texts in the order given, each well-formed, none twice. A value; may name scopes that no
/// registry has.
class list {
 public:
  list() = default;

  /// One string is one scope; an exact repeat is dropped. Errors: unknown_scope with the index of the first
  /// malformed entry, or of the first beyond max_listed; nothing is kept.
  [[nodiscard]] static result<list> parse(const std::vector<std::string>& entries);
  [[nodiscard]] static result<list> parse(std::initializer_list<std::string_view> entries);

  /// Entries separated by exactly one space each (RFC 6749 §3.3); the empty string is the empty list.
  /// Errors: as parse; a leading, trailing or doubled space is an empty entry.
  [[nodiscard]] static result<list> parse_spaced(std::string_view text);

  /// Whether parse_spaced takes the text, without making a list of it. Errors: as parse_spaced.
  [[nodiscard]] static result<void> check_spaced(std::string_view text);

  /// The entries with one space between them: what parse_spaced reads.
  [[nodiscard]] std::string spaced() const;

  [[nodiscard]] const std::vector<std::string>& entries() const noexcept { return entries_; }
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  friend bool operator==(const list&, const list&) = default;

 private:
  template <class Entries>
  static result<list> parse_each(const Entries& entries);
  void add(std::string_view entry);
  std::vector<std::string> entries_;
};

namespace detail {
// Takes what a text begins with of a name, up to a colon that no segment follows; 0: one is malformed.
[[nodiscard]] constexpr std::size_t take_segments(std::string_view& text);
[[nodiscard]] constexpr std::size_t segments(std::string_view name);  // 0: not a name
[[noreturn]] void registry_entries_are_wrong(const char* why, std::uint32_t position);
void scope_is_not_registered();  // not defined: a constant expression that calls it does not compile
}  // namespace detail

/// Bits of one registry. A value; empty grants nothing.
struct bits {
  std::array<std::uint64_t, max_names / 64> words{};

  [[nodiscard]] constexpr bool has(std::size_t i) const noexcept {
    return (words[i / 64] >> i % 64 & 1) != 0;
  }
  constexpr void add(std::size_t i) noexcept { words[i / 64] |= std::uint64_t{1} << i % 64; }
  constexpr void add(const bits& more) noexcept;
  friend constexpr bool operator==(const bits&, const bits&) = default;
};

/// What a request needs: all of some scopes, or any of some. Made by a registry; the default needs nothing.
/// Any of no scopes is never met.
class requirement {
 public:
  constexpr requirement() = default;
  [[nodiscard]] constexpr bool needs_nothing() const noexcept { return !any_ && needed_ == bits{}; }

 private:
  friend class registry;
  friend class set;
  bits needed_{};
  std::uint32_t registry_ = 0;  // 0: needs nothing
  bool any_ = false;
};

/// What a credential may do, compiled by a registry. A small value without allocation; the default grants
/// nothing.
class set {
 public:
  constexpr set() = default;

  /// Whether the requirement is met: a few ANDs. One that needs something of another registry is never met.
  [[nodiscard]] constexpr bool covers(const requirement& what) const noexcept;

  /// The same as a result. Errors: insufficient_scope.
  [[nodiscard]] constexpr result<void> require(const requirement& what) const noexcept;

 private:
  friend class registry;
  bits granted_{};
  std::uint32_t registry_ = 0;  // 0: of no registry
};

/// How far a name reaches.
enum class kind : std::uint8_t {
  ordinary,
  superuser,      ///< covers every ordinary name, those added later too; no other superuser
  explicit_only,  ///< granted by its exact name only: never by a star, a superuser or an implication
};

/// A few names by value: what an entry implies.
class names {
 public:
  constexpr names() = default;
  constexpr names(std::initializer_list<std::string_view> all) : names(all.begin(), all.size()) {}
  explicit names(const std::vector<std::string_view>& all) : names(all.data(), all.size()) {}

  /// How many were given; a registry refuses more than max_implied.
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] constexpr std::string_view operator[](std::size_t i) const noexcept { return all_[i]; }

 private:
  constexpr names(const std::string_view* all, std::size_t size) : size_(size) {
    for (std::size_t i = 0; i < size && i < max_implied; ++i) all_[i] = all[i];
  }
  std::array<std::string_view, max_implied> all_{};
  std::size_t size_ = 0;
};

/// One name of a registry, and the names it grants along with itself. The texts need to live only until the
/// registry is made.
struct entry {
  std::string_view text;
  kind reach = kind::ordinary;
  names implies = {};
};

/// The scopes that exist. An immutable value that owns its names; about 17 KB. Threads may share it.
///
/// Registries with the same entries in the same order are the same. Usable in constant expressions: within
/// the compilers' default limits 256 names, or 64 names that all imply others.
class registry {
 public:
  /// From literals. A mistake in them (one that make() reports) does not compile in a constant, and aborts
  /// elsewhere: declare the registry constexpr. make() is for names from data.
  constexpr registry(std::initializer_list<entry> entries);

  /// Errors: unknown_scope with the index of the first entry that is malformed, repeated or beyond the
  /// limits; where there is none, of the first that implies an unknown name, an explicit-only name, or
  /// itself.
  [[nodiscard]] static result<registry> make(const std::vector<entry>& entries);

  /// A requirement from literals, of a registry that is a constant. An unknown name does not compile, nor
  /// does a text of the run time.
  [[nodiscard]] consteval requirement all_of(std::initializer_list<std::string_view> scopes) const;
  [[nodiscard]] consteval requirement any_of(std::initializer_list<std::string_view> scopes) const;

  /// A requirement from data: all scopes of a list, or any. Errors: unknown_scope with the index, also for a
  /// star; validation_failed (an empty list, for nobody means to demand nothing by it).
  [[nodiscard]] result<requirement> all_listed(const list& scopes) const;
  [[nodiscard]] result<requirement> any_listed(const list& scopes) const;

  /// Refuses a list that names what this registry does not have (a star must cover something). For making
  /// keys. Errors: unknown_scope with the index of the first unknown entry.
  [[nodiscard]] result<void> check(const list& granted) const;

  /// The bits of a list. Names that the registry does not have grant nothing. For reading records and tokens.
  [[nodiscard]] set compile(const list& granted) const;

  /// Whether this registry, or one with the same entries, compiled a set.
  [[nodiscard]] bool compiled(const set& has) const noexcept { return has.registry_ == fingerprint_; }

  /// The names that a requirement asks for and a set lacks, with one space between them: for challenges.
  /// For any_of: all its names. Empty when the requirement is met, or is another registry's.
  [[nodiscard]] std::string missing(const requirement& what, const set& has) const;

 private:
  struct mistake {
    const char* text = nullptr;  // nullptr: none
    std::uint32_t position = 0;
  };
  constexpr registry() = default;
  constexpr mistake fill(const entry* entries, std::size_t count);
  constexpr const char* add(const entry& what);
  constexpr const char* link(std::size_t index, const names& implied);
  constexpr void close_implications();
  constexpr void widen_superusers();
  constexpr std::uint32_t identify() const;
  consteval requirement needing(std::initializer_list<std::string_view> scopes) const;
  constexpr std::string_view name(std::size_t index) const;
  constexpr std::size_t rank(std::string_view text) const;  // of the first name in order that is not less
  constexpr std::size_t find(std::string_view text) const;  // its index, or max_names
  bits reach_of(std::string_view granted) const;

  std::array<char, max_text> text_{};               // the names, one after another
  std::array<std::uint16_t, max_names + 1> end_{};  // name i is text_[end_[i], end_[i + 1])
  std::array<kind, max_names> kind_{};
  std::array<std::uint8_t, max_names> order_{};  // indices by name
  std::array<bits, max_names> reach_{};          // what a name grants, itself included
  std::uint32_t size_ = 0;
  std::uint32_t fingerprint_ = 0;  // never 0 once made
};

}  // namespace ekauth::inline v1::scope

#include <ekauth/scope_inline.hpp>
