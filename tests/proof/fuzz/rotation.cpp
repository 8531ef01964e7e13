// The refresh state machine: logins, presenters of any token there ever was, sign-outs and a clock that
// jumps, in any interleaving of their storage requests, of which any may fail before or after it was done.
// Whatever the order, a generation has one token, strict spends it once, and what was ended stays ended.
#include <ekauth/memory.hpp>
#include <ekauth/refresh.hpp>
#include <ekauth/run.hpp>

#include <map>
#include <optional>
#include <set>

#include "fuzz/fuzz.hpp"
#include "refresh/format.hpp"
#include "support/fixed.hpp"

using namespace ekauth;
using fuzz::must;

namespace {

const subject_id someone("usr_1");

struct presenter {
  refresh::refresh_flow flow;
  std::string token;
  std::string family;
  bool began_dead;  // its session had ended before it began
};

class world {
 public:
  explicit world(fuzz::input in) : in_(in), strict_(in_.byte() % 2 == 0) {
    refresh::policy rules = strict_ ? refresh::strict() : refresh::web();
    rules.idle_lifetime = std::chrono::hours(24);
    service_.emplace(*refresh::service::make(fixed::roots("1a"), rules, random_));
  }

  void go() {
    for (int steps = 0; !in_.empty() && steps < 400; ++steps) {
      step();
      check_rows();
    }
    while (!running_.empty()) advance(running_.size() - 1, false);
    check_rows();
  }

 private:
  void step() {
    const std::uint8_t what = in_.byte();
    switch (what % 8) {
      case 0:
        return login();
      case 1:
      case 2:
        return present(what / 8u);
      case 3:
      case 4:
      case 5:
        if (!running_.empty()) advance(what / 8u % running_.size(), true);
        return;
      case 6:
        now_ += std::chrono::seconds(in_.byte()) * (what & 128 ? 600 : 1) -
                std::chrono::seconds(what & 8 ? 60 : 0);
        return;
      default:
        return what & 128 ? end_all() : end(what / 8u);
    }
  }

  void login() {
    if (ended_.size() > 3) return;
    const auto epoch = run(service_->epoch(someone), store_);
    auto made = run(service_->login({.granted = {someone, {}}, .epoch = *epoch}, now_), store_);
    must(made.has_value(), "a login at the present epoch succeeds");
    ended_[made->session.text()] = false;
    learn(*made);
  }

  void present(std::size_t which) {
    if (tokens_.empty() || running_.size() > 5) return;
    const std::string token = tokens_[tokens_.size() - 1 - which % tokens_.size()];
    const std::string family((*refresh::split(token)).family);
    running_.push_back({service_->refresh(token, {.now = now_}), token, family, ended_.at(family)});
  }

  void advance(std::size_t which, bool may_fail) {
    presenter& each = running_[which];
    const std::uint8_t luck = may_fail ? in_.byte() : 255;
    if (!each.flow.done())
      each.flow.next([&](auto asked) {
        constexpr error lost{errc::store_unavailable, "lost"};
        if (luck == 0) return each.flow.resume(asked, lost);
        auto answer = store_.answer(asked);
        if (luck == 1) answer = lost;
        each.flow.resume(asked, std::move(answer));
      });
    if (!each.flow.done()) return;
    judge(each, std::move(each.flow).take());
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(which));
  }

  void judge(const presenter& of, result<refresh::issued> answer) {
    if (answer) {
      must(!of.began_dead, "what was ended stays ended");
      if (strict_) must(spent_.insert(of.token).second, "under strict a token is spent once");
      learn(*answer);
    } else if (answer.error().code() == errc::refresh_token_reused) {
      must(row(of.family).state == refresh::status::revoked, "reuse ends its session before the answer");
      ended_[of.family] = true;
    }
  }

  void learn(const refresh::issued& answer) {
    const std::string token(answer.token.expose());
    const auto parts = refresh::split(token);
    must(parts.has_value() && parts->family == answer.session.text(),
         "an answered token is one of its session");
    const auto [at, is_new] =
        of_generation_.emplace(std::pair(answer.session.text(), parts->generation), token);
    must(at->second == token, "a generation has one token");
    if (is_new) tokens_.push_back(token);
    const auto [id, fresh] = access_ids_.emplace(answer.access_id.text(), token);
    must(id->second == token, "an access token's id belongs to one generation");
  }

  void end(std::size_t which) {
    if (tokens_.empty()) return;
    const std::string& token = tokens_[which % tokens_.size()];
    must(run(service_->end(token, now_), store_).has_value(), "a sign-out succeeds");
    ended_[std::string((*refresh::split(token)).family)] = true;
  }
  void end_all() {
    must(run(service_->end_all(someone, refresh::end_reason::password_changed, now_), store_).has_value(),
         "and so does that of all");
    for (auto& each : ended_) each.second = true;
  }

  refresh::record row(const std::string& family) {
    return (**store_.answer(refresh::find{family_id(family)})).row;
  }

  void check_rows() {
    for (const auto& [family, is_ended] : ended_) {
      const refresh::record now = row(family);
      refresh::record& before = seen_.emplace(family, now).first->second;
      must(now.version >= before.version && now.generation >= before.generation, "a row never goes back");
      must(now.rotated_at >= before.rotated_at && now.last_ok_at >= before.last_ok_at, "nor do its times");
      must(before.state == refresh::status::active || now.state == before.state, "nor does its end");
      before = now;
    }
  }

  fuzz::input in_;
  bool strict_;
  fixed::counting_random random_;
  memory::store store_;
  std::optional<refresh::service> service_;
  time_point now_ = fixed::noon;
  std::vector<presenter> running_;
  std::vector<std::string> tokens_;
  std::set<std::string> spent_;
  std::map<std::string, bool> ended_;
  std::map<std::string, refresh::record> seen_;
  std::map<std::pair<std::string, std::uint32_t>, std::string> of_generation_;
  std::map<std::string, std::string> access_ids_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  world(fuzz::input(data, size)).go();
  return 0;
}
