// Sessions under operations by chance, on every store, beside a model: login, refresh with any token there
// ever was, sign-outs of every kind, purges, clocks that jump, and storage that fails before or after it
// wrote.
#include "properties/sessions_model.hpp"

#include <ekauth/run.hpp>

#include <set>

#include "properties/world.hpp"

using namespace properties;

namespace {

struct named_policy {
  const char* name;
  refresh::policy rules;
};

std::vector<named_policy> policies() {
  refresh::policy bounded = refresh::web();
  bounded.absolute_lifetime = std::chrono::hours(24 * 40);
  bounded.max_replays = 2;
  refresh::policy patient = refresh::web();
  patient.race_window = std::chrono::minutes(5);
  patient.lost_window = std::chrono::minutes(3);
  patient.idle_lifetime = std::chrono::hours(24 * 3);
  return {{"strict", refresh::strict()},
          {"web", refresh::web()},
          {"web, bounded", bounded},
          {"minutes to retry", patient}};
}

class sessions_world {
 public:
  sessions_world(const under_test::adapter& which, std::uint64_t seed, refresh::policy rules)
      : roll_(seed),
        random_(seed),
        stores_(which),
        rules_(rules),
        model_(rules),
        old_(*refresh::service::make(fixed::roots("1ab"), rules, random_)),
        new_(*refresh::service::make(newer_roots(), rules, random_)) {}

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

  void step() {
    switch (roll_.below(20)) {
      case 0:
      case 1:
        return login();
      case 2:
        return end_by_token();
      case 3:
        return end_by_id();
      case 4:
        return roll_.once_in(2) ? end_all() : login();
      case 5:
        return roll_.once_in(3) ? purge() : login();
      case 6:
        return forged();
      default:
        return refresh_any();
    }
  }

  static server_keys newer_roots() {
    server_keys roots = fixed::roots("1ab");
    REQUIRE(roots.activate('b'));
    return roots;
  }
  refresh::service& a_service() { return roll_.once_in(2) ? old_ : new_; }
  subject_id some_subject() { return subject_id(roll_.word({"usr_1", "usr_2", "usr_3"})); }
  std::optional<digest> some_binding() {
    if (!roll_.once_in(4)) return std::nullopt;
    return records::bytes(static_cast<std::uint8_t>(roll_.below(2)));
  }
  void note(const std::string& what) {
    history_ += what + "; ";
    if (history_.size() > 600) history_.erase(0, history_.size() - 600);
  }
  // A session by chance, the newest ones more often; none while there is none.
  model_session* some_session() {
    if (order_.empty()) return nullptr;
    const std::size_t back =
        roll_.once_in(3) ? roll_.below(order_.size()) : roll_.below(std::min<std::size_t>(4, order_.size()));
    return &model_.sessions.at(order_[order_.size() - 1 - back]);
  }

  void login() {
    const subject_id who = some_subject();
    const auto epoch = run(a_service().epoch(who), stores_.store);
    REQUIRE(epoch);
    REQUIRE(*epoch == model_.subjects[who.text()].epoch);
    const bool stale = roll_.once_in(8);
    refresh::new_session wanted{.granted = {who, records::scopes(roll_.word({"", "events:read", "a b:c"}))},
                                .epoch = stale ? *epoch + 1 : *epoch,
                                .client = roll_.word({"", "Firefox", "curl"}),
                                .binding = some_binding()};
    const auto made = run(a_service().login(wanted, now_), stores_.store);
    note("login");
    if (stale) {
      REQUIRE_FALSE(made);
      CHECK(made.error().code() == errc::invalid_credentials);
      return;
    }
    REQUIRE(made);
    model_session fresh;
    fresh.id = made->session;
    fresh.granted = wanted.granted;
    fresh.client = wanted.client;
    fresh.binding = wanted.binding;
    fresh.epoch = *epoch;
    fresh.created = fresh.rotated = fresh.handed_out = now_;
    fresh.idle_deadline = now_ + rules_.idle_lifetime;
    if (rules_.absolute_lifetime) fresh.absolute_deadline = now_ + *rules_.absolute_lifetime;
    fresh.generations.emplace_back();
    order_.push_back(fresh.id.text());
    const auto [at, is_new] = model_.sessions.emplace(fresh.id.text(), fresh);
    CHECK(is_new);
    check_answer(at->second, {.kind = issue_kind::login}, *made);
  }

