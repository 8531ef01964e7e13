// Registries, grants and requirements by chance, beside what the words of scope.hpp say, taken one by one.
#include <ekauth/scope.hpp>

#include <algorithm>
#include <set>

#include "catch.hpp"
#include "support/dice.hpp"
#include "support/figure.hpp"

using namespace ekauth;

namespace {

using names = std::set<std::string>;

struct named {
  std::string text;
  scope::kind reach = scope::kind::ordinary;
  std::vector<std::string> implies;  // registered before it, so that nothing implies itself
};

const named* find(const std::vector<named>& all, const std::string& text) {
  const auto at = std::find_if(all.begin(), all.end(), [&](const named& each) { return each.text == text; });
  return at == all.end() ? nullptr : &*at;
}

std::vector<named> some_registry(fixed::dice& roll) {
  std::vector<named> all;
  for (std::size_t i = 1 + roll.below(14); i > 0; --i) {
    named next;
    for (std::size_t depth = 1 + roll.below(4); depth > 0; --depth)
      next.text += (next.text.empty() ? "" : ":") + std::string(roll.word({"a", "b", "ab", "a.b", "z9_"}));
    if (find(all, next.text) != nullptr) continue;
    next.reach = roll.one_of({scope::kind::ordinary, scope::kind::ordinary, scope::kind::ordinary,
                              scope::kind::superuser, scope::kind::explicit_only});
    for (const named& other : all)
      if (other.reach != scope::kind::explicit_only && roll.once_in(5)) next.implies.push_back(other.text);
    all.push_back(next);
  }
  return all;
}

// What needs all of some texts, and any of them.
scope::requirement all_of(const scope::registry& registry, const std::vector<std::string>& texts) {
  return *registry.all_listed(*scope::list::parse(texts));
}
scope::requirement any_of(const scope::registry& registry, const std::vector<std::string>& texts) {
  return *registry.any_listed(*scope::list::parse(texts));
}

scope::registry made_of(const std::vector<named>& all) {
  std::vector<scope::entry> entries;
  for (const named& each : all)
    entries.push_back({each.text, each.reach, scope::names({each.implies.begin(), each.implies.end()})});
  return *scope::registry::make(entries);
}

// What one text of a grant gives by itself.
names direct(const std::vector<named>& all, const std::string& text) {
  names given;
  for (const named& each : all) {
    if (each.text == text) given.insert(text);
    if (!text.ends_with(":*") || each.reach != scope::kind::ordinary) continue;
    const std::string parent = text.substr(0, text.size() - 1);
    if (each.text.starts_with(parent) && each.text.find(':', parent.size()) == std::string::npos)
      given.insert(each.text);
  }
  return given;
}

// What a grant gives: implications and superusers, until nothing is added.
names granted(const std::vector<named>& all, const std::vector<std::string>& list) {
  names given;
  for (const std::string& text : list) given.merge(direct(all, text));
  for (std::size_t before = ~std::size_t{0}; before != given.size();) {
    before = given.size();
    for (const std::string& text : names(given)) {
      const named& entry = *find(all, text);
      given.insert(entry.implies.begin(), entry.implies.end());
      if (entry.reach != scope::kind::superuser) continue;
      for (const named& each : all)
        if (each.reach == scope::kind::ordinary) given.insert(each.text);
    }
  }
  return given;
}

std::vector<std::string> some_grant(fixed::dice& roll, const std::vector<named>& all) {
  std::vector<std::string> list;
  for (std::size_t i = roll.below(4); i > 0; --i) {
    std::string text = all[roll.below(all.size())].text;
    if (roll.once_in(3)) text = text.substr(0, text.rfind(':')) + ":*";
    if (roll.once_in(8)) text = roll.word({"unknown", "a:unknown", "ab:*", "a:b:a:b"});
    if (scope::list::parse({text})) list.push_back(text);
  }
  return list;
}

}  // namespace

TEST_CASE("a grant covers what the words say, whatever the registry", "[scope]") {
  fixed::dice roll(1);
  int covered = 0, refused = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::vector<named> all = some_registry(roll);
    const scope::registry registry = made_of(all);
    const std::vector<std::string> list = some_grant(roll, all);
    const scope::list parsed = *scope::list::parse(list);
    const scope::set has = registry.compile(parsed);
    const names given = granted(all, list);
    CAPTURE(i, parsed.spaced());

    const bool known =
        std::all_of(list.begin(), list.end(), [&](const auto& text) { return !direct(all, text).empty(); });
    CHECK(registry.check(parsed).has_value() == known);
    for (const named& each : all) {
      CAPTURE(each.text);
      CHECK(has.covers(all_of(registry, {each.text})) == (given.count(each.text) == 1));
      const named& other = all[roll.below(all.size())];
      const bool one = given.count(each.text) == 1, two = given.count(other.text) == 1;
      const auto both = all_of(registry, {each.text, other.text}),
                 any = any_of(registry, {each.text, other.text});
      CHECK(has.covers(both) == (one && two));
      CHECK(has.covers(any) == (one || two));
      CHECK(has.require(both).has_value() == has.covers(both));
      ++(one && two ? covered : refused);
    }
  }
  CHECK(covered > 2000);
  CHECK(refused > 2000);
  fixed::figure("registries of scopes by chance beside their words",
                "4,000, " + std::to_string(covered) + " requirements covered, " + std::to_string(refused) +
                    " refused, 0 differences");
}
