#include "cidr/v6_table.hpp"

namespace ekauth::inline v1::cidr {

namespace {

constexpr std::size_t fewest_in_a_prefix = 32;  // steps of a 16-bit prefix that pay for its node
constexpr std::ptrdiff_t most_in_run = 64;      // steps; beyond, another node pays
constexpr int run_bits = 40;                    // of a step in a run
constexpr std::uint32_t whole_answers = 2;      // states under it
constexpr std::uint32_t end_bit = 0x80000000;   // of words that are no node: a whole answer, or two plus
                                                // the place of a run
constexpr std::uint64_t state_mask = 0xffffff;

}  // namespace

v6_table::v6_table(const edges<address>& places) {
  tails_.resize(2);  // states 0 and 1 are no places
  steps all = find_steps(places);
  std::size_t prefixes = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    prefixes += i == 0 || all[i - 1].high >> 48 != all[i].high >> 48 ? 1 : 0;
  if (all.size() < fewest_in_a_prefix * prefixes || tails_.size() > state_mask) {
    steps_ = std::move(all);
  } else {
    const step* at = all.data();
    std::uint32_t state = outside;
    add_node(at, at + all.size(), 0, 64, state);
    runs_.resize(runs_.size() + few);
  }
  steps_.shrink_to_fit();
  nodes_.shrink_to_fit();
  runs_.shrink_to_fit();
  tails_.shrink_to_fit();
}

// Folds edges within one 64-bit prefix into a tail, so that a step is told by 64 bits.
v6_table::steps v6_table::find_steps(const edges<address>& places) {
  steps all;
  all.reserve(places.size() + 1);
  if (places.front().high() != 0) all.push_back({0, outside});
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

// Takes the steps within a prefix of 64 - shift bits; state: what holds before them, and then after.
void v6_table::add_node(const step*& at, const step* end, std::uint64_t begin, int shift,
                        std::uint32_t& state) {
  const std::size_t place = nodes_.size();
  nodes_.resize(place + 256);
  for (std::uint64_t part = 0; part < 256; ++part)
    nodes_[place + part] = add_word(at, end, begin | part << (shift - 8), shift - 8, state);
}

std::uint32_t v6_table::add_word(const step*& at, const step* end, std::uint64_t begin, int shift,
                                 std::uint32_t& state) {
  if (at != end && at->high == begin) state = (at++)->state;
  const step* last = at;
  while (last != end && last->high >> shift == begin >> shift) ++last;
  if (last == at && state < whole_answers) return end_bit | state;
  if (shift <= run_bits && last - at <= most_in_run) return add_run(at, last, state);
  const auto place = static_cast<std::uint32_t>(nodes_.size());
  add_node(at, end, begin, shift, state);
  return place;
}

std::uint32_t v6_table::add_run(const step*& at, const step* last, std::uint32_t& state) {
  const auto place = static_cast<std::uint32_t>(runs_.size());
  runs_.push_back(static_cast<std::uint64_t>(last - at) << state_bits | state);
  for (; at != last; ++at) {
    state = at->state;
    runs_.push_back(at->high << state_bits | state);
  }
  return end_bit | (place + whole_answers);
}

bool v6_table::contains(const address& who) const noexcept {
  const std::uint32_t state = find_state(who.high());
  return state < whole_answers ? state == inside : contains_in_tail(state, who.low());
}

std::uint32_t v6_table::find_state(std::uint64_t high) const noexcept {
  if (nodes_.empty()) return last_until(steps_.data(), steps_.size(), high, &step::high)->state;
  std::uint32_t word = nodes_[high >> 56];
  for (int shift = 48; word < end_bit; shift -= 8) word = nodes_[word + (high >> shift & 255)];
  if (word < end_bit + whole_answers) return word - end_bit;
  const std::uint64_t* const run = &runs_[word - end_bit - whole_answers];
  const std::size_t count = (*run >> state_bits) + 1;
  return *last_until<behind::a_few>(run, count, high << state_bits | state_mask) & state_mask;
}

bool v6_table::contains_in_tail(std::uint32_t state, std::uint64_t low) const noexcept {
  const std::uint64_t* const tail = &tails_[state];  // its header counts as an edge before all others
  const auto before = last_until(tail, (*tail >> 1) + 1, low) - tail;
  return (static_cast<std::uint64_t>(before) + *tail) % 2 != 0;
}

bool v6_table::covers_everything() const noexcept {
  return steps_.size() == 1;  // the only place where the answer changes is the first address
}

std::size_t v6_table::memory_bytes() const noexcept {
  return sizeof *this + steps_.capacity() * sizeof(step) + nodes_.capacity() * sizeof(std::uint32_t) +
         (runs_.capacity() + tails_.capacity()) * sizeof(std::uint64_t);
}

}  // namespace ekauth::inline v1::cidr