  // Whether an answer is the one token of its generation, and says what the session says.
  void check_answer(model_session& of, const expectation& expected, const refresh::issued& got) {
    model_session::generation& known = of.generations.at(expected.generation);
    const std::string token(got.token.expose());
    CHECK(got.kind == expected.kind);
    CHECK(got.session == of.id);
    CHECK(got.granted == of.granted);
    CHECK(got.issued_at == of.rotated);
    CHECK(got.expires_at == of.deadline());
    if (known.token) {
      CHECK(token == *known.token);
    } else {
      CHECK(tokens_.insert(token).second);  // never handed out before
    }
    if (known.access_id) {
      CHECK(got.access_id == *known.access_id);
    } else {
      CHECK(access_ids_.insert(got.access_id.text()).second);
    }
    known = {token, got.access_id};
    seen_.insert("kind " + std::to_string(static_cast<int>(got.kind)));
  }

  void refresh_any() {
    model_session* const of = some_session();
    if (of == nullptr) return login();
    const std::size_t age = roll_.once_in(2) ? 0 : roll_.once_in(2) ? 1 : roll_.below(of->generations.size());
    if (age > of->current()) return;
    const std::size_t generation = of->current() - age;
    const auto& token = of->generations[generation].token;
    if (!token) return;  // nobody knows it
    const std::optional<digest> binding = of->binding && !roll_.once_in(6) ? of->binding : some_binding();
    const expectation expected = model_.present(*of, generation, binding, now_);

    stores_.maybe_fail(roll_, 10);
    const auto got = run(a_service().refresh(*token, {.now = now_, .binding = binding}), stores_.store);
    const outcome_kind became = stores_.of(expected.requests, expected.writes);
    note("refresh " + of->id.text() + " age " + std::to_string(age));
    if (became != outcome_kind::undone) model_.apply(*of, expected, now_);
    if (became != outcome_kind::done) {
      REQUIRE_FALSE(got);
      CHECK(got.error().code() == errc::store_unavailable);
      seen_.insert(became == outcome_kind::lost ? "lost" : "undone");
    } else if (expected.refusal != errc{}) {
      REQUIRE_FALSE(got);
      CHECK(name(got.error().code()) == name(expected.refusal));
      if (expected.refusal == errc::refresh_token_revoked)
        CHECK(got.error().text() == std::string(refresh::name(expected.reason)));
      seen_.insert(std::string(name(expected.refusal)));
    } else {
      REQUIRE(got);
      check_answer(*of, expected, *got);
    }
  }

  void end_by_token() {
    model_session* const of = some_session();
    if (of == nullptr) return login();
    const auto& token = of->generations[roll_.below(of->generations.size())].token;
    if (!token) return;
    const auto ended = run(a_service().end(*token, now_), stores_.store);
    note("end " + of->id.text());
    REQUIRE(ended);
    CHECK(*ended == (!of->purged && !of->ended));
    sessions_model::end(*of, end_reason::signed_out);
  }

  void end_by_id() {
    model_session* const of = some_session();
    if (of == nullptr) return login();
    const subject_id who = some_subject();
    const end_reason why = roll_.once_in(2) ? end_reason::admin : end_reason::signed_out;
    const auto ended = run(a_service().end(who, of->id, why, now_), stores_.store);
    note("end by id " + of->id.text());
    if (of->purged || who != of->granted.subject) {
      REQUIRE_FALSE(ended);
      CHECK(ended.error().code() == errc::not_found);
      return;
    }
    REQUIRE(ended);
    CHECK(*ended == !of->ended);
    sessions_model::end(*of, why);
  }

  void end_all() {
    const subject_id who = some_subject();
    const end_reason why =
        roll_.once_in(2) ? end_reason::password_changed : end_reason::signed_out_everywhere;
    const auto epoch = run(a_service().end_all(who, why, now_), stores_.store);
    note("end all of " + who.text());
    REQUIRE(epoch);
    model_subject& owner = model_.subjects[who.text()];
    CHECK(*epoch == ++owner.epoch);
    owner.reason = why;
  }

  // When: now, or around the very deadline of a session. The store chooses which of those that are due go
  // first.
  void purge() {
    const model_session* const edge = some_session();
    const bool at_the_edge = edge != nullptr && roll_.once_in(2);
    const time_point at = at_the_edge ? edge->deadline() - duration(static_cast<int>(roll_.below(2))) : now_;
    const auto is_due = [&](const model_session& each) { return !each.purged && each.deadline() <= at; };
    std::size_t due = 0;
    for (const auto& [id, each] : model_.sessions) due += is_due(each) ? 1 : 0;
    const auto limit = static_cast<std::uint32_t>(1 + roll_.below(roll_.once_in(2) ? 3 : 1000));
    const auto removed = run(a_service().purge(at, limit), stores_.store);
    note("purge");
    REQUIRE(removed);
    CHECK(*removed == std::min<std::size_t>(due, limit));
    std::uint32_t gone = 0;
    for (auto& [id, each] : model_.sessions) {
      if (each.purged) continue;
      const auto row = stores_.store.answer(refresh::find{each.id});
      REQUIRE(row);
      if (row->has_value()) continue;
      CHECK(is_due(each));
      each.purged = true;
      ++gone;
    }
    CHECK(gone == *removed);
    if (gone > 0) seen_.insert("purged");
  }

