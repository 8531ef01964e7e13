#include <ekauth/scope.hpp>

#include <utility>

#include "catch.hpp"
#include "support/aborts.hpp"

namespace scope = ekauth::scope;
using ekauth::errc;
using fixed::aborts;
using scope::kind;

namespace {

scope::registry made(const std::vector<scope::entry>& entries) {
  const auto registry = scope::registry::make(entries);
  if (!registry) FAIL("refused at " << registry.error().position() << ": " << registry.error().text());
  return *registry;
}

scope::list listed(std::string_view spaced) {
  const auto parsed = scope::list::parse_spaced(spaced);
  REQUIRE(parsed);
  return *parsed;
}

// A requirement of all scopes, and one of any, from texts of the run time.
scope::requirement all(const scope::registry& registry, std::string_view spaced) {
  const auto what = registry.all_listed(listed(spaced));
  REQUIRE(what);
  return *what;
}
scope::requirement any(const scope::registry& registry, std::string_view spaced) {
  const auto what = registry.any_listed(listed(spaced));
  REQUIRE(what);
  return *what;
}

bool covers(const scope::registry& registry, std::string_view granted, std::string_view needed) {
  return registry.compile(listed(granted)).covers(all(registry, needed));
}

// 256 distinct names of 32 bytes: as many names, and as much text, as a registry takes.
struct names_256 {
  std::array<std::array<char, 32>, 256> texts{};
  constexpr names_256() {
    for (std::size_t i = 0; i < 256; ++i) {
      for (char& c : texts[i]) c = 'n';
      texts[i][30] = static_cast<char>('a' + i / 16);
      texts[i][31] = static_cast<char>('a' + i % 16);
    }
  }
  constexpr std::string_view operator[](std::size_t i) const { return {texts[i].data(), 32}; }
};
constexpr names_256 many;

template <std::size_t... I>
constexpr scope::registry registry_of(std::index_sequence<I...>) {
  return scope::registry{scope::entry{many[I]}...};
}
constexpr scope::registry largest = registry_of(std::make_index_sequence<256>{});

}  // namespace

TEST_CASE("a star covers ordinary names with exactly one more segment", "[scope]") {
  const scope::registry registry{{"a"},       {"a:b"},
                                 {"a:c"},     {"a:b:c"},
                                 {"a:b:d"},   {"a.b"},
                                 {"a-b:c"},   {"ab:c"},
                                 {"a:b:c:d"}, {"a:x", kind::explicit_only},
                                 {"b:c"},     {"a0:b"},
                                 {"aa:b:c"},  {"a:s", kind::superuser}};
  struct row {
    std::string_view star;
    std::vector<std::string_view> covered;
  };
  const std::vector<row> rows{{"a:*", {"a:b", "a:c"}},
                              {"a:b:*", {"a:b:c", "a:b:d"}},
                              {"a:b:c:*", {"a:b:c:d"}},
                              {"b:*", {"b:c"}},
                              {"a.b:*", {}},
                              {"a:c:*", {}}};
  for (const auto& [star, covered] : rows) {
    CHECK(registry.check(listed(star)).has_value() == !covered.empty());
    for (const std::string_view name : {"a", "a:b", "a:c", "a:b:c", "a:b:d", "a.b", "a-b:c", "ab:c",
                                        "a:b:c:d", "a:x", "b:c", "a0:b", "aa:b:c", "a:s"}) {
      CAPTURE(star, name);
      bool expected = false;
      for (const std::string_view one : covered) expected = expected || one == name;
      CHECK(covers(registry, star, name) == expected);
    }
  }
}

TEST_CASE("a star that covers only explicit or superuser names is unknown", "[scope]") {
  const scope::registry registry{{"a:b", kind::explicit_only}, {"s:all", kind::superuser}, {"c:d"}};
  CHECK_FALSE(registry.check(listed("a:*")));
  CHECK_FALSE(registry.check(listed("s:*")));
  CHECK(registry.check(listed("c:*")));
}

TEST_CASE("a superuser covers every ordinary name and itself, and no other superuser", "[scope]") {
  const scope::registry registry{{"a:b"},
                                 {"full_access", kind::superuser},
                                 {"root", kind::superuser},
                                 {"z"},
                                 {"x:y", kind::explicit_only}};
  CHECK(covers(registry, "full_access", "a:b"));
  CHECK(covers(registry, "full_access", "z"));
  CHECK(covers(registry, "full_access", "full_access"));
  CHECK_FALSE(covers(registry, "full_access", "root"));
  CHECK_FALSE(covers(registry, "full_access", "x:y"));
  CHECK(covers(registry, "full_access root", "root"));
  CHECK_FALSE(covers(registry, "a:b z", "full_access"));
}

