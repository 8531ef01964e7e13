// Every case of the corpus gets the verdict that is written beside it. What other verifiers make of the same
// cases: peers_test.cpp.
#include "attacks/corpus.hpp"

#include <map>
#include <set>

#include "catch.hpp"
#include "support/figure.hpp"

using namespace attacks;

namespace {

jwt::verifier verifier_for(setup under) {
  jwt::verifier_options options = expecting_us();
  if (under == setup::leeway) options.leeway = std::chrono::seconds(5);
  if (under == setup::at_jwt) options.type = "at+jwt";
  return *jwt::verifier::make(under == setup::two_keys ? two_keys() : keys(), options);
}

}  // namespace

TEST_CASE("every token of the attack corpus gets its verdict, and none is accepted wrongly", "[jwt]") {
  const corpus all = make_corpus();
  const std::map<setup, jwt::verifier> verifiers{{setup::plain, verifier_for(setup::plain)},
                                                 {setup::leeway, verifier_for(setup::leeway)},
                                                 {setup::two_keys, verifier_for(setup::two_keys)},
                                                 {setup::at_jwt, verifier_for(setup::at_jwt)}};
  int wrong_accepts = 0, wrong_refusals = 0;
  for (const attack& each : all.all()) {
    INFO(each.name << "\n" << each.rule << "\n" << shown(each.token));
    const errc verdict = outcome(verifiers.at(each.under).verify(each.token, judged_at));
    wrong_accepts += verdict == errc{} && each.verdict != errc{} ? 1 : 0;
    wrong_refusals += verdict != errc{} && each.verdict == errc{} ? 1 : 0;
    CHECK(name(verdict) == name(each.verdict));
  }
  CHECK(wrong_accepts == 0);
  CHECK(wrong_refusals == 0);
  fixed::figure("tokens of the attack corpus", std::to_string(all.all().size()) + ", " +
                                                   std::to_string(wrong_accepts) + " wrong accepts, " +
                                                   std::to_string(wrong_refusals) + " wrong refusals");
}

TEST_CASE("the attack corpus is large, every case has a name of its own, and none is there twice", "[jwt]") {
  const corpus all = make_corpus();
  std::set<std::string> names;
  std::set<std::pair<setup, std::string>> tokens;
  std::map<std::string, int> topics;
  std::size_t refused = 0;
  for (const attack& each : all.all()) {
    CAPTURE(each.name);
    CHECK(names.insert(each.name).second);
    tokens.insert({each.under, each.token});
    ++topics[each.topic()];
    refused += each.verdict != errc{} ? 1 : 0;
  }
  std::string table;
  for (const auto& [topic, count] : topics) table += topic + " " + std::to_string(count) + "\n";
  INFO(table);
  CHECK(all.all().size() >= 1500);
  CHECK(tokens.size() >= 1500);
  CHECK(refused >= 1355);
  CHECK(topics.size() >= 30);
  fixed::figure("of these", std::to_string(tokens.size()) + " distinct, " + std::to_string(refused) +
                                " to refuse, in " + std::to_string(topics.size()) + " topics");
}