  void forged() {
    model_session* const of = some_session();
    if (of == nullptr || !of->generations.back().token) return login();
    std::string token = *of->generations.back().token;
    const std::size_t at = roll_.below(token.size());
    const char before = token[at];
    while (token[at] == before) token[at] = roll_.one_of("0123456789abcXYZ_");
    stores_.store.calls = 0;
    CHECK_FALSE(run(a_service().refresh(token, {.now = now_}), stores_.store));
    CHECK(*run(a_service().end(token, now_), stores_.store) == false);
    CHECK(stores_.store.calls == 0);
  }

  void compare_lists() {
    for (const char* const who : {"usr_1", "usr_2", "usr_3", "usr_nobody"}) {
      std::vector<refresh::session_info> listed;
      family_id after;
      for (;;) {
        const auto limit = static_cast<std::uint32_t>(1 + roll_.below(40));
        auto page = run(a_service().list(subject_id(who), now_, after, limit), stores_.store);
        REQUIRE(page);
        const bool last = page->size() < limit;
        for (auto& each : *page) listed.push_back(each);
        if (last) break;
        after = listed.back().id;
      }
      compare_list(who, listed);
    }
  }
  void compare_list(std::string_view who, const std::vector<refresh::session_info>& listed) {
    std::size_t at = 0;
    for (const auto& [id, each] : model_.sessions) {
      if (each.purged || each.granted.subject.text() != who) continue;
      CAPTURE(id);
      REQUIRE(at < listed.size());
      const refresh::session_info& shown = listed[at++];
      CHECK(shown.id == each.id);
      CHECK(shown.granted == each.granted);
      CHECK(shown.client == each.client);
      CHECK(shown.created_at == each.created);
      CHECK(shown.last_refreshed_at == each.rotated);
      CHECK(shown.expires_at == each.deadline());
      CHECK(shown.live == model_.is_live(each, now_));
      CHECK(shown.reason == model_.reason_of(each));
    }
    CHECK(at == listed.size());
  }

  dice roll_;
  fixed::counting_random random_;
  flaky_store stores_;
  refresh::policy rules_;
  sessions_model model_;
  refresh::service old_, new_;  // the same server keys, before and after another became active
  time_point now_ = fixed::noon;
  std::vector<std::string> order_;  // of login
  std::set<std::string> tokens_, access_ids_, seen_;
  std::string history_;
};

// Whether the sequences met what they are for.
void check_seen(const std::set<std::string>& seen) {
  for (const char* what :
       {"kind 0", "kind 1", "kind 2", "kind 3", "lost", "undone", "purged", "refresh_token_expired",
        "refresh_token_revoked", "refresh_token_reused", "refresh_binding_mismatch"}) {
    CAPTURE(what);
    CHECK(seen.count(what) == 1);
  }
}

void run_worlds(const under_test::adapter& which, std::uint64_t first, effort much) {
  std::set<std::string> seen;
  for (const std::uint64_t seed : seeds(first, much.sequences)) {
    const named_policy policy = policies()[seed % policies().size()];
    INFO("EKAUTH_SEED=" << seed << ", " << which.name << ", " << policy.name);
    sessions_world world(which, seed, policy.rules);
    world.run_steps(much.steps);
    seen.insert(world.seen().begin(), world.seen().end());
  }
  if (std::getenv("EKAUTH_SEED") == nullptr) check_seen(seen);
  fixed::figure("operations by chance on sessions beside a model, " + std::string(which.name),
                std::to_string(much.sequences * static_cast<std::uint64_t>(much.steps)) + " in " +
                    std::to_string(much.sequences) + " sequences, 0 differences");
}

}  // namespace

TEST_CASE("sessions do what the table says on every store, whatever is done in whatever order", "[refresh]") {
  for (const under_test::adapter& each : under_test::adapters()) run_worlds(each, 1, effort_for(each));
}

TEST_CASE("for a million steps, sessions do what the table says on every store", "[refresh][.long]") {
  for (const under_test::adapter& each : under_test::adapters())
    run_worlds(each, 100'000, long_effort_for(each));
}
