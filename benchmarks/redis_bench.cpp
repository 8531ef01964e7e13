// What the Redis store costs over hiredis used by hand: the same scripts with the same arguments. Run it
// beside a server, on one processor:
//
//   taskset -c 0 tests/support/with_redis build/release/benchmarks/redis_bench
#include <memory>
#include <vector>

#include <hiredis/hiredis.h>

#include "redis/scripts.hpp"
#include "stores.hpp"
#include "support/private_redis.hpp"

namespace {

using namespace ekauth;
using beside::must;
using fixed::noon;
using host = beside::host<redis::store>;

// How its names begin.
std::string& names() {
  static std::string one;
  return one;
}

host& ours() {
  static host one([] {
    redis::options how = fixed::fresh_redis();
    names() = "{" + how.prefix + "}:";
    return fixed::open_redis(std::move(how));
  }());
  return one;
}

// One connection, as hiredis is used by hand.
class by_hand {
 public:
  bool find_key() { return ask(find_key_)->type != REDIS_REPLY_NIL; }
  bool rotate() {
    ask(find_session_);
    advance_[5] = std::to_string(version_);
    advance_.back() = std::to_string(++version_);
    return ask(advance_)->integer == 1;
  }

 private:
  using words = std::vector<std::string>;

  std::unique_ptr<redisReply, void (*)(void*)> ask(const words& command) {
    texts_.clear();
    sizes_.clear();
    for (const std::string& word : command) {
      texts_.push_back(word.data());
      sizes_.push_back(word.size());
    }
    void* const answer =
        redisCommandArgv(link_.get(), static_cast<int>(command.size()), texts_.data(), sizes_.data());
    must(answer != nullptr && static_cast<redisReply*>(answer)->type != REDIS_REPLY_ERROR);
    return {static_cast<redisReply*>(answer), freeReplyObject};
  }
  std::string load(redis::script which) {
    const auto answer = ask({"SCRIPT", "LOAD", redis::whole_text(which, names(), std::chrono::hours(24))});
    return {answer->str, answer->len};
  }
  static std::string ms(time_point at) { return std::to_string(at.time_since_epoch().count()); }

  std::unique_ptr<redisContext, void (*)(redisContext*)> link_{
      redisConnectUnix(fixed::redis_socket().c_str()), redisFree};
  std::vector<const char*> texts_;
  std::vector<std::size_t> sizes_;
  std::uint64_t version_ = 1;
  const refresh::record row_ = ours().add_session();
  const std::string session_ = names() + "session:" + row_.id.text();
  const words find_key_{"EVALSHA", load(redis::script::find_key), "1",
                        names() + "key:" + ours().key().text()};
  const words find_session_{"EVALSHA", load(redis::script::find_session), "1", session_};
  words advance_{"EVALSHA",
                 load(redis::script::advance_session),
                 "1",
                 session_,
                 row_.id.text(),
                 "1",
                 ms(row_.idle_deadline),
                 ms(noon),
                 "generation",
                 "0",
                 "slot",
                 "1",
                 "current_digest",
                 std::string(32, '\0'),
                 "previous_digest",
                 std::string(32, '\0'),
                 "salt",
                 std::string(16, '\0'),
                 "rotated_at",
                 ms(noon),
                 "last_ok_at",
                 ms(noon),
                 "replays",
                 "0",
                 "idle_deadline",
                 ms(row_.idle_deadline),
                 "version",
                 "2"};
};

template <int Which>
by_hand& hand() {
  static by_hand one;
  return one;
}

const bool added = beside::add_operations("", 10000, ours, hand<1>, hand<2>);

}  // namespace
