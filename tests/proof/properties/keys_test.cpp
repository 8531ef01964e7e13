// API keys under operations by chance, on every store, beside a model: create, verify with any secret there
// ever was, roll, revoke, disable, enable, expiry, last uses, clocks that jump, and storage that fails before
// or after it wrote.
#include "properties/keys_model.hpp"

#include <ekauth/run.hpp>

#include <set>

#include "properties/world.hpp"

using namespace properties;
using namespace std::chrono_literals;

namespace {

constexpr scope::registry scopes{{"events:read"}, {"events:write"}, {"full_access", scope::kind::superuser}};

class keys_world {
 public:
  keys_world(const under_test::adapter& which, std::uint64_t seed)
      : roll_(seed),
        random_(seed),
        stores_(which),
        limit_(seed % 3 == 0 ? 4 : 0),
        old_(make_service('1')),
        new_(make_service('b')) {}

  void run_steps(int count) {
    for (int i = 0; i < count; ++i) {
      now_ = tick(roll_, now_);
      INFO("step " << i << ", after: " << history_);
      step();
      stores_.store.disarm();
      if (roll_.once_in(10)) compare_lists();
    }
    compare_lists();
  }
  [[nodiscard]] const std::set<std::string>& seen() const { return seen_; }

 private:
  using outcome_kind = outcome;

  keys::service make_service(char active) {
    server_keys roots = fixed::roots("1ab");
    REQUIRE(roots.activate(active));
    return *keys::service::make(roots, scopes, {.max_keys_per_owner = limit_}, random_);
  }
  keys::service& a_service() { return roll_.once_in(2) ? old_ : new_; }

  void step() {
    switch (roll_.below(18)) {
      case 0:
      case 1:
        return create();
      case 2:
        return create_badly();
      case 3:
        return change(keys::status::disabled);
      case 4:
        return change(keys::status::active);
      case 5:
        return roll_.once_in(4) ? change(keys::status::revoked) : change(keys::status::active);
      case 6:
      case 7:
        return roll_secret();
      case 8:
        return flush();
      case 9:
        return forged();
      case 10:
      case 11:
        return roll_secret();
      default:
        return verify_any();
    }
  }

  subject_id some_owner() { return subject_id(roll_.word({"acc_1", "acc_2", "acc_3"})); }
  void note(const std::string& what) {
    history_ += what + "; ";
    if (history_.size() > 600) history_.erase(0, history_.size() - 600);
  }
  model_key* some_key() {
    if (order_.empty()) return nullptr;
    const std::size_t back =
        roll_.below(roll_.once_in(3) ? order_.size() : std::min<std::size_t>(4, order_.size()));
    return &keys_.at(order_[order_.size() - 1 - back]);
  }
  std::size_t not_revoked(const subject_id& owner) const {
    return static_cast<std::size_t>(std::count_if(keys_.begin(), keys_.end(), [&](const auto& each) {
      return each.second.granted.subject == owner && each.second.state != keys::status::revoked;
    }));
  }

