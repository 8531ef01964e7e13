// What the deliberately defective stores share: one lock, and a way to leave it at the wrong moment.
#pragma once

#include <ekauth/clock.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace faulty {

using namespace ekauth;

/// As a comparison that knows no case would have it.
inline std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// As a C string would have it.
inline std::string until_nul(const std::string& text) { return text.c_str(); }

class one_lock {
 protected:
  using held = std::unique_lock<std::mutex>;

  held enter() {
    held all(lock_);
    ++calls_;
    called_.notify_all();
    return all;
  }

  /// Between a check and what follows from it: lets others in, as many calls as said or until none comes.
  void leave_for(held& all, std::uint64_t calls,
                 std::chrono::milliseconds most = std::chrono::milliseconds(20)) {
    const std::uint64_t until = calls_ + calls;
    called_.wait_for(all, most, [&] { return calls_ >= until; });
  }

  /// The same until something has happened, and whoever made it happen has had time to look at what is there.
  void leave_until(held& all, const bool& happened) {
    const auto over = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
    called_.wait_until(all, over, [&] { return happened; });
    leave_for(all, 300, std::chrono::milliseconds(200));
  }

 private:
  std::mutex lock_;
  std::condition_variable called_;
  std::uint64_t calls_ = 0;
};

}  // namespace faulty
