// A sink that keeps everything, for any number of threads.
#pragma once

#include <ekauth/audit.hpp>

#include <mutex>
#include <string>
#include <vector>

namespace collected {

class sink final : public ekauth::audit::sink {
 public:
  void write(const ekauth::audit::event& what) noexcept override {
    const std::lock_guard lock(mutex_);
    if (what.what == ekauth::audit::kind::audit_suppressed) {
      ++summaries_;
      suppressed_ += what.count;
    } else {
      ++passed_;
    }
    lines_.push_back(to_json(what));
  }

  /// Events that are no summaries; summaries; and what those count.
  [[nodiscard]] std::uint64_t passed() const { return passed_; }
  [[nodiscard]] std::uint64_t summaries() const { return summaries_; }
  [[nodiscard]] std::uint64_t suppressed() const { return suppressed_; }

  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

  /// The lines since the last call, in order.
  std::vector<std::string> take() {
    std::vector<std::string> taken(lines_.begin() + static_cast<std::ptrdiff_t>(taken_), lines_.end());
    taken_ = lines_.size();
    return taken;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
  std::size_t taken_ = 0;
  std::uint64_t passed_ = 0, summaries_ = 0, suppressed_ = 0;
};

}  // namespace collected
