// The eight scopes of the EcoEvents document, every combination of them.
#include <ekauth/scope.hpp>

#include "catch.hpp"

namespace scope = ekauth::scope;
using ekauth::errc;

namespace {

constexpr std::array<std::string_view, 8> texts{"events:read",     "events:write", "events:delete",
                                                "analytics:read",  "vendors:read", "vendors:write",
                                                "webhooks:manage", "full_access"};
constexpr unsigned full_access = 0x80;

inline constexpr scope::registry eco{
    {"events:read"},  {"events:write"},  {"events:delete"},   {"analytics:read"},
    {"vendors:read"}, {"vendors:write"}, {"webhooks:manage"}, {"full_access", scope::kind::superuser}};

constexpr scope::requirement may_read = eco.all_of({"events:read"});
constexpr scope::requirement may_read_or_write = eco.any_of({"events:read", "events:write"});
static_assert(!may_read.needs_nothing());
static_assert(!scope::set{}.covers(may_read) && !scope::set{}.covers(may_read_or_write));
static_assert(scope::set{}.covers(scope::requirement{}));
static_assert(!scope::set{}.require(may_read) && scope::set{}.require(scope::requirement{}));

scope::list list_of(unsigned subset) {
  std::vector<std::string> entries;
  for (std::size_t i = 0; i < texts.size(); ++i)
    if ((subset >> i & 1) != 0) entries.emplace_back(texts[i]);
  const auto parsed = scope::list::parse(entries);
  REQUIRE(parsed);
  return *parsed;
}

// What the document says, without the registry: exact names, and full_access for everything.
unsigned granted_by(unsigned subset) { return (subset & full_access) != 0 ? 0xff : subset; }

std::string text_of(unsigned subset) { return list_of(subset).spaced(); }

// Requirements of all scopes of a subset, and of any of them.
scope::requirement all(unsigned subset) {
  const auto what = eco.all_listed(list_of(subset));
  REQUIRE(what);
  return *what;
}
scope::requirement any(unsigned subset) {
  const auto what = eco.any_listed(list_of(subset));
  REQUIRE(what);
  return *what;
}

}  // namespace

TEST_CASE("every combination of the EcoEvents scopes covers exactly what it names", "[scope]") {
  for (unsigned subset = 0; subset < 256; ++subset) {
    const scope::set has = eco.compile(list_of(subset));
    for (unsigned i = 0; i < 8; ++i) {
      CAPTURE(subset, texts[i]);
      const bool expected = (granted_by(subset) >> i & 1) != 0;
      CHECK(has.covers(all(1u << i)) == expected);
      CHECK(has.covers(any(1u << i)) == expected);
      CHECK(has.require(all(1u << i)).has_value() == expected);
    }
  }
}

TEST_CASE("all_of needs every scope, in every combination", "[scope]") {
  std::vector<scope::requirement> needs{eco.all_of({})};
  for (unsigned subset = 1; subset < 256; ++subset) needs.push_back(all(subset));
  unsigned wrong = 0;
  for (unsigned subset = 0; subset < 256; ++subset) {
    const scope::set has = eco.compile(list_of(subset));
    for (unsigned needed = 0; needed < 256; ++needed)
      if (has.covers(needs[needed]) != ((needed & ~granted_by(subset)) == 0)) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("any_of needs one scope, for every two", "[scope]") {
  scope::requirement needs[8][8];
  for (unsigned a = 0; a < 8; ++a)
    for (unsigned b = 0; b < 8; ++b) needs[a][b] = any(1u << a | 1u << b);
  unsigned wrong = 0;
  for (unsigned subset = 0; subset < 256; ++subset) {
    const scope::set has = eco.compile(list_of(subset));
    for (unsigned a = 0; a < 8; ++a)
      for (unsigned b = 0; b < 8; ++b) {
        const bool expected = ((granted_by(subset) >> a | granted_by(subset) >> b) & 1) != 0;
        if (has.covers(needs[a][b]) != expected) ++wrong;
      }
  }
  CHECK(wrong == 0);
}

TEST_CASE("missing names exactly what is lacking, in the registry's order", "[scope]") {
  for (const unsigned subset : {0x00u, 0x01u, 0x2au, 0x7fu, 0x80u, 0x81u}) {
    const scope::set has = eco.compile(list_of(subset));
    for (unsigned needed = 1; needed < 256; ++needed) {
      CAPTURE(subset, needed);
      CHECK(eco.missing(all(needed), has) == text_of(needed & ~granted_by(subset)));
    }
  }
}

TEST_CASE("missing names all scopes of an any_of that is not met, and none of one that is", "[scope]") {
  const scope::requirement what = eco.any_of({"vendors:write", "events:write"});
  CHECK(eco.missing(what, eco.compile(list_of(0x01))) == "events:write vendors:write");
  CHECK(eco.missing(what, eco.compile(list_of(0x02))).empty());
  CHECK(eco.missing(what, {}) == "events:write vendors:write");
  CHECK(eco.missing({}, {}).empty());
}

TEST_CASE("a star of events covers its three scopes and nothing else", "[scope]") {
  const auto starred = scope::list::parse({"events:*"});
  REQUIRE(starred);
  const scope::set has = eco.compile(*starred);
  for (unsigned i = 0; i < 8; ++i) CHECK(has.covers(all(1u << i)) == (i < 3));
  CHECK(eco.check(*starred));
}

TEST_CASE("a lacking scope is refused as insufficient_scope", "[scope]") {
  const auto answer = eco.compile(list_of(0x02)).require(may_read);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code() == errc::insufficient_scope);
  CHECK(eco.compile(list_of(0x02)).require(may_read_or_write));
}

TEST_CASE("check refuses what EcoEvents does not have", "[scope]") {
  for (unsigned subset = 0; subset < 256; ++subset) REQUIRE(eco.check(list_of(subset)));
  const std::string_view unknown =
      GENERATE(as<std::string_view>{}, "events", "events:raed", "events:read:x", "event:read", "events:rea",
               "events:reads", "full_access:*", "events:read:*", "billing:*", "full-access", "write");
  CAPTURE(unknown);
  const auto listed = scope::list::parse({"events:read", unknown, "also_unknown"});
  REQUIRE(listed);
  const auto answer = eco.check(*listed);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code() == errc::unknown_scope);
  CHECK(answer.error().position() == 1);

  const auto what = eco.all_listed(*listed);
  REQUIRE_FALSE(what);
  CHECK(what.error().code() == errc::unknown_scope);
  CHECK(what.error().position() == 1);

  const scope::set has = eco.compile(*listed);  // reading back is lenient, and grants nothing for it
  for (unsigned i = 0; i < 8; ++i) CHECK(has.covers(all(1u << i)) == (i == 0));
}
