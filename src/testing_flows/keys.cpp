#include <ekauth/keys.hpp>

#include "testing_flows/flows.hpp"

namespace ekauth::inline v1::testing_flows {

namespace {

using namespace std::chrono_literals;

constexpr scope::registry scopes{{"events:read"}, {"events:write"}};

// A service, an owner, and a key of it that was just made.
struct bench {
  explicit bench(keys_trial& trial, std::uint32_t number, time_point at)
      : t(trial), owner(t.subject("owner" + std::to_string(number))), now(at) {
    auto made = run_on(t, create());
    if (!t.expect(made.has_value(), "a key could not be created: " + outcome(made))) return;
    token = std::move(made->token);
    id = made->key.id;
  }

  [[nodiscard]] keys::create_flow create() const {
    return service.create({.granted = {owner, *scope::list::parse({"events:read"})}, .name = "kit"}, now);
  }
  [[nodiscard]] std::string verify(const secret& presented) const {
    // expose: presented as a client would.
    return outcome(run_on(t, service.verify(presented.expose(), {.now = now, .note_use = false})));
  }

  keys_trial& t;
  keys::service service = *keys::service::make(roots(), scopes);
  subject_id owner;
  time_point now;
  secret token;
  key_id id;
};

// Loses each answer of an operation in turn, before and after it was carried out; then check sees the store.
template <class Operation, class Check>
void lose_each_answer(keys_trial& t, Operation operation, Check check) {
  std::uint32_t number = 0;
  for (const lost how : {lost::before, lost::after}) {
    for (int which = 0;; ++which) {
      const bench b(t, number++, t.at(0));
      const auto ended = run_losing(t, operation(b), which, how);
      if (!ended) break;
      t.expect(!*ended, "an operation succeeded though an answer was lost");
      check(b);
    }
  }
}

void lost_revocation_is_repeated(keys_trial& t) {
  lose_each_answer(
      t, [](const bench& b) { return b.service.revoke(b.owner, b.id, b.now); },
      [](const bench& b) {
        const auto again = run_on(b.t, b.service.revoke(b.owner, b.id, b.now + 1s));
        b.t.expect(again.has_value(), "revoking again answered " + outcome(again));
        b.t.expect(b.verify(b.token) == "api_key_revoked", "a revoked key verifies as " + b.verify(b.token));
        const auto enabled = run_on(b.t, b.service.enable(b.owner, b.id, b.now + 2s));
        b.t.expect(!enabled, "a revoked key was enabled");
      });
}

void lost_disabling_is_repeated(keys_trial& t) {
  lose_each_answer(
      t, [](const bench& b) { return b.service.disable(b.owner, b.id, b.now); },
      [](const bench& b) {
        const auto again = run_on(b.t, b.service.disable(b.owner, b.id, b.now));
        b.t.expect(again.has_value(), "disabling again answered " + outcome(again));
        b.t.expect(b.verify(b.token) == "api_key_disabled",
                   "a disabled key verifies as " + b.verify(b.token));
        const auto enabled = run_on(b.t, b.service.enable(b.owner, b.id, b.now));
        b.t.expect(enabled && b.verify(b.token) == "ok", "an enabled key verifies as " + b.verify(b.token));
      });
}

void lost_roll_leaves_the_key(keys_trial& t) {
  lose_each_answer(
      t, [](const bench& b) { return b.service.roll(b.owner, b.id, 1h, b.now); },
      [](const bench& b) {
        b.t.expect(b.verify(b.token) == "ok",
                   "after a lost roll its older key verifies as " + b.verify(b.token));
        const auto again = run_on(b.t, b.service.roll(b.owner, b.id, 1h, b.now));
        if (!b.t.expect(again.has_value(), "rolling again answered " + outcome(again))) return;
        b.t.expect(b.verify(again->token) == "ok", "a rolled key does not verify");
      });
}

void lost_creation_shows_nothing(keys_trial& t) {
  lose_each_answer(
      t, [](const bench& b) { return b.create(); },
      [](const bench& b) {
        const auto again = run_on(b.t, b.create());
        if (!b.t.expect(again.has_value(), "creating again answered " + outcome(again))) return;
        b.t.expect(b.verify(again->token) == "ok", "a created key does not verify");
        b.t.expect(b.verify(b.token) == "ok", "an older key of the owner does not verify any more");
      });
}

void clock_goes_back(keys_trial& t) {
  bench b(t, 0, t.at(0));
  b.now -= 1h;
  t.expect(b.verify(b.token) == "ok", "an hour before it was made, a key verifies as " + b.verify(b.token));
  b.now -= 24h;
  const auto disabled = run_on(t, b.service.disable(b.owner, b.id, b.now));
  t.expect(disabled.has_value(), "a day before it was made, disabling a key answered " + outcome(disabled));
  const auto rolled = run_on(t, b.service.roll(b.owner, b.id, 1h, b.now));
  t.expect(rolled.has_value(), "a day before it was made, rolling a key answered " + outcome(rolled));
  const auto revoked = run_on(t, b.service.revoke(b.owner, b.id, b.now));
  t.expect(revoked && revoked->revoked_at == b.now,
           "a revocation before its key was made is not kept as such");
}

constexpr judge<keys::store> all[] = {
    {{"keys.flows.revoke", "A revocation whose answer was lost is repeated, and ends the key."},
     lost_revocation_is_repeated},
    {{"keys.flows.disable", "Disabling a key whose answer was lost is repeated, and can be undone."},
     lost_disabling_is_repeated},
    {{"keys.flows.roll", "A roll whose answer was lost leaves its older key alive and can be repeated."},
     lost_roll_leaves_the_key},
    {{"keys.flows.create", "A creation whose answer was lost is repeated, and touches no other key."},
     lost_creation_shows_nothing},
    {{"keys.flows.clock", "Times before those that are stored are stored like any other."}, clock_goes_back},
};

}  // namespace

keys_judges keys_clauses() { return all; }

}  // namespace ekauth::inline v1::testing_flows
