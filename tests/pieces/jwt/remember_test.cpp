// Verifiers that remember tokens: the same answers as without, and nothing kept longer than it is said.
#include <atomic>
#include <thread>

#include "catch.hpp"
#include "craft.hpp"
#include "jwt/token_cache.hpp"
#include "support/memory_scan.hpp"

using namespace craft;
using memory_scan::is_in_memory;
using memory_scan::masked;

namespace {

jwt::verifier remembering(std::size_t tokens = 64) {
  auto options = expecting_us();
  options.remembered_tokens = tokens;
  return *jwt::verifier::make(keys(), options);
}

// A good token of one session, told apart by its name.
std::string named(const std::string& name, const std::string& session = "s1") {
  std::string payload = replaced("\"t1\"", "\"" + name + "\"");
  return token(payload.replace(payload.find("\"s1\""), 4, "\"" + session + "\""));
}

std::string said(const result<jwt::verified>& answer) {
  if (!answer) return "refused " + std::to_string(static_cast<int>(answer.error().code()));
  const auto shown = [](const std::optional<time_point>& at) {
    return at ? std::to_string(at->time_since_epoch().count()) : "-";
  };
  return std::string(answer->issuer()) + "|" + std::string(answer->subject()) + "|" +
         answer->granted().scopes.spaced() + "|" + answer->session().text() + "|" + answer->token().text() +
         "|" + shown(answer->expires_at()) + "|" + shown(answer->issued_at()) + "|" +
         shown(answer->not_before()) + "|" + answer->json("exp").value_or("-") +
         answer->text("tenant").value_or("-");
}

jwt::token_cache::outline outline_until(time_point expires_at) {
  jwt::token_cache::outline out{};
  out.expires_at = expires_at;
  return out;
}

// To a cache a token is a text, of which the last 43 characters tell it from others.
std::string of_size(std::size_t size, int which) {
  std::string signature = std::to_string(which);
  signature.resize(43, '-');
  return std::string(size - signature.size(), 'a') + signature;
}

bool knows(const jwt::token_cache& cache, const std::string& token) {
  jwt::token_cache::outline out;
  return cache.find(token, out);
}

}  // namespace

TEST_CASE("a verifier that remembers gives the answers of one that does not", "[jwt]") {
  const auto remembers = remembering(), plain = our_verifier();
  const std::string tokens[] = {token(good_payload),
                                token(extended(R"("tenant":"blue","nbf":1700000050)")),
                                token(extended(R"("tenant":"\u0062lue")")),
                                token(extended("\"tenant\":\"" + std::string(400, 'x') + "\"")),
                                token(extended("\"tenant\":\"" + std::string(2000, 'x') + "\"")),
                                token(R"({"typ":"JWT","alg":"HS256"})", good_payload),
                                token(replaced(R"("sid":"s1",)", "\"a\":1,")),
                                token(plain_header, good_payload, foreign_secret),
                                token(replaced("1700086400", "1700000100")),
                                ""};
  for (int round = 0; round < 3; ++round) {
    for (const std::string& each : tokens) {
      INFO(each << ", round " << round);
      for (const time_point at :
           {noon(), noon() - std::chrono::hours(1), at_second(1700086399), at_second(1700086400)})
        CHECK(said(remembers.verify(each, at)) == said(plain.verify(each, at)));
    }
  }
}

TEST_CASE("a token that differs in one character from a remembered one is judged on its own", "[jwt]") {
  const auto remembers = remembering(), plain = our_verifier();
  const std::string good = token(good_payload);
  CHECK(remembers.verify(good, noon()));
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char c : {'A', 'z', '.', '\0'}) {
      std::string other = good;
      other[at] = c;
      REQUIRE(outcome(remembers.verify(other, noon())) == outcome(plain.verify(other, noon())));
    }
    REQUIRE_FALSE(remembers.verify(good.substr(0, at), noon()));
    REQUIRE_FALSE(remembers.verify(good.substr(at + 1), noon()));
  }
  CHECK_FALSE(remembers.verify(good + "A", noon()));
  CHECK(remembers.verify(good, noon()));
}

