#include <ekauth/refresh.hpp>

#include "testing_flows/flows.hpp"

#include <set>

namespace ekauth::inline v1::testing_flows {

namespace {

using namespace std::chrono_literals;
using refresh::end_reason;

// A service, a subject, and a session of it that just began.
struct bench {
  bench(sessions_trial& trial, const refresh::policy& rules, std::uint32_t number)
      : t(trial),
        service(*refresh::service::make(roots(), rules)),
        user(t.subject("user" + std::to_string(number))) {
    auto begun = run_on(t, login());
    if (!t.expect(begun.has_value(), "a login answered " + outcome(begun))) return;
    token = std::move(begun->token);
    session = begun->session;
  }

  [[nodiscard]] refresh::login_flow login() const {
    return service.login({.granted = {user}, .epoch = 0}, t.at(0));
  }
  [[nodiscard]] refresh::refresh_flow refresh(const secret& presented, duration later = 1s) const {
    return service.refresh(presented.expose(),
                           {.now = t.at(0) + later});  // expose: presented as a client would
  }
  [[nodiscard]] result<refresh::issued> present(const secret& presented, duration later = 1s) const {
    return run_on(t, refresh(presented, later));
  }
  void expect_revoked(std::string_view when) const {
    const auto found = t.ask(refresh::find{session});
    t.expect(found && found->row.state == refresh::status::revoked,
             std::string(when).append(", the session is not revoked"));
  }
  void expect_generation(std::uint32_t generation, std::string_view when) const {
    const auto found = t.ask(refresh::find{session});
    t.expect(found && found->row.generation == generation,
             std::string(when).append(", the session is of another generation than ") +
                 std::to_string(generation));
  }

  sessions_trial& t;
  refresh::service service;
  subject_id user;
  secret token;
  family_id session;
};

// Loses each answer of an operation in turn, before and after it was carried out; then check sees the store.
template <class Operation, class Check>
void lose_each_answer(sessions_trial& t, const refresh::policy& rules, Operation operation, Check check) {
  std::uint32_t number = 0;
  for (const lost how : {lost::before, lost::after}) {
    for (int which = 0;; ++which) {
      const bench b(t, rules, number++);
      const auto ended = run_losing(t, operation(b), which, how);
      if (!ended) break;
      t.expect(!*ended, "an operation succeeded though an answer was lost");
      check(b);
    }
  }
}

void lost_rotation_is_repeated(sessions_trial& t) {
  lose_each_answer(
      t, refresh::web(), [](const bench& b) { return b.refresh(b.token); },
      [](const bench& b) {
        const auto first = b.present(b.token, 2s), second = b.present(b.token, 3s);
        if (!b.t.expect(first && second,
                        "presenting a token again after a lost answer, in the window of web, answered " +
                            outcome(first) + " and " + outcome(second)))
          return;
        b.t.expect(constant_time_equal(first->token.expose(), second->token.expose()),  // expose: told apart
                   "one token was answered with two successors");
        b.expect_generation(1, "after one token was presented three times");
        const auto next = b.present(first->token, 2min);
        b.t.expect(next.has_value(), "the successor of a lost rotation answered " + outcome(next));
      });
}

void lost_rotation_is_never_two(sessions_trial& t) {
  lose_each_answer(
      t, refresh::strict(), [](const bench& b) { return b.refresh(b.token); },
      [](const bench& b) {
        const auto again = b.present(b.token, 2s);
        if (again) return b.expect_generation(1, "after a rotation that was repeated");
        b.t.expect(again.error().code() == errc::refresh_token_reused,
                   "presenting a token again after a lost answer, under strict, answered " + outcome(again));
        b.expect_revoked("after reuse was answered");
      });
}

void lost_reuse_is_found_again(sessions_trial& t) {
  for (const lost how : {lost::before, lost::after}) {
    for (int which = 0; which < 2; ++which) {
      const bench b(t, refresh::strict(), static_cast<std::uint32_t>(which) + (how == lost::before ? 0 : 2));
      const auto successor = b.present(b.token);
      if (!t.expect(successor.has_value(), "a rotation answered " + outcome(successor))) return;
      run_losing(t, b.refresh(b.token, 2s), which, how);
      const auto again = b.present(b.token, 3s);
      t.expect(!again && (again.error().code() == errc::refresh_token_reused ||
                          again.error().code() == errc::refresh_token_revoked),
               "a spent token that came again answered " + outcome(again));
      b.expect_revoked("after reuse was answered");
      const auto current = b.present(successor->token, 4s);
      t.expect(!current && current.error().code() == errc::refresh_token_revoked,
               "after reuse, the session's current token answered " + outcome(current));
    }
  }
}

void lost_bump_is_repeated(sessions_trial& t) {
  lose_each_answer(
      t, refresh::strict(),
      [](const bench& b) { return b.service.end_all(b.user, end_reason::password_changed, b.t.at(1)); },
      [](const bench& b) {
        const auto again = run_on(b.t, b.service.end_all(b.user, end_reason::password_changed, b.t.at(2)));
        b.t.expect(again.has_value(), "ending all sessions again answered " + outcome(again));
        const auto dead = b.present(b.token);
        b.t.expect(!dead && dead.error().code() == errc::refresh_token_revoked,
                   "after all sessions ended, a token answered " + outcome(dead));
        const auto login = run_on(b.t, b.login());  // with the epoch of before
        b.t.expect(!login && login.error().code() == errc::invalid_credentials,
                   "a login that began before all sessions ended answered " + outcome(login));
      });
}

void lost_sign_out_is_repeated(sessions_trial& t) {
  lose_each_answer(
      t, refresh::strict(),
      [](const bench& b) { return b.service.end(b.user, b.session, end_reason::signed_out, b.t.at(1)); },
      [](const bench& b) {
        const auto again = run_on(b.t, b.service.end(b.user, b.session, end_reason::signed_out, b.t.at(2)));
        b.t.expect(again.has_value(), "signing out again answered " + outcome(again));
        b.expect_revoked("after a sign-out");
        const auto dead = b.present(b.token);
        b.t.expect(!dead && dead.error().code() == errc::refresh_token_revoked,
                   "after a sign-out, a token answered " + outcome(dead));
      });
}

// How many of a crowd that presents one token at once were answered what.
struct tally {
  std::atomic<std::size_t> rotated = 0, same_again = 0, refused = 0;
  std::mutex lock;
  std::set<std::string> successors;
  std::string trouble;

