// Tokens by chance before ekauth and before verifiers that other people wrote.
#include "peers/random_tokens.hpp"

#include <map>

#include "catch.hpp"
#include "peers/explain.hpp"
#include "support/figure.hpp"

using namespace ekauth;
using peers::random_token;

namespace {

bool has_bad_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t at) {
      return at < text.size() ? static_cast<unsigned>(static_cast<unsigned char>(text[at])) : 0u;
    };
    const unsigned lead = byte(i), next = byte(i + 1);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (lead >= 0x80 && (lead < 0xc2 || lead > 0xf4 || next < low || next > high)) return true;
    for (std::size_t k = 2; k < size; ++k)
      if (byte(i + k) < 0x80 || byte(i + k) > 0xbf) return true;
    i += size;
  }
  return false;
}

// What the good payloads never have in this form.
bool has_surrogate(std::string_view text) { return text.find("\\ud") != std::string_view::npos; }

// The topic of a text of which nobody knew what it was, from why ekauth refused it.
std::string topic_of(const error& why, std::string_view json) {
  switch (why.code()) {
    case errc::token_claim_missing:
      return "claim-missing";
    case errc::token_claim_malformed:
      return "claim-type";
    case errc::token_issuer_mismatch:
      return "iss";
    case errc::token_audience_mismatch:
      return "aud";
    case errc::token_expired:
      return "exp";
    case errc::token_not_yet_valid:
      return std::string_view(why.text()).find("iat") != std::string_view::npos ? "iat" : "nbf";
    default:
      return has_bad_utf8(json) ? "utf8" : has_surrogate(json) ? "surrogate" : "json";
  }
}

// What a judge may refuse though ekauth accepts: the same as in the corpus, known by what the payload holds.
bool may_refuse(std::string_view judge, const random_token& each) {
  if (each.topic != "edited") return false;
  if (judge == "libjwt") return true;  // its getters and Jansson, see differences.hpp; counted below
  return judge == "PyJWT" && each.payload.find('.') != std::string::npos;
}

struct report {
  std::map<std::string, int> topics, lax;
  int accepted = 0, refused_by_libjwt = 0;
};

void compare(std::uint64_t seed, std::size_t count, report& all) {
  peers::token_maker maker(seed);
  std::vector<random_token> made;
  std::vector<std::string_view> texts;
  for (std::size_t i = 0; i < count; ++i) made.push_back(maker.make());
  for (const random_token& each : made) texts.push_back(each.text);
  const auto said = peers::ask(texts);
  const jwt::verifier verifier = craft::our_verifier();

  for (std::size_t i = 0; i < count; ++i) {
    random_token& each = made[i];
    const auto answer = verifier.verify(each.text, craft::noon());
    const errc verdict = craft::outcome(answer);
    INFO("seed " << seed << ", token " << i << ", " << each.topic << ": " << name(verdict) << "\n"
                 << attacks::shown(each.text) << "\n"
                 << each.payload);
    ++all.topics[each.topic];
    all.accepted += verdict == errc{} ? 1 : 0;
    if (each.accept) CHECK((verdict == errc{}) == *each.accept);
    const std::string topic = each.accept || answer ? each.topic : topic_of(answer.error(), each.payload);
    for (std::size_t j = 0; j < peers::judges.size(); ++j) {
      const peers::judge& judge = peers::judges[j];
      const std::optional<bool> expected = peers::expected_of(judge, verdict);
      const bool accepts = said[j][i] == "+";
      if (!expected || accepts == *expected) continue;
      INFO(judge.name << " says " << said[j][i]);
      if (accepts) {
        ++all.lax[std::string(judge.name) + " " + topic];
        CHECK(peers::is_known_laxness(judge.name, topic));
      } else {
        all.refused_by_libjwt += judge.name == "libjwt" ? 1 : 0;
        CHECK(may_refuse(judge.name, each));
      }
    }
  }
}

void print(const report& all) {
  int sum = 0;
  for (const auto& [topic, count] : all.topics) sum += count;
  for (const auto& [what, count] : all.lax) std::printf("%s: lax in %d\n", what.c_str(), count);
  std::printf("libjwt refuses %d edited ones that others accept\n", all.refused_by_libjwt);
  fixed::figure(
      "tokens by chance before ekauth and five others",
      std::to_string(sum) + ", " + std::to_string(all.accepted) + " accepted, every difference listed");
}

}  // namespace

TEST_CASE("20,000 tokens by chance get the same verdict from ekauth and from others, but for what is listed",
          "[jwt]") {
  report all;
  compare(1, 20000, all);
  print(all);
  CHECK(all.accepted > 6000);
  CHECK(all.refused_by_libjwt < 100);
  for (const auto& [topic, count] : all.topics) {
    CAPTURE(topic);
    CHECK(count >= 10);
  }
}

TEST_CASE("a million tokens by chance get the same verdict from ekauth and from others", "[jwt][.long]") {
  report all;
  for (std::uint64_t seed = 2; seed < 52; ++seed) compare(seed, 20000, all);
  print(all);
  CHECK(all.accepted > 300000);
}