TEST_CASE("an explicit-only name is granted by its exact name and by nothing else", "[scope]") {
  const scope::registry registry{{"a:b"}, {"a:keys", kind::explicit_only}, {"full_access", kind::superuser}};
  CHECK(covers(registry, "a:keys", "a:keys"));
  CHECK_FALSE(covers(registry, "a:b a:* full_access", "a:keys"));
  CHECK_FALSE(covers(registry, "a:keys", "a:b"));
  CHECK(covers(registry, "a:* a:keys", "a:keys"));
}

TEST_CASE("a registry whose hash is zero is not taken for none: its scopes are still demanded", "[scope]") {
  for (const char* name : {"aewktph", "esdewzr", "ikwqtca"}) {  // FNV-1a of each, alone, is zero
    const scope::registry registry{{name}};
    const auto demanded = all(registry, name);
    const scope::registry other{{"a"}};
    for (const scope::set& without : {scope::set(), registry.compile({}), other.compile(listed("a"))})
      CHECK_FALSE(without.covers(demanded));
    CHECK(registry.compile(listed(name)).covers(demanded));
  }
}

TEST_CASE("a parent does not cover its children, nor they it", "[scope]") {
  const scope::registry registry{{"a"}, {"a:b"}, {"a:b:c"}};
  CHECK_FALSE(covers(registry, "a", "a:b"));
  CHECK_FALSE(covers(registry, "a:b", "a"));
  CHECK_FALSE(covers(registry, "a:b", "a:b:c"));
}

TEST_CASE("an implied scope comes along, through any number of steps, and never backwards", "[scope]") {
  constexpr scope::registry registry{{"d"},
                                     {"a", kind::ordinary, {"b"}},
                                     {"c", kind::ordinary, {"d"}},
                                     {"b", kind::ordinary, {"c", "e"}},
                                     {"e"},
                                     {"x:keys", kind::explicit_only, {"d"}},
                                     {"g:h", kind::ordinary, {"e"}}};
  struct row {
    std::string_view granted, covered;
  };
  for (const auto& [granted, covered] :
       {row{"a", "abcde"}, row{"b", "bcde"}, row{"c", "cd"}, row{"d", "d"}, row{"e", "e"}, row{"x:keys", "d"},
        row{"g:*", "e"}, row{"c e", "cde"}})
    for (const std::string_view name : {"a", "b", "c", "d", "e"}) {
      CAPTURE(granted, name);
      CHECK(covers(registry, granted, name) == (covered.find(name) != std::string_view::npos));
    }
  CHECK(covers(registry, "g:*", "g:h"));
}

TEST_CASE("a superuser reaches what ordinary names imply, and who implies a superuser is one", "[scope]") {
  const scope::registry registry{{"plain"},
                                 {"s", kind::superuser},
                                 {"admin", kind::ordinary, {"root"}},
                                 {"root", kind::superuser},
                                 {"keys", kind::explicit_only, {"s"}}};
  CHECK(covers(registry, "admin", "root"));
  CHECK(covers(registry, "admin", "plain"));
  CHECK(covers(registry, "keys", "plain"));
  CHECK(covers(registry, "s", "root"));
  CHECK_FALSE(covers(registry, "admin", "keys"));
  CHECK_FALSE(covers(registry, "plain", "root"));
  CHECK_FALSE(covers(registry, "root", "s"));
}

TEST_CASE("a chain of implications through all 256 names is closed", "[scope]") {
  std::vector<scope::entry> entries;
  for (std::size_t i = 0; i < 255; ++i) entries.push_back({many[i], kind::ordinary, {many[i + 1]}});
  entries.push_back({many[255]});
  const scope::registry chain = made(entries);
  CHECK(covers(chain, many[0], many[255]));
  CHECK(covers(chain, many[100], many[101]));
  CHECK_FALSE(covers(chain, many[101], many[100]));
  CHECK_FALSE(covers(chain, many[255], many[0]));

  entries.back().implies = {many[0]};
  const auto circle = scope::registry::make(entries);
  REQUIRE_FALSE(circle);
  CHECK(circle.error().position() == 0);
}