  void count(const result<refresh::issued>& ended) {
    const std::lock_guard one(lock);
    if (ended) {
      ++(ended->kind == refresh::issue_kind::rotated ? rotated : same_again);
      successors.emplace(ended->token.expose());  // expose: they must all be one
    } else if (ended.error().code() == errc::refresh_token_reused ||
               ended.error().code() == errc::refresh_token_revoked) {
      ++refused;
    } else {
      trouble = outcome(ended);
    }
  }
  [[nodiscard]] std::string text() const {
    return "of 16 that presented one token, " + std::to_string(rotated) + " rotated it, " +
           std::to_string(same_again) + " were answered the same again and " + std::to_string(refused) +
           " were refused" + (trouble.empty() ? "" : "; one answered " + trouble);
  }
};

void one_rotates_under_strict(sessions_trial& t) {
  for (std::uint32_t round = 0; t.goes_on(round); ++round) {
    const bench b(t, refresh::strict(), round);
    tally seen;
    together([&](std::size_t) { seen.count(b.present(b.token)); });
    if (!t.expect(seen.rotated == 1 && seen.refused == crowd - 1, seen.text())) return;
    b.expect_generation(1, "after one token was presented by many");
    b.expect_revoked("after reuse was answered");
  }
}

void one_successor_under_web(sessions_trial& t) {
  const bench b(t, refresh::web(), 0);
  secret token = b.token.clone();
  for (std::uint32_t round = 0; t.goes_on(round); ++round) {
    tally seen;
    together([&](std::size_t) { seen.count(b.present(token, (round + 1) * 1min)); });
    if (!t.expect(seen.rotated == 1 && seen.same_again == crowd - 1 && seen.successors.size() == 1,
                  seen.text()))
      return;
    b.expect_generation(round + 1, "after one token was presented by many");
    token = secret(*seen.successors.begin());
  }
}

void clock_goes_back(sessions_trial& t) {
  const bench b(t, refresh::strict(), 0);
  const auto second = b.present(b.token, -1h);
  if (!t.expect(second.has_value(), "an hour before its login, a token answered " + outcome(second))) return;
  const auto third = b.present(second->token, -24h);
  if (!t.expect(third.has_value(), "a day before its login, a token answered " + outcome(third))) return;
  const auto found = t.ask(refresh::find{b.session});
  t.expect(found && found->row.rotated_at >= t.at(0), "a session's times went back with the clock");
  const auto purged = run_on(t, b.service.purge(t.at(0) - 1h));
  t.expect(purged && t.ask(refresh::find{b.session}), "a purge an hour before a login removed its session");
  const auto ended = run_on(t, b.service.end(b.user, b.session, end_reason::admin, t.at(0) - 24h));
  t.expect(ended && *ended, "a sign-out a day before its login answered " + outcome(ended));
  b.expect_revoked("after a sign-out");
}

constexpr judge<refresh::store> all[] = {
    {{"sessions.flows.rotate",
      "A rotation whose answer was lost is repeated under web, with the same successor."},
     lost_rotation_is_repeated},
    {{"sessions.flows.rotate_strict",
      "A rotation whose answer was lost is repeated under strict, or is reuse."},
     lost_rotation_is_never_two},
    {{"sessions.flows.reuse",
      "Once reuse is answered the session is revoked, whatever answers were lost before."},
     lost_reuse_is_found_again},
    {{"sessions.flows.end_all",
      "Ending all sessions, its answer lost, is repeated, and no token or login outlives it."},
     lost_bump_is_repeated},
    {{"sessions.flows.end", "A sign-out whose answer was lost is repeated, and ends the session."},
     lost_sign_out_is_repeated},
    {{"sessions.flows.race_strict",
      "Of many that present one token under strict, one rotates it, and no more."},
     one_rotates_under_strict},
    {{"sessions.flows.race_web", "Of many that present one token under web, all are answered one successor."},
     one_successor_under_web},
    {{"sessions.flows.clock",
      "A clock that goes back ends no session, and no time of a session goes back with it."},
     clock_goes_back},
};

}  // namespace

sessions_judges sessions_clauses() { return all; }

}  // namespace ekauth::inline v1::testing_flows
