// Writes what happened as JSON lines, keeps floods small, and shows an account's owner what concerns it.

#include <ekauth/audit.hpp>
#include <ekauth/ids.hpp>

#include <atomic>
#include <cstdio>

using namespace ekauth;

namespace {

/// Where events end: lines on standard output, and the newest of each account in memory.
class trail final : public audit::sink {
 public:
  void write(const audit::event& what) noexcept override {
    const audit::line line(what);
    std::fwrite(line.with_newline().data(), 1, line.with_newline().size(), stdout);
    ++lines_;
    newest_.write(what);
  }

  [[nodiscard]] int lines() const { return lines_; }
  [[nodiscard]] const audit::recent& newest() const { return newest_; }

 private:
  std::atomic<int> lines_ = 0;
  audit::recent newest_;
};

}  // namespace

int main() {
  trail lines;
  audit::flood_control events(lines);  // what the server's code gets to see
  const subject_id account("acc_9i8h7g6f5e");
  const time_point start = now();

  // What was done is always written. Ids only: a credential has no place in an event.
  events.write(
      {.what = audit::kind::key_revoked, .at = start, .subject = account.text(), .key = "key_1a2b3c4d5e"});

  // Somebody tries keys. Ten refusals of a network pass in a minute; the rest becomes one line with a count.
  const auto client = cidr::address::parse("203.0.113.77");
  if (!client) return 1;
  for (int attempt = 0; attempt < 5000; ++attempt)
    events.write({.what = audit::kind::auth_failed,
                  .at = start + std::chrono::milliseconds(attempt),
                  .code = errc::key_tag_mismatch,  // precise: for the log, never for the client
                  .client = *client,
                  .path = "/v1/events?api_key=ek_live_guessed"});
  events.flush(start + std::chrono::minutes(1));  // about once a minute, and at shutdown

  for (const auto& line : lines.newest().newest(account.text()))
    std::printf("the owner sees %s\n", line.c_str());
  return lines.lines() == 1 + 10 + 1 && lines.newest().newest(account.text()).size() == 1 ? 0 : 1;
}
