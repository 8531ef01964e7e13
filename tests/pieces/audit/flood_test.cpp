#include <ekauth/audit.hpp>

#include <thread>

#include "audit/collected.hpp"
#include "catch.hpp"
#include "support/fixed.hpp"

using namespace ekauth;
using audit::event;
using audit::kind;
using namespace std::chrono_literals;

namespace {

constexpr time_point noon = fixed::noon;

event refusal(time_point at, const char* client, kind what = kind::auth_failed,
              errc code = errc::key_tag_mismatch) {
  event made{.what = what, .at = at, .code = code};
  if (client != nullptr) made.client = *cidr::address::parse(client);
  return made;
}

// 10.x.y.1, of 65,536 networks.
event refusal_from(std::uint32_t network, time_point at) {
  event made = refusal(at, nullptr);
  made.client = cidr::address(std::array<std::uint8_t, 4>{10, static_cast<std::uint8_t>(network >> 8),
                                                          static_cast<std::uint8_t>(network), 1});
  return made;
}

void write(audit::sink& to, int times, const event& what) {
  for (int i = 0; i < times; ++i) to.write(what);
}

// A flood control with what it passes on, and a seed that is the same in every run.
struct controlled {
  explicit controlled(audit::flood_options how = {}) : events(passed, how, random) {}
  fixed::counting_random random;
  collected::sink passed;
  audit::flood_control events;
};

}  // namespace

TEST_CASE("of equal refusals ten pass in a minute, and the rest is one summary", "[audit]") {
  controlled on;
  write(on.events, 10, refusal(noon, "192.0.2.7"));
  CHECK(on.passed.passed() == 10);
  write(on.events, 1, refusal(noon + 59'999ms, "192.0.2.7"));  // the last instant of the minute
  write(on.events, 4, refusal(noon + 30s, "192.0.2.200"));
  CHECK(on.passed.passed() == 10);
  on.events.flush(noon + 59'999ms);
  CHECK(on.passed.summaries() == 0);
  (void)on.passed.take();

  on.events.write(refusal(noon + 1min, "192.0.2.7"));  // the first instant after it
  const auto lines = on.passed.take();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] ==
        R"({"time":"2026-01-15T10:30:30.000Z","event":"audit.suppressed","outcome":"denied",)"
        R"("code":"key_tag_mismatch","client":"192.0.2.0/24","suppressed":"auth.failed","count":5})");
  CHECK(lines[1] == to_json(refusal(noon + 1min, "192.0.2.7")));
  on.events.flush(noon + 3min);
  CHECK(on.passed.summaries() == 1);
}

TEST_CASE("flush writes the summaries of minutes that are over, once", "[audit]") {
  controlled on;
  write(on.events, 12, refusal(noon, "192.0.2.7"));
  write(on.events, 13, refusal(noon + 10s, "2001:db8:12::1"));
  write(on.events, 10, refusal(noon, "198.51.100.1"));  // none held back: nothing to say
  (void)on.passed.take();
  on.events.flush(noon + 1min - 1ms);
  CHECK(on.passed.take().empty());
  on.events.flush(noon + 1min);
  CHECK(on.passed.take().size() == 1);
  on.events.flush(noon + 70s);
  const auto lines = on.passed.take();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find(R"("client":"2001:db8:12::/48","suppressed":"auth.failed","count":3})") !=
        std::string::npos);
  on.events.flush(noon + 70s);
  CHECK(on.passed.take().empty());
  write(on.events, 11, refusal(noon + 71s, "192.0.2.7"));  // a new minute, and ten more
  CHECK(on.passed.take().size() == 10);
}

TEST_CASE("what is held back when the flood control ends is still counted", "[audit]") {
  collected::sink passed;
  {
    audit::flood_control events(passed);
    write(events, 25, refusal(noon, "192.0.2.7"));
    write(events, 25, refusal(time_point::max(), "198.51.100.7"));
  }
  CHECK(passed.passed() == 20);
  CHECK(passed.summaries() == 2);
  CHECK(passed.suppressed() == 30);
}

