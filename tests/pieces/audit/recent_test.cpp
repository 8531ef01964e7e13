#include <ekauth/audit.hpp>

#include <cstdlib>
#include <new>
#include <thread>

#include "catch.hpp"
#include "support/fixed.hpp"

namespace {

thread_local bool out_of_memory =
    false;  // for arrays that are asked for without throwing: the lines that are kept

}  // namespace

// Not inlined, because compilers take a pair of which they see only one half for a mistake.
[[gnu::noinline]] void* operator new[](std::size_t size) {
  if (void* const room = std::malloc(size == 0 ? 1 : size)) return room;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return out_of_memory ? nullptr : std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void operator delete[](void* room) noexcept { std::free(room); }
[[gnu::noinline]] void operator delete[](void* room, std::size_t) noexcept { std::free(room); }

using namespace ekauth;
using audit::event;
using audit::kind;
using namespace std::chrono_literals;

namespace {

event of(std::string_view subject, duration after = 0ms, kind what = kind::login_succeeded) {
  return {.what = what, .at = fixed::noon + after, .subject = subject};
}

using lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a subject's newest events come last first, as many as are asked for", "[audit]") {
  audit::recent trail;
  for (int i = 0; i < 5; ++i) trail.write(of("acc_a", i * 1s));
  CHECK(trail.newest("acc_a", 2) == lines{to_json(of("acc_a", 4s)), to_json(of("acc_a", 3s))});
  CHECK(trail.newest("acc_a").size() == 5);
  CHECK(trail.newest("acc_a", 0).empty());
  CHECK(trail.dropped() == 0);
}

TEST_CASE("nobody is shown another subject's events, though they share a ring", "[audit]") {
  audit::recent trail({.subjects = 1, .lines = 100});
  const std::string_view subjects[] = {"acc_a", "acc_b", "acc_", "acc_ab", "ACC_A"};
  for (const auto subject : subjects) trail.write(of(subject));
  trail.write({.what = kind::auth_failed, .at = fixed::noon, .reason = "acc_a"});  // nobody's
  for (const auto subject : subjects) CHECK(trail.newest(subject) == lines{to_json(of(subject))});
  CHECK(trail.newest("").empty());
  CHECK(trail.newest("acc_c").empty());
  CHECK(trail.newest(std::string_view("acc_a\0", 6)).empty());
}

TEST_CASE("an event is kept as a copy, whole even after its writer's texts are gone", "[audit]") {
  audit::recent trail;
  std::string subject = "acc_a", reason = "an \"old\" reason";
  event what = of(subject);
  what.reason = reason;
  const std::string json = to_json(what);
  trail.write(what);
  subject.assign(5, 'x');
  reason.assign(15, 'x');
  CHECK(trail.newest("acc_a") == lines{json});
}

TEST_CASE("a ring keeps its newest lines and forgets the oldest", "[audit]") {
  audit::recent trail({.subjects = 1, .lines = 3});
  for (int i = 0; i < 4; ++i) trail.write(of("acc_a", i * 1s));
  CHECK(trail.newest("acc_a") ==
        lines{to_json(of("acc_a", 3s)), to_json(of("acc_a", 2s)), to_json(of("acc_a", 1s))});
  trail.write(of("acc_b"));
  CHECK(trail.newest("acc_a").size() == 2);
  audit::recent smallest({.subjects = 0, .lines = 0});
  smallest.write(of("acc_a"));
  CHECK(smallest.newest("acc_a").size() == 1);
}

TEST_CASE("an event that finds no memory is dropped and counted, and the newest ones stay", "[audit]") {
  audit::recent trail({.subjects = 1, .lines = 2});
  trail.write(of("acc_a", 1s));
  trail.write(of("acc_a", 2s));
  out_of_memory = true;
  trail.write(of("acc_a", 3s));
  out_of_memory = false;
  CHECK(trail.dropped() == 1);
  CHECK(trail.newest("acc_a") == lines{to_json(of("acc_a", 2s)), to_json(of("acc_a", 1s))});
  trail.write(of("acc_a", 4s));
  CHECK(trail.newest("acc_a") == lines{to_json(of("acc_a", 4s)), to_json(of("acc_a", 2s))});
}

TEST_CASE("a noisy subject pushes out few others, and which depends on the seed", "[audit]") {
  const auto pushed_out = [](std::uint64_t seed) {
    fixed::counting_random random(seed);
    audit::recent trail({.subjects = 64, .lines = 8}, random);
    std::vector<int> gone;
    for (int i = 0; i < 100; ++i) {
      const std::string quiet = "acc_" + std::to_string(i);
      trail.write(of(quiet));
      for (int n = 0; n < 8; ++n) trail.write(of("acc_noisy"));
      if (trail.newest(quiet).empty()) gone.push_back(i);
    }
    return gone;
  };
  const auto one = pushed_out(1), other = pushed_out(2);
  CHECK(one.size() < 10);
  CHECK(other.size() < 10);
  CHECK(one != other);
}

TEST_CASE("subjects that no subject_id can be are not kept", "[audit]") {
  audit::recent trail;
  const std::string longest(255, 'a'), longer(256, 'a');
  trail.write(of(longest));
  trail.write(of(longer));
  trail.write(of(""));
  CHECK(trail.newest(longest).size() == 1);
  CHECK(trail.newest(longer).empty());
}

TEST_CASE("threads may write and read the newest events at once", "[audit]") {
  audit::recent trail({.subjects = 2, .lines = 16});
  const std::string_view subjects[] = {"acc_a", "acc_b", "acc_c", "acc_d"};
  std::vector<std::thread> threads;
  std::atomic<bool> strayed = false;
  for (const auto subject : subjects)
    threads.emplace_back([&trail, &strayed, subject] {
      const std::string own = to_json(of(subject));
      for (int i = 0; i < 2000; ++i) {
        trail.write(of(subject));
        for (const auto& line : trail.newest(subject))
          if (line != own) strayed = true;
      }
    });
  for (auto& each : threads) each.join();
  CHECK_FALSE(strayed);
  std::size_t kept = 0;
  for (const auto subject : subjects) kept += trail.newest(subject).size();
  CHECK(kept <= 32);
  CHECK(kept >= 16);
}