  keys::new_key wanted() {
    keys::new_key what{
        .granted = {some_owner(),
                    records::scopes(roll_.word({"", "events:read", "events:*", "full_access"}))},
        .name = roll_.word({"Production", "é", "a b"}),
        .env = roll_.once_in(2) ? keys::environment::live : keys::environment::test};
    if (roll_.once_in(3))
      what.expires_at = now_ + 1ms + duration(static_cast<std::int64_t>(roll_.below(1'000'000'000)));
    if (roll_.once_in(4)) what.not_before = now_ + duration(static_cast<std::int64_t>(roll_.below(100'000)));
    if (what.expires_at && what.not_before && *what.expires_at <= *what.not_before) what.not_before.reset();
    return what;
  }

  void create() {
    const keys::new_key what = wanted();
    const bool full = limit_ != 0 && not_revoked(what.granted.subject) >= limit_;
    const auto made = run(a_service().create(what, now_), stores_.store);
    note("create");
    if (full) {
      REQUIRE_FALSE(made);
      CHECK(made.error().code() == errc::key_limit_reached);
      seen_.insert("key_limit_reached");
      return;
    }
    REQUIRE(made);
    model_key fresh;
    fresh.id = made->key.id;
    fresh.env = what.env;
    fresh.name = what.name;
    fresh.granted = what.granted;
    fresh.created = now_;
    fresh.not_before = what.not_before;
    fresh.expires_at = what.expires_at;
    fresh.secrets.emplace_back();
    fresh.secrets.back().text = std::string(made->token.expose());
    fresh.secrets.back().created = now_;
    CHECK(texts_.insert(fresh.secrets.back().text).second);
    CHECK(keys_.emplace(fresh.id.text(), fresh).second);
    order_.push_back(fresh.id.text());
    compare(fresh, made->key);
  }

  void create_badly() {
    keys::new_key what = wanted();
    errc expected = errc::validation_failed;
    switch (roll_.below(5)) {
      case 0:
        what.name = roll_.word({"", "a\nb", "\xff"});
        break;
      case 1:
        what.expires_at = now_;
        break;
      case 2:
        what.granted.subject = subject_id(std::string(roll_.once_in(2) ? 0 : 256, 'x'));
        break;
      case 3:
        what.expires_at = what.not_before = now_ + 1s;
        break;
      default:
        what.granted.scopes = records::scopes("events:read events:raed");
        expected = errc::unknown_scope;
    }
    stores_.store.calls = 0;
    const auto made = run(a_service().create(what, now_), stores_.store);
    REQUIRE_FALSE(made);
    CHECK(name(made.error().code()) == name(expected));
    CHECK(stores_.store.calls == 0);
  }

  void verify_any() {
    model_key* const of = some_key();
    if (of == nullptr) return create();
    model_secret& secret =
        of->secrets[roll_.once_in(2) ? of->secrets.size() - 1 : roll_.below(of->secrets.size())];
    if (secret.text.empty()) return;  // nobody knows it
    const errc expected = of->present(secret, now_);
    stores_.maybe_fail(roll_, 15);
    const auto who = run(a_service().verify(secret.text, {.now = now_}), stores_.store);
    note("verify " + of->id.text());
    if (stores_.of(1, false) != outcome_kind::done) {
      REQUIRE_FALSE(who);
      CHECK(who.error().code() == errc::store_unavailable);
      return;
    }
    seen_.insert(std::string(name(expected)));
    if (expected != errc{}) {
      REQUIRE_FALSE(who);
      CHECK(name(who.error().code()) == name(expected));
      return;
    }
    REQUIRE(who);
    CHECK(who->granted() == of->granted);
    CHECK(who->secret_number() == secret.number);
    compare(*of, who->key());
    const time_point minute = std::chrono::floor<std::chrono::minutes>(now_);
    auto& noted = noted_[{of->id.text(), secret.number}];
    noted = std::max(noted.value_or(minute), minute);
  }

  // An answer for the owner, or not_found for another.
  template <class Operation, class Apply>
  void manage(model_key& of, errc expected, bool writes, Operation operation, Apply apply) {
    const subject_id who = roll_.once_in(6) ? some_owner() : of.granted.subject;
    if (who != of.granted.subject) expected = errc::not_found;
    writes = writes && expected == errc{};
    stores_.maybe_fail(roll_, 10);
    auto done = run(operation(who), stores_.store);
    const outcome_kind became = stores_.of(writes ? 2 : 1, writes);
    if (became != outcome_kind::done) {
      REQUIRE_FALSE(done);
      CHECK(done.error().code() == errc::store_unavailable);
      seen_.insert(became == outcome_kind::lost ? "lost" : "undone");
      if (became == outcome_kind::lost) apply(nullptr);
    } else if (expected != errc{}) {
      REQUIRE_FALSE(done);
      CHECK(name(done.error().code()) == name(expected));
      seen_.insert(std::string(name(expected)));
    } else {
      REQUIRE(done);
      apply(&*done);
    }
  }

  void change(keys::status next) {
    model_key* const of = some_key();
    if (of == nullptr) return create();
    note("status " + std::to_string(static_cast<int>(next)) + " of " + of->id.text());
    keys::service& service = a_service();
    const auto flow = [&](const subject_id& who) {
      if (next == keys::status::revoked) return service.revoke(who, of->id, now_);
      return next == keys::status::disabled ? service.disable(who, of->id, now_)
                                            : service.enable(who, of->id, now_);
    };
    manage(*of, of->change(next), of->state != next, flow, [&](const keys::summary* shown) {
      if (next == keys::status::revoked && of->state != next) of->revoked_at = now_;
      of->state = next;
      if (shown != nullptr) compare(*of, *shown);
    });
  }

  void roll_secret() {
    model_key* const of = some_key();
    if (of == nullptr) return create();
    const duration grace = roll_.once_in(3)   ? 0s
                           : roll_.once_in(2) ? duration(static_cast<std::int64_t>(roll_.below(200'000)))
                                              : 24h * 30;
    note("roll " + of->id.text());
    if (roll_.once_in(20)) {
      const auto bad = run(a_service().roll(of->granted.subject, of->id,
                                            roll_.once_in(2) ? duration(-1) : 24h * 90 + 1ms, now_),
                           stores_.store);
      REQUIRE_FALSE(bad);
      CHECK(bad.error().code() == errc::validation_failed);
      return;
    }
    keys::service& service = a_service();
    manage(
        *of, of->roll(grace, now_), true,
        [&](const subject_id& who) { return service.roll(who, of->id, grace, now_); },
        [&](const keys::created* made) {
          of->apply_roll(made == nullptr ? "" : std::string(made->token.expose()), grace, now_);
          if (made == nullptr) return;
          CHECK(texts_.insert(of->secrets.back().text).second);
          compare(*of, made->key);
        });
  }

  void flush() {
    std::uint32_t expected = 0;
    for (const auto& [which, minute] : noted_) {
      for (model_secret& each : keys_.at(which.first).secrets) {
        if (each.number != which.second || each.forgotten || (each.last_used && *each.last_used >= *minute))
          continue;
        each.last_used = minute;
        ++expected;
      }
    }
    noted_.clear();
    std::uint32_t moved = 0;
    for (keys::service* const each : {&old_, &new_}) {
      const auto flushed = run(each->flush_uses(now_), stores_.store);
      REQUIRE(flushed);
      moved += *flushed;
    }
    // Each of the two services may have moved the same secret.
    CHECK(moved >= expected);
    CHECK(moved <= 2 * expected);
    note("flush");
  }

  void forged() {
    model_key* const of = some_key();
    if (of == nullptr || of->secrets.back().text.empty()) return create();
    std::string text = of->secrets.back().text;
    const std::size_t at = roll_.below(text.size());
    const char before = text[at];
    while (text[at] == before) text[at] = roll_.one_of("0123456789abcXYZ_");
    stores_.store.calls = 0;
    CHECK_FALSE(run(a_service().verify(text, {.now = now_}), stores_.store));
    CHECK(stores_.store.calls == 0);
  }

  // What people are shown. Last uses are those of the last flush.
  static void compare(const model_key& of, const keys::summary& shown) {
    CHECK(shown.id == of.id);
    CHECK(shown.env == of.env);
    CHECK(shown.name == of.name);
    CHECK(shown.granted == of.granted);
    CHECK(shown.state == of.state);
    CHECK(shown.created_at == of.created);
    CHECK(shown.not_before == of.not_before);
    CHECK(shown.expires_at == of.expires_at);
    CHECK(shown.revoked_at == of.revoked_at);
    REQUIRE(shown.secrets.size() == of.stored());
    std::size_t at = 0;
    std::optional<time_point> last_used;
    for (const model_secret& each : of.secrets) {
      if (each.forgotten) continue;
      const auto& other = shown.secrets[at++];
      CHECK(other.number == each.number);
      CHECK(other.created_at == each.created);
      CHECK(other.not_after == each.not_after);
      CHECK(other.last_used == each.last_used);
      last_used = std::max(last_used, each.last_used);
    }
    CHECK(shown.last_used == last_used);
  }

  void compare_lists() {
    for (const char* const owner : {"acc_1", "acc_2", "acc_3", "acc_nobody"}) {
      std::vector<keys::summary> listed;
      key_id after;
      for (;;) {
        const auto limit = static_cast<std::uint32_t>(1 + roll_.below(20));
        auto page = run(a_service().list(subject_id(owner), after, limit), stores_.store);
        REQUIRE(page);
        const bool last = page->size() < limit;
        for (auto& each : *page) listed.push_back(each);
        if (last) break;
        after = listed.back().id;
      }
      std::size_t at = 0;
      for (const auto& [id, each] : keys_) {
        if (each.granted.subject.text() != owner) continue;
        CAPTURE(id);
        REQUIRE(at < listed.size());
        compare(each, listed[at++]);
        const auto found = run(a_service().find(subject_id(owner), each.id), stores_.store);
        REQUIRE(found);
        compare(each, *found);
      }
      CHECK(at == listed.size());
    }
  }

  dice roll_;
  fixed::counting_random random_;
  flaky_store stores_;
  std::uint32_t limit_;
  keys::service old_, new_;  // the same server keys, before and after another became active
  std::map<std::string, model_key> keys_;
  std::map<std::pair<std::string, std::uint32_t>, std::optional<time_point>> noted_;
  time_point now_ = fixed::noon;
  std::vector<std::string> order_;  // of creation
  std::set<std::string> texts_, seen_;
  std::string history_;
};

// Whether the sequences met what they are for.
void check_seen(const std::set<std::string>& seen) {
  for (const char* what :
       {"lost", "undone", "not_found", "version_conflict", "validation_failed", "roll_limit",
        "key_limit_reached", "api_key_disabled", "api_key_revoked", "api_key_not_yet_valid",
        "api_key_expired", "api_key_rolled", "key_secret_mismatch"}) {
    CAPTURE(what);
    CHECK(seen.count(what) == 1);
  }
}

void run_worlds(const under_test::adapter& which, std::uint64_t first, effort much) {
  std::set<std::string> seen;
  for (const std::uint64_t seed : seeds(first, much.sequences)) {
    INFO("EKAUTH_SEED=" << seed << ", " << which.name);
    keys_world world(which, seed);
    world.run_steps(much.steps);
    seen.insert(world.seen().begin(), world.seen().end());
  }
  if (std::getenv("EKAUTH_SEED") == nullptr) check_seen(seen);
  fixed::figure("operations by chance on keys beside a model, " + std::string(which.name),
                std::to_string(much.sequences * static_cast<std::uint64_t>(much.steps)) + " in " +
                    std::to_string(much.sequences) + " sequences, 0 differences");
}

}  // namespace

TEST_CASE("keys do what is promised on every store, whatever is done in whatever order", "[keys]") {
  for (const under_test::adapter& each : under_test::adapters()) run_worlds(each, 1, effort_for(each));
}

TEST_CASE("for a million steps, keys do what is promised on every store", "[keys][.long]") {
  for (const under_test::adapter& each : under_test::adapters())
    run_worlds(each, 100'000, long_effort_for(each));
}
