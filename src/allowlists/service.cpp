#include "allowlists/core.hpp"
#include "core/subjects.hpp"

namespace ekauth::inline v1::allowlists {

namespace {

constexpr error wrong_row{errc::store_corrupt, "the store answered with another list"};
constexpr std::uint32_t most_entries = 1'000'000;
constexpr duration oldest = std::chrono::hours(1);

// The key is empty where the list is the account's.
result<void> check_holder(const holder& of) { return check_ids_if_given(of.account, of.key); }

// The account's list, or the key's where the holder is a key.
const find::answer& own(const holder& of, const find::reply& both) {
  return of.key.empty() ? both.account : both.key;
}

// A store may not answer with a list that was not asked for, nor leave out one that is not known.
bool is_answer(const find::answer& given, const holder& of, std::uint64_t known) {
  if (given.row) return given.row->of == of && given.row->version == given.version && given.version != 0;
  return given.version == 0 || given.version == known;
}

list shown(const record& row, time_point now) {
  const cidr::allowlist networks = alive(row.entries, now);
  return {row.of,
          row.enabled,
          row.entries,
          row.version,
          row.changed_at,
          networks.covers_all_ipv4(),
          networks.covers_all_ipv6()};
}

// What a table of remembered lists calls a holder: a length keeps two holders from sharing a name.
std::string name_of(const subject_id& account, const key_id& key) {
  return std::to_string(account.text().size()) + " " + account.text() + key.text();
}

}  // namespace

result<service> service::make(options how, random_source& random) {
  if (how.max_entries == 0 || how.max_entries > most_entries)
    return error{errc::option_invalid, "a list has room for 1 to 1,000,000 entries"};
  if (how.max_age < duration(0) || how.max_age > oldest)
    return error{errc::option_invalid, "max_age is 0 to an hour"};
  return service(make_shares<core>(how, random));
}

find_flow service::find(holder of, time_point now) const { return {std::move(of), now}; }

save_flow service::save(holder of, edit what, time_point now) const {
  return {shares_->inside, std::move(of), std::move(what), now};
}

switch_flow service::enable(holder of, std::optional<cidr::address> caller, time_point now) const {
  return {std::move(of), true, caller, now};
}

switch_flow service::disable(holder of, time_point now) const {
  return {std::move(of), false, std::nullopt, now};
}

check_flow service::check(holder of, std::optional<cidr::address> client, time_point now) const {
  return {shares_->one(), std::move(of), client, now};
}

find_flow::find_flow(holder of, time_point now) : now_(now) {
  if (auto ok = check_holder(of); !ok)
    finish(ok.error());
  else
    ask(allowlists::find{std::move(of)});
}

void find_flow::on(const allowlists::find& asked, allowlists::find::reply answer) {
  const auto& given = own(asked.of, answer);
  if (!is_answer(given, asked.of, 0)) return finish(wrong_row);
  finish(given.row ? shown(*given.row, now_) : list{.of = asked.of});
}

save_flow::save_flow(const core& inside, holder of, edit what, time_point now) : now_(now) {
  if (auto ok = check_holder(of); !ok) {
    finish(ok.error());
    return;
  }
  auto row = decide_save(inside, std::move(of), what, now);
  if (!row)
    finish(row.error());
  else
    ask(allowlists::save{*std::move(row), what.expected});
}

void save_flow::on(const allowlists::save& asked, bool stored) {
  if (!stored) return finish(error{errc::version_conflict, "another change came first"});
  finish(shown(asked.row, now_));
}

switch_flow::switch_flow(holder of, bool on, std::optional<cidr::address> caller, time_point now)
    : on_(on), caller_(caller), now_(now) {
  if (auto ok = check_holder(of); !ok)
    finish(ok.error());
  else
    ask(allowlists::find{std::move(of)});
}

void switch_flow::on(const allowlists::find& asked, allowlists::find::reply answer) {
  const auto& given = own(asked.of, answer);
  if (!is_answer(given, asked.of, 0)) return finish(wrong_row);
  record row = given.row.value_or(record{asked.of, false, {}, now_, 0});
  if (row.enabled == on_) return finish(given.row ? shown(row, now_) : list{.of = asked.of});
  if (on_)
    if (auto ok = decide_enabled(row.entries, caller_, now_); !ok) return finish(ok.error());
  row.enabled = on_;
  row.changed_at = now_;
  ++tries_;
  const std::uint64_t expected = row.version++;
  ask(allowlists::save{std::move(row), expected});
}

void switch_flow::on(const allowlists::save& asked, bool stored) {
  if (stored) return finish(shown(asked.row, now_));
  if (tries_ == max_tries) return finish(error{errc::version_conflict, "other changes kept coming between"});
  ask(allowlists::find{asked.row.of});
}

check_flow::check_flow(std::shared_ptr<core> inside, holder of, std::optional<cidr::address> client,
                       time_point now)
    : core_(std::move(inside)), client_(client), now_(now) {
  if (auto ok = check_holder(of); !ok) {
    finish(ok.error());
    return;
  }
  account_ = core_->policies.find(name_of(of.account, {})).value_or(nullptr);
  if (!of.key.empty()) key_ = core_->policies.find(name_of(of.account, of.key)).value_or(nullptr);
  const auto is_fresh = [&](const std::shared_ptr<const policy>& one) {
    return one != nullptr && one->is_fresh(now_, core_->how.max_age);
  };
  if (is_fresh(account_) && (of.key.empty() || is_fresh(key_))) {
    decide(*account_, of.key.empty() ? nullptr : key_.get());
    return;
  }
  const auto known = [&](const std::shared_ptr<const policy>& one) {
    return one == nullptr || one->is_outlived(now_) ? std::uint64_t{0} : one->version();
  };
  ask(allowlists::find{std::move(of), known(account_), known(key_)});
}

void check_flow::on(const allowlists::find& asked, allowlists::find::reply answer) {
  const bool of_key = !asked.of.key.empty();
  if (!is_answer(answer.account, {asked.of.account}, asked.known_account) ||
      (of_key && !is_answer(answer.key, asked.of, asked.known_key)))
    return finish(wrong_row);
  const auto policy_of = [&](const allowlists::find::answer& given,
                             const std::shared_ptr<const policy>& before, const key_id& key) {
    const bool is_known = !given.row && given.version != 0;  // and what is known was made of that version
    // Who asks every time does not need to know when it was seen last; and threads would meet at keeping it.
    if (is_known && core_->how.max_age == duration(0)) return before;
    auto made = std::make_shared<const policy>(is_known ? before->seen_again(now_) : policy(given.row, now_));
    core_->policies.keep(name_of(asked.of.account, key), made);
    return made;
  };
  const auto account = policy_of(answer.account, account_, {});
  if (!of_key) return decide(*account, nullptr);
  const auto key = policy_of(answer.key, key_, asked.of.key);
  decide(*account, key.get());
}

void check_flow::decide(const policy& account, const policy* key) {
  if (!account.admits(client_)) return finish(error{errc::ip_not_allowed, "not on the account's allowlist"});
  if (key != nullptr && !key->admits(client_))
    return finish(error{errc::ip_not_allowed, "not on the key's allowlist"});
  finish(result<void>());
}

}  // namespace ekauth::inline v1::allowlists
