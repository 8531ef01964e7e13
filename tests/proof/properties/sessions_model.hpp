// Sessions as the documentation describes them, in the plainest way: every session with every token that it
// ever had. Written from docs/FORMATS.md; shares no code with src/refresh.
#pragma once

#include <ekauth/refresh.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace properties {

using namespace ekauth;
using refresh::end_reason;
using refresh::issue_kind;

struct model_session {
  family_id id;
  grant granted;
  std::string client;
  std::optional<digest> binding;
  std::uint64_t epoch = 0;
  time_point created, rotated, handed_out, idle_deadline;
  std::optional<time_point> absolute_deadline;
  std::uint32_t replays = 0;
  bool ended = false;
  end_reason reason = end_reason::none;
  bool purged = false;

  /// One for each generation; no text where its answer was lost on the way.
  struct generation {
    std::optional<std::string> token;
    std::optional<token_id> access_id;
  };
  std::vector<generation> generations;

  [[nodiscard]] std::size_t current() const { return generations.size() - 1; }
  [[nodiscard]] time_point deadline() const {
    return std::min(idle_deadline, absolute_deadline.value_or(idle_deadline));
  }
};

struct model_subject {
  std::uint64_t epoch = 0;
  end_reason reason = end_reason::none;
};

/// What a presented token has to come to.
struct expectation {
  errc refusal{};
  end_reason reason = end_reason::none;  // told with refresh_token_revoked
  issue_kind kind = issue_kind::rotated;
  std::size_t generation = 0;  // of the token that is answered
  int requests = 1;
  bool writes = false;
};

class sessions_model {
 public:
  explicit sessions_model(refresh::policy rules) : rules_(rules) {}

  std::map<std::string, model_session> sessions;
  std::map<std::string, model_subject> subjects;

  [[nodiscard]] expectation present(const model_session& of, std::size_t generation,
                                    const std::optional<digest>& binding, time_point now) const {
    const auto refused = [](errc why, end_reason reason = end_reason::none) {
      return expectation{.refusal = why, .reason = reason};
    };
    if (of.purged) return refused(errc::refresh_token_expired);
    if (of.ended) return refused(errc::refresh_token_revoked, of.reason);
    const model_subject owner = subject_of(of);
    if (owner.epoch != of.epoch) return refused(errc::refresh_token_revoked, owner.reason);
    if (now >= of.deadline()) return refused(errc::refresh_token_expired);
    if (of.binding && of.binding != binding) return refused(errc::refresh_binding_mismatch);
    if (generation == of.current()) {
      if (rules_.coalesce && generation > 0 && since(of.handed_out, now) < rules_.race_window)
        return {.kind = issue_kind::coalesced, .generation = generation};
      return {.kind = issue_kind::rotated, .generation = generation + 1, .requests = 2, .writes = true};
    }
    const bool previous = generation + 1 == of.current();
    if (previous && of.replays < rules_.max_replays && since(of.rotated, now) < rules_.lost_window)
      return {.kind = issue_kind::replayed, .generation = of.current(), .requests = 2, .writes = true};
    return {.refusal = errc::refresh_token_reused, .requests = 2, .writes = true};
  }

  /// What the session is afterwards.
  void apply(model_session& to, const expectation& what, time_point now) const {
    if (what.refusal == errc::refresh_token_reused) end(to, end_reason::reuse_detected);
    if (what.refusal != errc{}) return;
    if (what.kind == issue_kind::rotated) {
      to.rotated = to.handed_out = std::max({now, to.rotated, to.handed_out});
      to.idle_deadline = std::max(to.idle_deadline, to.rotated + rules_.idle_lifetime);
      to.replays = 0;
      to.generations.emplace_back();
    } else if (what.kind == issue_kind::replayed) {
      to.handed_out = std::max(now, to.handed_out);
      ++to.replays;
    }
  }

  static void end(model_session& which, end_reason why) {
    if (which.ended) return;
    which.ended = true;
    which.reason = why;
  }

  [[nodiscard]] bool is_live(const model_session& of, time_point now) const {
    return !of.ended && subject_of(of).epoch == of.epoch && now < of.deadline();
  }
  [[nodiscard]] end_reason reason_of(const model_session& of) const {
    if (of.ended) return of.reason;
    const model_subject owner = subject_of(of);
    return owner.epoch != of.epoch ? owner.reason : end_reason::none;
  }

 private:
  [[nodiscard]] model_subject subject_of(const model_session& of) const {
    const auto known = subjects.find(of.granted.subject.text());
    return known == subjects.end() ? model_subject{} : known->second;
  }
  static duration since(time_point then, time_point now) { return now < then ? duration(0) : now - then; }
  refresh::policy rules_;
};

}  // namespace properties