TEST_CASE("a remembered token dies at exactly exp, and is not alive before nbf and iat", "[jwt]") {
  const auto verifier = remembering();
  const std::string living =
      token(replaced("\"iat\":1700000000,\"exp\":1700086400", "\"iat\":100,\"nbf\":200,\"exp\":300.5"));
  for (int round = 0; round < 2; ++round) {
    CHECK(outcome(verifier.verify(living, at_second(250))) == errc{});
    CHECK(outcome(verifier.verify(living, at_second(300) + duration(499))) == errc{});
    CHECK(outcome(verifier.verify(living, at_second(300) + duration(500))) == errc::token_expired);
    CHECK(outcome(verifier.verify(living, at_second(200))) == errc{});
    CHECK(outcome(verifier.verify(living, at_second(200) - duration(1))) == errc::token_not_yet_valid);
    CHECK(outcome(verifier.verify(living, at_second(50))) == errc::token_not_yet_valid);
  }
}

TEST_CASE("what one keyset's verifier remembers is nothing to another's", "[jwt]") {
  const auto before = remembering();
  const std::string good = token(good_payload);
  CHECK(before.verify(good, noon()));
  auto options = expecting_us();
  options.remembered_tokens = 64;
  const auto after = *jwt::verifier::make(keys(foreign_secret), options);
  CHECK(outcome(after.verify(good, noon())) == errc::token_signature_mismatch);
}

TEST_CASE("a token is in memory while it is remembered, and wiped when it is forgotten",
          "[jwt][no_memcheck]") {
  // Here and there only masked, so that the only ones in clear are the verifier's.
  const auto present = [](const jwt::verifier& verifier, const std::string& masked_token) {
    std::string clear = masked(masked_token);
    REQUIRE(verifier.verify(clear, noon()));
    wipe(clear.data(), clear.size());
  };
  const auto secretly = [](const std::string& name, const std::string& session) {
    std::string clear = named(name, session);
    std::string out = masked(clear);
    wipe(clear.data(), clear.size());
    return out;
  };
  // Enough of it to be nobody else's: the signature. What else is left of making it, is not the verifier's.
  const auto signature = [](const std::string& masked_token) {
    return masked_token.substr(masked_token.size() - 43);
  };
  const std::string one = secretly("one", "s1"), other = secretly("other", "s2");
  std::optional<jwt::verifier> verifier = remembering();
  std::vector<std::string> scratch(64, std::string(400, 'x'));  // over what was freed
  present(*verifier, one);
  present(*verifier, other);
  CHECK(is_in_memory(signature(one)));
  CHECK(is_in_memory(signature(other)));
  verifier->forget(family_id("s1"));
  CHECK_FALSE(is_in_memory(signature(one)));
  CHECK(is_in_memory(signature(other)));
  verifier->forget_all();
  CHECK_FALSE(is_in_memory(signature(other)));
  present(*verifier, one);
  const std::optional<jwt::verifier> copy = *verifier;
  verifier.reset();
  CHECK(is_in_memory(signature(one)));
  const_cast<std::optional<jwt::verifier>&>(copy).reset();
  CHECK_FALSE(is_in_memory(signature(one)));
}

TEST_CASE("a verifier without memory forgets without a word", "[jwt]") {
  our_verifier().forget(family_id("s1"));
  our_verifier().forget_all();
}

TEST_CASE("a verifier may remember 65,536 tokens, and no more", "[jwt]") {
  auto options = expecting_us();
  options.remembered_tokens = 65'536;
  CHECK(jwt::verifier::make(keys(), options));
  options.remembered_tokens += 1;
  CHECK(jwt::verifier::make(keys(), options).error().code() == errc::option_invalid);
}

TEST_CASE("a cache finds a token by its whole text, and by nothing less", "[jwt]") {
  jwt::token_cache cache(1);
  for (const std::size_t size : {43u, 44u, 50u, 379u, 935u, 936u}) {
    const std::string text = of_size(size, 1);
    CHECK_FALSE(knows(cache, text));
    cache.keep(text, outline_until(at_second(7)), "s", cache.forgotten());
    jwt::token_cache::outline out;
    REQUIRE(cache.find(text, out));
    CHECK(out.expires_at == at_second(7));
    for (std::size_t at = 0; at < size; ++at) {
      std::string other = text;
      other[at] = static_cast<char>(other[at] ^ 1);
      CHECK_FALSE(knows(cache, other));
    }
    CHECK_FALSE(knows(cache, text + "a"));
    CHECK_FALSE(knows(cache, text.substr(0, size - 1)));
    cache.forget_all();
    CHECK_FALSE(knows(cache, text));
  }
  cache.keep(std::string(100, 'x'), outline_until(at_second(7)), "s", cache.forgotten());
  for (std::size_t size = 43; size < 200; ++size)
    CHECK(knows(cache, std::string(size, 'x')) == (size == 100));
  cache.keep(of_size(937, 1), outline_until(at_second(7)), "s", cache.forgotten());
  CHECK_FALSE(knows(cache, of_size(937, 1)));
  CHECK_FALSE(knows(cache, ""));
}