TEST_CASE("a registry refuses entries that cannot be meant", "[scope]") {
  struct row {
    std::vector<scope::entry> entries;
    std::uint32_t position;
  };
  const std::vector<row> rows{
      {{{""}}, 0},
      {{{"a"}, {"A"}}, 1},
      {{{"a"}, {"a:"}}, 1},
      {{{"a"}, {"a:*"}}, 1},
      {{{"*"}}, 0},
      {{{"a"}, {"b c"}}, 1},
      {{{"a:b:c:d:e"}}, 0},
      {{{std::string_view("a\0", 2)}}, 0},
      {{{"caf\xc3\xa9"}}, 0},
      {{{"a"}, {"b"}, {"c"}, {"a"}}, 3},
      {{{"a"}, {"a", kind::superuser}}, 1},
      {{{"a"}, {"b", kind::ordinary, {"c"}}}, 1},
      {{{"a", kind::ordinary, {"b", ""}}, {"b"}}, 0},
      {{{"a", kind::ordinary, {"b:*"}}, {"b:c"}}, 0},
      {{{"a", kind::ordinary, {"a"}}}, 0},
      {{{"x"}, {"a", kind::ordinary, {"b"}}, {"b", kind::ordinary, {"a"}}}, 1},
      {{{"x", kind::ordinary, {"a"}},
        {"a", kind::ordinary, {"b"}},
        {"b", kind::ordinary, {"c"}},
        {"c", kind::ordinary, {"a"}}},
       1},
      {{{"s", kind::superuser, {"t"}}, {"t", kind::superuser, {"s"}}}, 0},
      {{{"a"}, {"b", kind::ordinary, {"k"}}, {"k", kind::explicit_only}}, 1},
      {{{"s", kind::superuser, {"k"}}, {"k", kind::explicit_only}}, 0},
      {{{"a", kind::ordinary, {"nowhere"}}, {"B"}}, 1},  // names are read before implications
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(i);
    const auto refused = scope::registry::make(rows[i].entries);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == errc::unknown_scope);
    CHECK(refused.error().position() == rows[i].position);
  }
}

TEST_CASE("a registry holds 256 names of 8192 bytes together", "[scope]") {
  static_assert(!largest.all_of({many[0], many[255]}).needs_nothing());
  std::vector<scope::requirement> needs;
  for (std::size_t i = 0; i < 256; ++i) needs.push_back(all(largest, many[i]));
  for (std::size_t i = 0; i < 256; ++i) {
    const scope::set has = largest.compile(listed(many[i]));
    for (std::size_t j = 0; j < 256; ++j)
      if (has.covers(needs[j]) != (i == j)) FAIL(i << " and " << j);
  }

  std::vector<scope::entry> entries;
  for (std::size_t i = 0; i < 256; ++i) entries.push_back({many[i].substr(29)});
  REQUIRE(scope::registry::make(entries));
  entries.push_back({"one_more"});
  const auto names_over = scope::registry::make(entries);
  REQUIRE_FALSE(names_over);
  CHECK(names_over.error().position() == 256);

  entries.clear();
  for (std::size_t i = 0; i < 256; ++i) entries.push_back({many[i]});
  REQUIRE(scope::registry::make(entries));
  const std::string longer = std::string(many[255]).substr(1) + ":a";
  entries.back() = {longer};
  const auto text_over = scope::registry::make(entries);
  REQUIRE_FALSE(text_over);
  CHECK(text_over.error().position() == 255);
}

TEST_CASE("an entry implies at most 32 names directly", "[scope]") {
  std::vector<scope::entry> entries{{"top"}};
  std::vector<std::string_view> implied;
  for (std::size_t i = 0; i < 33; ++i) entries.push_back({many[i]});
  for (std::size_t i = 0; i < 32; ++i) implied.push_back(many[i]);
  entries[0].implies = scope::names(implied);
  const scope::registry registry = made(entries);
  CHECK(covers(registry, "top", many[31]));
  CHECK_FALSE(covers(registry, "top", many[32]));

  implied.push_back(many[32]);
  entries[0].implies = scope::names(implied);
  const auto refused = scope::registry::make(entries);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().position() == 0);
}

TEST_CASE("a registry keeps names of its own", "[scope]") {
  std::string text = "events:read", implied = "events:list";
  const scope::registry registry = made({{text, kind::ordinary, {implied}}, {implied}});
  text.assign(text.size(), 'x');
  implied.assign(implied.size(), 'x');
  CHECK(covers(registry, "events:read", "events:list"));
  CHECK(registry.missing(all(registry, "events:read"), {}) == "events:read");
}

