// The attack corpus before verifiers that other people wrote. They see the cases that a verifier without
// options of ours can be asked about.
#include "attacks/corpus.hpp"

#include <map>

#include "catch.hpp"
#include "peers/explain.hpp"
#include "support/figure.hpp"

using attacks::attack;

namespace {

// The cases, and what every judge said of each; asked once.
struct hearing {
  std::vector<attack> all;
  std::vector<peers::verdicts> said;
};

const hearing& the_hearing() {
  static const hearing held = [] {
    const attacks::corpus corpus = attacks::make_corpus();
    hearing made;
    std::vector<std::string_view> tokens;
    for (const attack& each : corpus.all()) {
      if (each.under != attacks::setup::plain) continue;
      made.all.push_back(each);
      tokens.push_back(each.token);
    }
    made.said = peers::ask(tokens);
    return made;
  }();
  return held;
}

// Of a topic and a judge: how often it differed.
struct tally {
  int wrong_accepts = 0, wrong_refusals = 0, choices = 0;
};

}  // namespace

TEST_CASE("other verifiers agree about every case of the attack corpus, but for what is listed", "[jwt]") {
  const auto& [all, said] = the_hearing();
  for (std::size_t j = 0; j < peers::judges.size(); ++j) {
    const peers::judge& judge = peers::judges[j];
    tally seen;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::optional<bool> expected = peers::expected_of(judge, all[i].verdict);
      const bool accepts = said[j][i] == "+";
      if (!expected || accepts == *expected || (accepts && all[i].is_choice())) continue;
      ++(accepts ? seen.wrong_accepts : seen.wrong_refusals);
      INFO(judge.name << " says " << said[j][i] << " of " << all[i].name << "\n"
                      << all[i].rule << "\n"
                      << attacks::shown(all[i].token));
      CHECK((accepts ? peers::is_known_laxness(judge.name, all[i].topic())
                     : peers::is_known_strictness(judge.name, all[i].name)));
    }
    fixed::figure(std::string(judge.name) + " before " + std::to_string(all.size()) + " cases of the corpus",
                  std::to_string(seen.wrong_accepts) + " wrong accepts, " +
                      std::to_string(seen.wrong_refusals) + " wrong refusals, all listed");
  }
}

TEST_CASE("a judge has its day: each accepts most of what is right and refuses most of what is wrong",
          "[jwt]") {
  const auto& [all, said] = the_hearing();
  for (std::size_t j = 0; j < peers::judges.size(); ++j) {
    std::size_t right_accepts = 0, right_refusals = 0, accepts = 0, refusals = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::optional<bool> expected = peers::expected_of(peers::judges[j], all[i].verdict);
      if (!expected) continue;
      ++(*expected ? accepts : refusals);
      if (*expected == (said[j][i] == "+")) ++(*expected ? right_accepts : right_refusals);
    }
    CAPTURE(peers::judges[j].name);
    CHECK(right_accepts * 10 > accepts * 8);
    CHECK(right_refusals * 10 > refusals * 6);
  }
}

// peers_tests "[.table]" prints the table of docs/PROOF.md.
TEST_CASE("the table of differences", "[.table]") {
  const auto& [all, said] = the_hearing();
  std::map<std::string, std::vector<tally>> table;
  std::map<std::string, int> sizes;
  std::vector<tally> sums(peers::judges.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto& row = table[all[i].topic()];
    row.resize(peers::judges.size());
    ++sizes[all[i].topic()];
    for (std::size_t j = 0; j < peers::judges.size(); ++j) {
      const std::optional<bool> expected = peers::expected_of(peers::judges[j], all[i].verdict);
      const bool accepts = said[j][i] == "+";
      if (!expected || accepts == *expected) continue;
      for (tally* each : {&row[j], &sums[j]})
        ++(!accepts ? each->wrong_refusals : all[i].is_choice() ? each->choices : each->wrong_accepts);
    }
  }
  const auto print = [](const std::string& name, int size, const std::vector<tally>& row) {
    std::printf("| %s | %d |", name.c_str(), size);
    for (const tally& each : row) {
      const auto number = [](int count) { return count == 0 ? std::string("·") : std::to_string(count); };
      std::printf(" %s / %s / %s |", number(each.wrong_accepts).c_str(), number(each.wrong_refusals).c_str(),
                  number(each.choices).c_str());
    }
    std::printf("\n");
  };
  for (const auto& [topic, row] : table) print(topic, sizes[topic], row);
  print("all", static_cast<int>(all.size()), sums);
}
