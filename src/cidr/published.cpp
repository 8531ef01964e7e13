#include <ekauth/cidr_published.hpp>

#include <utility>

#include "cidr/lookup.hpp"
#include "cidr/readers.hpp"

namespace ekauth::inline v1::cidr {

namespace {

constexpr std::uintptr_t enabled_bit = 1;  // free, for a lookup is aligned

using shared_word = std::atomic_ref<std::uintptr_t>;

const lookup* list_of(std::uintptr_t word) {
  return reinterpret_cast<const lookup*>(word & ~enabled_bit);  // NOLINT(performance-no-int-to-ptr)
}

std::uintptr_t load(const std::uintptr_t& word) {
  return shared_word(const_cast<std::uintptr_t&>(word)).load(std::memory_order_seq_cst);
}

}  // namespace

published::published(allowlist_setting setting) noexcept
    : word_(reinterpret_cast<std::uintptr_t>(std::exchange(setting.list.merged_, nullptr)) |
            (setting.enabled ? enabled_bit : 0)) {}

published::~published() {
  if (const lookup* const list = list_of(word_); list != nullptr) list->release();
}

bool published::allows(const address& who) const {
  const reading guard;
  const std::uintptr_t word = load(word_);
  if ((word & enabled_bit) == 0) return true;
  const lookup* const list = list_of(word);
  return list != nullptr && list->contains(who);
}

void published::replace(allowlist_setting setting) noexcept {
  published fresh(std::move(setting));
  const std::uintptr_t before = shared_word(word_).exchange(fresh.word_, std::memory_order_seq_cst);
  if (list_of(before) != nullptr) wait_for_readers();
  fresh.word_ = before;  // and ends with it
}

allowlist_setting published::current() const {
  const reading guard;
  const std::uintptr_t word = load(word_);
  allowlist_setting now;
  now.enabled = (word & enabled_bit) != 0;
  now.list.merged_ = list_of(word);
  if (now.list.merged_ != nullptr) now.list.merged_->hold();
  return now;
}

}  // namespace ekauth::inline v1::cidr
