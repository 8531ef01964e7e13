#include "cidr/v6_table.hpp"

#include <algorithm>

namespace ekauth::inline v1::cidr {

namespace {

constexpr std::size_t fewest_for_a_root = 1024;     // edges; a root costs 256 KiB
constexpr std::size_t most_for_a_root = 5'000'000;  // edges; beyond, tails might outgrow their 24 bits
constexpr std::uint32_t whole_answers = 2;          // words under it are states, others are places, plus two
constexpr std::uint64_t state_mask = 0xffffff;

}  // namespace

v6_table::v6_table(edges<address>&& places) {
  if (places.size() < fewest_for_a_root || places.size() > most_for_a_root) {
    places_ = std::move(places);
    places_.shrink_to_fit();
    return;
  }
  tails_.resize(2);  // states 0 and 1 are no places
  add_directories(find_steps(places));
  blocks_.shrink_to_fit();
  runs_.shrink_to_fit();
  tails_.shrink_to_fit();
}

// Folds edges within one 64-bit prefix into a tail, so that a step is told by 64 bits.
v6_table::steps v6_table::find_steps(const edges<address>& places) {
  steps all;
  all.reserve(places.size() + 1);
  bool within = false;
  for (std::size_t i = 0; i < places.size();) {
    const std::uint64_t high = places[i].high();
    std::size_t end = i;
    while (end < places.size() && places[end].high() == high) ++end;
    const bool whole = places[i].low() == 0;
    if (whole) within = !within;
    const std::size_t inner = end - i - (whole ? 1 : 0);
    const std::uint32_t state = within ? inside : outside;
    if (inner == 0) {
      all.push_back({high, state});
    } else {
      all.push_back({high, add_tail(&places[end - inner], inner, within)});
      if (inner % 2 != 0) within = !within;
      const bool next_follows = end < places.size() && places[end].high() == high + 1;
      if (!next_follows && high != ~std::uint64_t{0}) all.push_back({high + 1, within ? inside : outside});
    }
    i = end;
  }
  return all;
}

std::uint32_t v6_table::add_tail(const address* first, std::size_t count, bool start) {
  const auto place = static_cast<std::uint32_t>(tails_.size());
  tails_.push_back(std::uint64_t{count} << 1 | (start ? 1 : 0));
  for (std::size_t i = 0; i < count; ++i) tails_.push_back(first[i].low());
  return place;
}

void v6_table::add_directories(const steps& all) {
  root_.resize(65536);
  const step* at = all.data();
  const step* const end = at + all.size();
  std::uint32_t state = outside;
  for (std::uint64_t upper = 0; upper < root_.size(); ++upper)
    root_[upper] = add_block(at, end, upper << 48, state);
}

// Takes the steps within the 16-bit prefix; state: what holds before them, and then after.
std::uint32_t v6_table::add_block(const step*& at, const step* end, std::uint64_t begin,
                                  std::uint32_t& state) {
  if (at != end && at->high == begin) state = (at++)->state;
  const bool ends_here = at == end || at->high >> 48 != begin >> 48;
  if (ends_here && state < whole_answers) return state;
  const std::size_t place = blocks_.size();
  blocks_.resize(place + 256);
  for (std::uint64_t part = 0; part < 256; ++part)
    blocks_[place + part] = add_run(at, end, begin | part << 40, state);
  return static_cast<std::uint32_t>(place / 256) + whole_answers;
}

std::uint32_t v6_table::add_run(const step*& at, const step* end, std::uint64_t begin, std::uint32_t& state) {
  if (at != end && at->high == begin) state = (at++)->state;
  const step* const first = at;
  while (at != end && at->high >> 40 == begin >> 40) ++at;
  if (first == at && state < whole_answers) return state;
  const auto place = static_cast<std::uint32_t>(runs_.size());
  runs_.push_back(static_cast<std::uint64_t>(at - first) << state_bits | state);
  for (const step* each = first; each != at; ++each) runs_.push_back(each->high << state_bits | each->state);
  if (first != at) state = at[-1].state;
  return place + whole_answers;
}

bool v6_table::contains(const address& who) const noexcept {
  if (root_.empty()) return edges_until(places_, who) % 2 != 0;
  const std::uint32_t block = root_[who.high() >> 48];
  if (block < whole_answers) return block == inside;
  const std::uint32_t run = blocks_[(block - whole_answers) * std::size_t{256} + (who.high() >> 40 & 255)];
  if (run < whole_answers) return run == inside;
  const std::uint64_t* base = &runs_[run - whole_answers];
  const std::uint64_t sought = who.high() << state_bits | state_mask;
  for (std::size_t left = (*base >> state_bits) + 1; left > 1;) {
    const std::size_t half = left / 2;
    base += half & (std::size_t{0} - static_cast<std::size_t>(base[half] <= sought));
    left -= half;
  }
  const auto state = static_cast<std::uint32_t>(*base & state_mask);
  return state < whole_answers ? state == inside : contains_in_tail(state, who.low());
}

bool v6_table::contains_in_tail(std::uint32_t state, std::uint64_t low) const noexcept {
  const std::uint64_t* const header = &tails_[state];
  const std::uint64_t* base = header;  // counts as an edge before all others
  const std::size_t count = *header >> 1;
  for (std::size_t left = count + 1; left > 1;) {
    const std::size_t half = left / 2;
    base += half & (std::size_t{0} - static_cast<std::size_t>(base[half] <= low));
    left -= half;
  }
  return (static_cast<std::uint64_t>(base - header) + *header) % 2 != 0;
}

bool v6_table::covers_everything() const noexcept {
  return places_.size() == 1 && places_.front() == address();
}

std::size_t v6_table::memory_bytes() const noexcept {
  return sizeof *this + places_.capacity() * sizeof(address) +
         (root_.capacity() + blocks_.capacity()) * sizeof(std::uint32_t) +
         (runs_.capacity() + tails_.capacity()) * sizeof(std::uint64_t);
}

}  // namespace ekauth::inline v1::cidr