TEST_CASE("refusals of different kinds, codes and networks are counted apart", "[audit]") {
  const struct {
    event one, other;
    bool together;
  } cases[] = {
      {refusal(noon, "192.0.2.0"), refusal(noon, "192.0.2.255"), true},
      {refusal(noon, "192.0.2.255"), refusal(noon, "192.0.3.0"), false},
      {refusal(noon, "::ffff:192.0.2.1"), refusal(noon, "192.0.2.2"), true},
      {refusal(noon, "2001:db8:12::"), refusal(noon, "2001:db8:12:ffff:ffff:ffff:ffff:ffff"), true},
      {refusal(noon, "2001:db8:12::"), refusal(noon, "2001:db8:13::"), false},
      {refusal(noon, "0.0.0.1"), refusal(noon, "::1"), false},
      {refusal(noon, "0.0.0.1"), refusal(noon, nullptr), false},
      {refusal(noon, "::1"), refusal(noon, nullptr), false},
      {refusal(noon, nullptr), refusal(noon, nullptr), true},
      {refusal(noon, "192.0.2.7"), refusal(noon, "192.0.2.7", kind::auth_failed, errc::key_unknown), false},
      {refusal(noon, "192.0.2.7", kind::auth_failed, errc::store_busy),
       refusal(noon, "192.0.2.7", kind::refresh_failed, errc::store_busy), false},
  };
  for (const auto& each : cases) {
    INFO(to_json(each.one) + " and " + to_json(each.other));
    controlled on({.classes = GENERATE(as<std::size_t>(), 1, 1000)});  // sharing a set by force, or not
    write(on.events, 10, each.one);
    write(on.events, 1, each.other);
    CHECK(on.passed.passed() == (each.together ? 10 : 11));
  }
}

TEST_CASE("a summary says which network, as far as there is one", "[audit]") {
  const struct {
    const char* client;
    const char* said;
  } cases[] = {{"203.0.113.77", R"("client":"203.0.113.0/24",)"},
               {"255.255.255.255", R"("client":"255.255.255.0/24",)"},
               {"::ffff:203.0.113.77", R"("client":"203.0.113.0/24",)"},
               {"2001:db8:ffff:1::1", R"("client":"2001:db8:ffff::/48",)"},
               {"ffff:ffff:ffff:ffff::", R"("client":"ffff:ffff:ffff::/48",)"},
               {"::1", R"("client":"::/48",)"},
               {nullptr, R"("code":"key_tag_mismatch","suppressed")"}};
  for (const auto& each : cases) {
    controlled on;
    write(on.events, 11, refusal(noon, each.client));
    on.events.flush(noon + 1min);
    INFO(on.passed.lines().back());
    CHECK(on.passed.lines().back().find(each.said) != std::string::npos);
  }
}

TEST_CASE("successes, changes and critical events always pass", "[audit]") {
  const event cases[] = {
      refusal(noon, "192.0.2.7", kind::auth_succeeded, errc{}),
      refusal(noon, "192.0.2.7", kind::key_revoked, errc{}),
      refusal(noon, "192.0.2.7", kind::sessions_ended_all, errc{}),
      refusal(noon, "192.0.2.7", kind::refresh_reuse_detected, errc::refresh_token_reused),
      refusal(noon, "192.0.2.7", kind::refresh_verifier_mismatch, errc::refresh_verifier_mismatch),
      refusal(noon, "192.0.2.7", kind::refresh_store_regression, errc::refresh_store_regression),
      refusal(noon, "192.0.2.7", kind::audit_suppressed, errc::key_tag_mismatch),  // of another flood control
  };
  for (const event& each : cases) {
    INFO(to_json(each));
    controlled on;
    write(on.events, 100, each);
    CHECK(on.passed.lines().size() == 100);
  }
}

TEST_CASE("a change that was refused, and trouble of the server, are held back like any refusal", "[audit]") {
  const event cases[] = {refusal(noon, "192.0.2.7", kind::key_created, errc::key_limit_reached),
                         refusal(noon, "192.0.2.7", kind::auth_failed, errc::store_unavailable),
                         refusal(noon, "192.0.2.7", kind::request_failed, errc{}),
                         refusal(noon, "192.0.2.7", kind::key_exposed_plaintext, errc{})};
  for (const event& each : cases) {
    INFO(to_json(each));
    controlled on;
    write(on.events, 100, each);
    CHECK(on.passed.passed() == 10);
  }
}