TEST_CASE("a full cache makes room by the token that expires first", "[jwt]") {
  jwt::token_cache cache(4);  // one set
  for (int i = 0; i < 4; ++i)
    cache.keep(of_size(100, i), outline_until(at_second(10 + i)), "s", cache.forgotten());
  for (int i = 0; i < 4; ++i) CHECK(knows(cache, of_size(100, i)));
  cache.keep(of_size(100, 4), outline_until(at_second(5)), "s", cache.forgotten());
  CHECK_FALSE(knows(cache, of_size(100, 0)));
  for (int i = 1; i < 5; ++i) CHECK(knows(cache, of_size(100, i)));
  cache.keep(of_size(100, 5), outline_until(at_second(99)), "s", cache.forgotten());
  CHECK_FALSE(knows(cache, of_size(100, 4)));
  CHECK(knows(cache, of_size(100, 1)));
  CHECK(knows(cache, of_size(100, 5)));
}

TEST_CASE("a cache holds most of what it was made for, and never more than its slots", "[jwt]") {
  jwt::token_cache cache(1000);
  for (int i = 0; i < 5000; ++i)
    cache.keep(of_size(60 + static_cast<std::size_t>(i % 50), i), outline_until(at_second(i)), "s",
               cache.forgotten());
  int known = 0, of_the_last = 0;
  for (int i = 0; i < 5000; ++i) {
    const bool here = knows(cache, of_size(60 + static_cast<std::size_t>(i % 50), i));
    known += here;
    of_the_last += here && i >= 4000;
  }
  CHECK(known <= 1024);
  CHECK(known > 900);
  CHECK(of_the_last > 700);
}

TEST_CASE("a session is forgotten without the others, and also while a token of it is being proven",
          "[jwt]") {
  jwt::token_cache cache(64);
  const auto keep = [&cache](int which, const char* session) {
    cache.keep(of_size(100, which), outline_until(at_second(7)), session, cache.forgotten());
  };
  keep(1, "s1");
  keep(2, "s2");
  keep(3, "");
  const std::uint64_t before = cache.forgotten();
  cache.forget("s1");
  CHECK_FALSE(knows(cache, of_size(100, 1)));
  CHECK(knows(cache, of_size(100, 2)));
  CHECK(knows(cache, of_size(100, 3)));
  cache.keep(of_size(100, 1), outline_until(at_second(7)), "s1", before);
  CHECK_FALSE(knows(cache, of_size(100, 1)));
  keep(1, "s1");
  CHECK(knows(cache, of_size(100, 1)));
  cache.forget("");
  CHECK(knows(cache, of_size(100, 3)));
}

TEST_CASE("threads that present, crowd out and forget the same tokens get right answers only", "[jwt]") {
  const auto verifier = remembering(4);
  std::vector<std::string> good, wrong;
  for (int i = 0; i < 12; ++i) {
    good.push_back(named("t" + std::to_string(i), i % 2 == 0 ? "s1" : "s2"));
    wrong.push_back(good.back());
    wrong.back()[60] = wrong.back()[60] == 'A' ? 'B' : 'A';
  }
  std::atomic<int> mistakes = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 3000; ++round) {
        const std::size_t which = static_cast<std::size_t>(round * 7 + i) % good.size();
        const auto who = verifier.verify(good[which], noon());
        if (!who || who->token().text() != "t" + std::to_string(which) || who->subject() != "acc_1")
          ++mistakes;
        if (verifier.verify(wrong[which], noon())) ++mistakes;
        if (round % 64 == 0) verifier.forget(family_id(round % 128 == 0 ? "s1" : "s2"));
        if (round % 500 == 0) verifier.forget_all();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(mistakes == 0);
}