TEST_CASE("a requirement of another registry is never covered", "[scope]") {
  constexpr scope::registry one{{"a"}, {"b"}, {"full_access", kind::superuser}};
  const std::vector<scope::registry> others{
      {{"b"}, {"a"}, {"full_access", kind::superuser}},                         // order
      {{"a"}, {"c"}, {"full_access", kind::superuser}},                         // a name
      {{"a"}, {"b", kind::explicit_only}, {"full_access", kind::superuser}},    // a kind
      {{"a", kind::ordinary, {"b"}}, {"b"}, {"full_access", kind::superuser}},  // an implication
      {{"a"}, {"b"}, {"full_access", kind::superuser}, {"c"}},                  // one more
      {{"ab"}, {"full_access", kind::superuser}},                               // the same letters
  };
  const scope::set everything = one.compile(listed("full_access a b"));
  for (std::size_t i = 0; i < others.size(); ++i) {
    CAPTURE(i);
    const scope::requirement foreign = all(others[i], "full_access");
    CHECK_FALSE(everything.covers(foreign));
    CHECK_FALSE(everything.covers(any(others[i], "full_access")));
    CHECK_FALSE(others[i].compile(listed("full_access")).covers(one.all_of({"a"})));
    CHECK(one.missing(foreign, everything).empty());
    CHECK(one.missing(foreign, {}).empty());
    CHECK(one.missing(one.all_of({"a"}), others[i].compile(listed("full_access"))) == "a");
  }
}

TEST_CASE("a requirement of a registry that differs only in a kind is not covered", "[scope]") {
  constexpr scope::registry one{{"a"}, {"b"}};
  constexpr scope::registry other{{"a"}, {"b", kind::explicit_only}};
  CHECK_FALSE(one.compile(listed("a b")).covers(other.all_of({"a"})));
  CHECK_FALSE(other.compile(listed("a b")).covers(one.all_of({"a"})));
}

TEST_CASE("registries with the same entries are the same", "[scope]") {
  constexpr scope::registry fixed{{"a", kind::ordinary, {"b", "c"}}, {"b"}, {"c"}};
  const scope::registry built = made({{"a", kind::ordinary, {"c", "b"}}, {"b"}, {"c"}});
  CHECK(built.compile(listed("a")).covers(fixed.all_of({"b"})));
  const scope::registry copy = fixed;
  CHECK(fixed.compile(listed("a")).covers(all(copy, "a")));
}

TEST_CASE("a requirement of nothing is covered by every set, any of nothing by none", "[scope]") {
  constexpr scope::registry registry{{"a"}, {"full_access", kind::superuser}};
  const scope::set everything = registry.compile(listed("a full_access"));
  for (const scope::set& has : {scope::set{}, registry.compile({}), everything, largest.compile({})}) {
    CHECK(has.covers({}));
    CHECK(has.covers(registry.all_of({})));
    CHECK_FALSE(has.covers(registry.any_of({})));
  }
  CHECK(registry.all_of({}).needs_nothing());
  CHECK(scope::requirement{}.needs_nothing());
  CHECK_FALSE(registry.any_of({}).needs_nothing());
}

TEST_CASE("an empty list from data is no requirement: it was meant to demand something", "[scope]") {
  constexpr scope::registry registry{{"a"}};
  for (const auto& what : {registry.all_listed({}), registry.any_listed({})}) {
    REQUIRE_FALSE(what);
    CHECK(what.error().code() == errc::validation_failed);
  }
}

TEST_CASE("an empty grant and an empty registry grant nothing", "[scope]") {
  constexpr scope::registry registry{{"a"}};
  CHECK_FALSE(registry.compile({}).covers(registry.all_of({"a"})));
  CHECK(registry.check({}));
  const scope::registry none = made({});
  CHECK_FALSE(none.check(listed("a")));
  CHECK_FALSE(none.compile(listed("a b:*")).covers(registry.all_of({"a"})));
}

TEST_CASE("a star is not a requirement", "[scope]") {
  const scope::registry registry{{"a:b"}, {"c"}};
  for (const auto& what : {registry.all_listed(listed("c a:*")), registry.any_listed(listed("c a:*"))}) {
    REQUIRE_FALSE(what);
    CHECK(what.error().code() == errc::unknown_scope);
    CHECK(what.error().position() == 1);
  }
}

TEST_CASE("a text of the run time that names no scope is an error and ends no process", "[scope]") {
  constexpr scope::registry registry{{"a"}};
  for (const std::string_view text : {"no:such", "b", "a:a", "aa"}) {
    CHECK_FALSE(aborts([&] { (void)registry.all_listed(listed(text)); }));
    CHECK(registry.all_listed(listed(text)).error().code() == errc::unknown_scope);
    CHECK(registry.any_listed(listed(text)).error().code() == errc::unknown_scope);
  }
}

TEST_CASE("a registry of wrong literals that is no constant aborts", "[scope]") {
  CHECK_FALSE(aborts([] { (void)scope::registry{{"a"}, {"b"}}; }));
  CHECK(aborts([] { (void)scope::registry{{"a"}, {"a"}}; }));
}