TEST_CASE("a clock that goes back neither loses events nor holds them back for long", "[audit]") {
  const struct {
    duration back;
    std::uint64_t passed, suppressed;
  } cases[] = {{0ms, 10, 2}, {1ms, 10, 2}, {59'999ms, 10, 2}, {1min, 11, 1}, {24h, 11, 1}};
  for (const auto& each : cases) {
    CAPTURE(each.back.count());
    controlled on;
    write(on.events, 11, refusal(noon, "192.0.2.7"));
    write(on.events, 1, refusal(noon - each.back, "192.0.2.7"));
    CHECK(on.passed.passed() == each.passed);
    on.events.flush(noon + 2min);
    CHECK(on.passed.suppressed() == each.suppressed);
  }
}

TEST_CASE("the first and the last time there are lie apart", "[audit]") {
  controlled on;
  write(on.events, 12, refusal(time_point::min(), "192.0.2.7"));
  CHECK(on.passed.passed() == 10);
  write(on.events, 12, refusal(time_point::max(), "192.0.2.7"));
  CHECK(on.passed.passed() == 20);
  write(on.events, 12, refusal(time_point(0ms), "192.0.2.7"));
  CHECK(on.passed.passed() == 30);
  on.events.flush(time_point::min());
  CHECK(on.passed.suppressed() == 6);
}

TEST_CASE("how many pass in a minute is the host's choice, and at least one", "[audit]") {
  for (const std::uint32_t limit : {0u, 1u, 3u}) {
    controlled on({.per_minute = limit});
    write(on.events, 100, refusal(noon, "192.0.2.7"));
    CHECK(on.passed.passed() == std::max(limit, 1u));
  }
}

TEST_CASE("from more networks than there are places what passes is bounded, and all is counted", "[audit]") {
  controlled on({.classes = 1000});
  std::uint64_t sent = 0;
  for (std::uint32_t network = 0; network < 100'000; ++network) {
    event what = refusal_from(network, noon);
    if (network >> 16 != 0) what.code = errc::key_unknown;
    write(on.events, 2, what);
    sent += 2;
  }
  // Two of each class that has a place, rounded up to 1008, and ten of each of 16 shared ones.
  CHECK(on.passed.passed() <= 1008 * 2 + 16 * 10);
  CHECK(on.passed.passed() >= 1000 * 2);
  on.events.flush(noon + 1min);
  CHECK(on.passed.passed() + on.passed.suppressed() == sent);
  CHECK(on.passed.summaries() == 16);
  CHECK(on.passed.lines().back().find("\"suppressed\"") ==
        std::string::npos);  // neither kind nor code nor network
  CHECK(on.passed.lines().back().find("\"code\"") == std::string::npos);
  CHECK(on.passed.lines().back().find("\"client\"") == std::string::npos);

  // In the next minute the places are free again.
  (void)on.passed.take();
  write(on.events, 11, refusal(noon + 1min, "192.0.2.7"));
  CHECK(on.passed.take().size() == 10);
}

TEST_CASE("a place whose minute is over is given on with its summary", "[audit]") {
  controlled on({.classes = 1});  // one set of sixteen
  for (std::uint32_t network = 0; network < 16; ++network) write(on.events, 11, refusal_from(network, noon));
  CHECK(on.passed.passed() == 160);
  write(on.events, 11, refusal(noon, "192.0.2.7"));  // the seventeenth shares
  CHECK(on.passed.passed() == 170);
  (void)on.passed.take();
  for (std::uint32_t network = 0; network < 17; ++network)
    on.events.write(refusal_from(1000 + network, noon + 1min));
  const auto lines = on.passed.take();
  CHECK(lines.size() == 34);
  CHECK(on.passed.suppressed() == 17);
}

TEST_CASE("a hash that is unlucky costs detail, never an event", "[audit]") {
  fixed::stuck_random random;
  collected::sink passed;
  {
    audit::flood_control events(passed, {.classes = 64}, random);
    for (std::uint32_t i = 0; i < 5000; ++i)
      events.write(refusal_from(i % 7 * 256 + i % 251, noon + i * 50ms));
  }
  CHECK(passed.passed() + passed.suppressed() == 5000);
}

TEST_CASE("threads that write at once lose nothing between what passes and what is counted", "[audit]") {
  controlled on({.classes = GENERATE(as<std::size_t>(), 16, 4096)});
  constexpr int threads = 8, each = 10'000;
  std::vector<std::thread> writers;
  for (int t = 0; t < threads; ++t)
    writers.emplace_back([&on, t] {
      for (int i = 0; i < each; ++i) {
        // Some networks of all threads, some of this one only, over four minutes, now and then with a
        // success.
        const int network = i % 3 == 0 ? i % 50 : 100 * t + i % 100;
        event what = refusal_from(static_cast<std::uint32_t>(network), noon + i * 24ms);
        if (i % 100 == 0) what = {.what = kind::key_created, .at = what.at};
        on.events.write(what);
        if (i % 2500 == 0) on.events.flush(what.at);
      }
    });
  for (auto& each_writer : writers) each_writer.join();
  on.events.flush(noon + 1h);
  CHECK(on.passed.passed() + on.passed.suppressed() == threads * each);
  CHECK(on.passed.suppressed() > 0);
}
