#include <ekauth/audit.hpp>

#include "audit/seeded.hpp"

#include <algorithm>
#include <mutex>
#include <new>
#include <utility>

namespace ekauth::inline v1::audit {

namespace {

constexpr std::size_t longest_subject = 255;  // bytes; what no subject_id has is not kept

// A line and whose it is, in one piece of memory: the subject, then the text.
class kept {
 public:
  kept() = default;
  kept(std::string_view subject, std::string_view text) noexcept
      : bytes_(new (std::nothrow) char[subject.size() + text.size()]) {
    if (!bytes_) return;
    subject_ = static_cast<std::uint32_t>(subject.size());
    size_ = static_cast<std::uint32_t>(subject.size() + text.size());
    std::ranges::copy(text, std::ranges::copy(subject, bytes_.get()).out);
  }

  explicit operator bool() const noexcept { return bytes_ != nullptr; }
  [[nodiscard]] std::string_view subject() const noexcept { return {bytes_.get(), subject_}; }
  [[nodiscard]] std::string_view text() const noexcept { return {bytes_.get() + subject_, size_ - subject_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::uint32_t subject_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace

struct recent::ring {
  std::mutex mutex;
  std::vector<kept> lines;
  std::size_t next = 0;  // the oldest, and the next to be replaced
};

recent::recent(recent_options how, random_source& random)
    : subjects_(std::max<std::size_t>(how.subjects, 1)),
      seed_(draw_seed(random)),
      rings_(std::make_unique<ring[]>(subjects_)) {
  for (std::size_t i = 0; i < subjects_; ++i) rings_[i].lines.resize(std::max<std::size_t>(how.lines, 1));
}

recent::~recent() = default;

void recent::write(const event& what) noexcept {
  if (what.subject.empty() || what.subject.size() > longest_subject) return;
  const line text(what);
  kept fresh(what.subject, text.text());
  if (!fresh) {
    ++dropped_;
    return;
  }
  ring& mine = ring_of(what.subject);
  const std::lock_guard lock(mine.mutex);
  std::swap(mine.lines[mine.next], fresh);
  mine.next = (mine.next + 1) % mine.lines.size();
}

std::vector<std::string> recent::newest(std::string_view subject, std::size_t limit) const {
  std::vector<std::string> found;
  if (subject.empty()) return found;
  ring& mine = ring_of(subject);
  const std::lock_guard lock(mine.mutex);
  const std::size_t size = mine.lines.size();
  for (std::size_t i = 1; i <= size && found.size() < limit; ++i)
    if (const kept& each = mine.lines[(mine.next + size - i) % size]; each && each.subject() == subject)
      found.emplace_back(each.text());
  return found;
}

recent::ring& recent::ring_of(std::string_view subject) const noexcept {
  return rings_[mix(seed_, subject) % subjects_];
}

}  // namespace ekauth::inline v1::audit
