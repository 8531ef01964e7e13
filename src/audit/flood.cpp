#include <ekauth/audit.hpp>

#include "audit/seeded.hpp"

#include <algorithm>
#include <mutex>

namespace ekauth::inline v1::audit {

namespace {

constexpr std::uint64_t minute = 60'000;  // milliseconds
constexpr std::size_t ways = 16;          // places of a set; a class may stand in any of its set
constexpr std::size_t shard_count = 16;   // locks

// A network in 64 bits: its family, then its 24 or 48 bits. 0: no address.
constexpr std::uint64_t v4_family = std::uint64_t{1} << 62, v6_family = std::uint64_t{2} << 62;

std::uint64_t network_of(const std::optional<cidr::address>& client) {
  if (!client) return 0;
  if (client->is_v4()) return v4_family | (client->low() & 0xffffffff) >> 8;
  return v6_family | client->high() >> 16;
}

cidr::address first_address(std::uint64_t network) {
  const std::uint64_t bits = (network & ~(v4_family | v6_family)) << 16;  // the first of an IPv6 address
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(bits >> (56 - 8 * i));
  if ((network & v4_family) == 0) return cidr::address(bytes);
  return cidr::address(std::array<std::uint8_t, 4>{bytes[3], bytes[4], bytes[5], 0});
}

// One class and what became of its events in its minute.
struct counted {
  std::uint64_t network = 0;
  kind what{};  // unless it is the shared class of those without a place
  errc code{};
  std::uint32_t passed = 0;  // 0: the place is free
  std::uint64_t held = 0;
  time_point start{};
  time_point last_held{};

  [[nodiscard]] bool same_class(const counted& other) const {
    return network == other.network && what == other.what && code == other.code;
  }

  // Whether its minute does not cover a time. Distances in 64 bits without sign cannot overflow.
  [[nodiscard]] bool over(time_point at) const {
    const auto from = static_cast<std::uint64_t>(start.time_since_epoch().count());
    const auto to = static_cast<std::uint64_t>(at.time_since_epoch().count());
    return passed == 0 || (at >= start ? to - from : from - to) >= minute;
  }

  [[nodiscard]] std::optional<event> summary() const {
    if (held == 0) return std::nullopt;
    event made{.what = kind::audit_suppressed, .at = last_held, .code = code};
    made.count = held;
    if (what != kind{}) made.suppressed = what;
    if (network != 0) {
      made.client = first_address(network);
      made.network_bits = (network & v4_family) != 0 ? 24 : 48;
    }
    return made;
  }
};

}  // namespace

struct flood_control::table {
  struct alignas(64) shard {
    std::mutex mutex;
    counted shared;  // classes that found no place
  };

  table(flood_options how, random_source& random)
      : seed(draw_seed(random)),
        per_minute(std::max<std::uint32_t>(how.per_minute, 1)),
        sets(std::max<std::size_t>(how.classes / ways + (how.classes % ways != 0), 1)) {}

  shard& shard_of(std::size_t set) { return shards[set % shard_count]; }

  // Whether an event passes; if it starts a minute in a place, the summary of the one that was there before.
  bool count(const event& what, std::optional<event>& summary) {
    const counted fresh{.network = network_of(what.client), .what = what.what, .code = what.code};
    const auto reason = static_cast<std::uint64_t>(fresh.what) << 16 | static_cast<std::uint64_t>(fresh.code);
    const std::size_t set = mix(mix(seed ^ fresh.network) ^ reason) % sets.size();
    shard& guarded = shard_of(set);
    const std::lock_guard lock(guarded.mutex);
    counted* const own = place(fresh, set, what.at);
    counted& mine = own != nullptr ? *own : guarded.shared;
    if (mine.over(what.at)) {
      summary = mine.summary();
      mine = own != nullptr ? fresh : counted{};
      mine.start = what.at;
    }
    if (mine.passed < per_minute) {
      ++mine.passed;
      return true;
    }
    ++mine.held;
    mine.last_held = what.at;
    return false;
  }

  // The class's own place, or one whose minute is over; nullptr: its set is full.
  counted* place(const counted& wanted, std::size_t set, time_point at) {
    counted* vacant = nullptr;
    for (counted& each : sets[set]) {
      if (each.same_class(wanted)) return &each;
      if (vacant == nullptr && each.over(at)) vacant = &each;
    }
    return vacant;
  }

  // Clears the places that are over, and writes their summaries when the lock is gone.
  template <class Over>
  void sweep(counted* begin, counted* end, std::mutex& mutex, sink& next, Over over) {
    std::array<std::optional<event>, ways> summaries;
    auto out = summaries.begin();
    {
      const std::lock_guard lock(mutex);
      for (counted* each = begin; each != end; ++each) {
        if (!over(*each)) continue;
        *out++ = each->summary();
        *each = {};
      }
    }
    for (const auto& summary : summaries)
      if (summary) next.write(*summary);
  }

  template <class Over>
  void sweep(sink& next, Over over) {
    for (std::size_t set = 0; set < sets.size(); ++set)
      sweep(sets[set].data(), sets[set].data() + ways, shard_of(set).mutex, next, over);
    for (shard& each : shards) sweep(&each.shared, &each.shared + 1, each.mutex, next, over);
  }

  std::uint64_t seed;
  std::uint32_t per_minute;
  std::array<shard, shard_count> shards;
  std::vector<std::array<counted, ways>> sets;
};

flood_control::flood_control(sink& next, flood_options how, random_source& random)
    : next_(next), table_(std::make_unique<table>(how, random)) {}

flood_control::~flood_control() {
  table_->sweep(next_, [](const counted&) { return true; });
}

void flood_control::write(const event& what) noexcept {
  if (what.what == kind::audit_suppressed || is_critical(what.what) ||
      outcome_of(what.what, what.code) == outcome::success)
    return next_.write(what);
  std::optional<event> summary;
  const bool passes = table_->count(what, summary);
  if (summary) next_.write(*summary);
  if (passes) next_.write(what);
}

void flood_control::flush(time_point now) noexcept {
  table_->sweep(next_, [now](const counted& each) { return each.over(now); });
}

}  // namespace ekauth::inline v1::audit
