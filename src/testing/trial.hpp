// What a clause judges with: two handles on a store, names of its own, and a place for what it saw.
#pragma once

#include <ekauth/testing.hpp>

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace ekauth::inline v1::testing {

inline constexpr std::size_t crowd = 16;

/// Runs act(0) … act(crowd - 1) at once, each in a thread of its own, and waits for all.
void together(const std::function<void(std::size_t)>& act);

/// Between two reads of a loop: where a store lets readers pass first, a crowd of them would keep a writer
/// waiting.
void give_way();

/// Keeps a writer beside those who read what it writes: a fast store would be done before they looked.
class pace {
 public:
  void read() noexcept { ++reads_; }
  /// Until a few more reads have begun; not for long, since they may be blocked, or over.
  void wait() const noexcept {
    const std::uint64_t until = reads_ + 4;
    for (int i = 0; i < 1000 && reads_ < until; ++i) give_way();
  }

 private:
  std::atomic<std::uint64_t> reads_ = 0;
};

/// A suffix for ids: four base62 digits, in byte order of the numbers.
[[nodiscard]] std::string numbered(std::uint64_t n);

/// The part that knows no store. Threads may share it.
class notes {
 public:
  notes(const options& how, std::string names);

  /// Keeps what was seen against the contract, the first time: what follows from it is no news.
  void saw(std::string_view text);

  /// condition, having noted the text where it is false.
  bool expect(bool condition, std::string_view otherwise) {
    if (!condition) saw(otherwise);
    return condition;
  }

  [[nodiscard]] bool is_broken();
  /// Whether a race is to be run once more: there are rounds left, and nothing was seen yet.
  [[nodiscard]] bool goes_on(std::uint32_t round) { return round < how_.rounds && !is_broken(); }
  [[nodiscard]] std::uint32_t rounds() const noexcept { return how_.rounds; }
  [[nodiscard]] time_point at(std::int64_t milliseconds) const { return how_.start + duration(milliseconds); }

  /// Text that no other clause and no other run uses: the same for the same label, which is 1 to 200 bytes.
  [[nodiscard]] subject_id subject(std::string_view label) const;
  /// Ids as the services draw them, in byte order of their suffixes, which are 4 base62 digits.
  [[nodiscard]] key_id key(std::string_view suffix) const;
  [[nodiscard]] family_id family(const subject_id& subject, std::string_view suffix) const;

  [[nodiscard]] std::optional<std::string> first_seen() &&;

 private:
  const options& how_;
  const std::string names_;  // 10 base62 digits
  std::mutex lock_;
  std::optional<std::string> seen_;
};

/// Asks the two handles in turn.
template <class Store>
class trial : public notes {
 public:
  trial(Store& here, Store& there, const options& how, std::string names)
      : notes(how, std::move(names)), handles_{&here, &there} {}

  [[nodiscard]] Store& handle() noexcept { return *handles_[turn_.fetch_add(1) % 2]; }

  /// The store's answer. An error is noted, and then the answer is an empty one.
  template <class Request>
  typename Request::reply ask(const Request& request) {
    auto answer = handle().answer(request);
    if (answer) return *std::move(answer);
    saw(std::string(Request::name)
            .append(" answered the error ")
            .append(name(answer.error().code()))
            .append(": ")
            .append(answer.error().text()));
    return {};
  }

 private:
  Store* const handles_[2];
  std::atomic<unsigned> turn_ = 0;
};

using keys_trial = trial<keys::store>;
using sessions_trial = trial<refresh::store>;
using allowlists_trial = trial<allowlists::store>;

/// A clause and the function that judges it.
template <class Store>
struct judge {
  clause said;
  void (*run)(trial<Store>&);
};

}  // namespace ekauth::inline v1::testing
