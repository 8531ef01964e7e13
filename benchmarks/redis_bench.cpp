// What the Redis store costs over hiredis used by hand: the same scripts with the same arguments, whose
// answers are thrown away. The two take turns, call by call, and the medians are compared, so that a busy
// machine weighs on both. Run it beside a server:
//
//   tests/stores/with_redis build/release/benchmarks/redis_bench
#include <ekauth/keys.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

#include <benchmark/benchmark.h>
#include <hiredis/hiredis.h>

#include "redis/scripts.hpp"
#include "stores/private_redis.hpp"
#include "support/fixed.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>

using namespace ekauth;
using fixed::noon;

namespace {

constexpr scope::registry scopes{{"events:read"}, {"events:write"}};

using words = std::vector<std::string>;

// One connection, as hiredis is used by hand.
class by_hand {
 public:
  by_hand() : link_(redisConnectUnix(fixed::redis_socket().c_str()), redisFree) {
    if (!link_ || link_->err != 0) std::abort();
  }
  std::string load(redis::script which, const std::string& names) {
    const auto answer = ask({"SCRIPT", "LOAD", redis::whole_text(which, names, std::chrono::hours(24))});
    return {answer->str, answer->len};
  }
  std::unique_ptr<redisReply, void (*)(void*)> ask(const words& command) {
    texts_.clear();
    sizes_.clear();
    for (const std::string& word : command) {
      texts_.push_back(word.data());
      sizes_.push_back(word.size());
    }
    void* const answer =
        redisCommandArgv(link_.get(), static_cast<int>(command.size()), texts_.data(), sizes_.data());
    if (answer == nullptr || static_cast<redisReply*>(answer)->type == REDIS_REPLY_ERROR) std::abort();
    return {static_cast<redisReply*>(answer), freeReplyObject};
  }

 private:
  std::unique_ptr<redisContext, void (*)(redisContext*)> link_;
  std::vector<const char*> texts_;
  std::vector<std::size_t> sizes_;
};

// A store with one key and one session, and the service that made them.
struct shared {
  redis::options how = fixed::fresh_redis();
  std::string names = std::string("{").append(how.prefix).append("}:");
  redis::store db = fixed::open_redis(std::move(how));
  keys::service api_keys = *keys::service::make(fixed::roots(), scopes);
  refresh::service sessions = *refresh::service::make(fixed::roots());
  std::optional<keys::created> made;

  shared() {
    auto answer =
        run(api_keys.create({.granted = {subject_id("acc_1"), *scope::list::parse_spaced("events:read")},
                             .name = "Production"},
                            noon),
            db);
    if (!answer) std::abort();
    made = *std::move(answer);
  }
};

shared& here() {
  static shared one;
  return one;
}

template <class Act>
double microseconds(const Act& act) {
  const auto start = std::chrono::steady_clock::now();
  act();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double>& all) {
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::nth_element(all.begin(), middle, all.end());
  return *middle;
}

// Both in turn; reports the medians in microseconds, and their ratio.
template <class Hand, class Ours>
void side_by_side(benchmark::State& state, const Hand& hand, const Ours& ours) {
  std::vector<double> by_hand, by_store;
  for (auto _ : state) {
    by_hand.push_back(microseconds(hand));
    by_store.push_back(microseconds(ours));
  }
  const double floor = median(by_hand), cost = median(by_store);
  state.counters["by_hand_us"] = floor;
  state.counters["store_us"] = cost;
  state.counters["ratio"] = cost / floor;
}

// The record of a key, as verify asks for it.
void find_key(benchmark::State& state) {
  by_hand link;
  const words by_digest{"EVALSHA", link.load(redis::script::find_key, here().names), "1",
                        here().names + "key:" + here().made->key.id.text()};
  const keys::find asked{here().made->key.id};
  side_by_side(
      state, [&] { benchmark::DoNotOptimize(link.ask(by_digest)); },
      [&] { benchmark::DoNotOptimize(here().db.find_key(asked)); });
}
BENCHMARK(find_key)->Iterations(30'000)->Repetitions(5)->ReportAggregatesOnly();

// The whole verification of a key over the same by hand.
void verify_key(benchmark::State& state) {
  by_hand link;
  const words by_digest{"EVALSHA", link.load(redis::script::find_key, here().names), "1",
                        here().names + "key:" + here().made->key.id.text()};
  side_by_side(
      state, [&] { benchmark::DoNotOptimize(link.ask(by_digest)); },
      [&] {
        auto who = run(here().api_keys.verify(here().made->token.expose(), {.now = noon}), here().db);
        if (!who) std::abort();
        benchmark::DoNotOptimize(who);
      });
}
BENCHMARK(verify_key)->Iterations(30'000)->Repetitions(5)->ReportAggregatesOnly();

refresh::record fresh_session() {
  static int count = 0;
  refresh::record row;
  row.id = family_id("family" + std::to_string(1'000'000'000 + count++));
  row.granted = {subject_id("usr_1"), *scope::list::parse_spaced("events:read")};
  row.created_at = row.rotated_at = row.last_ok_at = noon;
  row.idle_deadline = noon + std::chrono::hours(720);
  if (!here().db.insert_session({row})) std::abort();
  return row;
}

// find and advance, as one rotation asks them.
void rotate(benchmark::State& state) {
  by_hand link;
  const refresh::record mine = fresh_session(), other = fresh_session();
  const std::string name = here().names + "session:" + mine.id.text();
  const std::string digest(32, '\0'), salt(16, '\0');
  const auto ms = [](time_point at) { return std::to_string(at.time_since_epoch().count()); };
  const words find{"EVALSHA", link.load(redis::script::find_session, here().names), "1", name};
  words advance{"EVALSHA",
                link.load(redis::script::advance_session, here().names),
                "1",
                name,
                mine.id.text(),
                "1",
                ms(mine.idle_deadline),
                ms(noon),
                "generation",
                "0",
                "slot",
                "1",
                "current_digest",
                digest,
                "previous_digest",
                digest,
                "salt",
                salt,
                "rotated_at",
                ms(noon),
                "last_ok_at",
                ms(noon),
                "replays",
                "0",
                "idle_deadline",
                ms(mine.idle_deadline),
                "version",
                "2"};
  std::uint64_t version = 1;
  side_by_side(
      state,
      [&] {
        benchmark::DoNotOptimize(link.ask(find));
        advance[5] = std::to_string(version);
        advance.back() = std::to_string(++version);
        if (link.ask(advance)->integer != 1) std::abort();
      },
      [&] {
        auto found = here().db.find_session({other.id});
        if (!found || !*found) std::abort();
        const std::uint64_t expected = (*found)->row.version;
        const auto stored = here().db.advance_session({std::move((*found)->row), expected});
        if (!stored || !*stored) std::abort();
      });
}
BENCHMARK(rotate)->Iterations(10'000)->Repetitions(5)->ReportAggregatesOnly();

}  // namespace
