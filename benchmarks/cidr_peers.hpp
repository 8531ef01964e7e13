// Lists of networks as a host might have them: ekauth's, and three that it is compared with. Each is built
// from entries, answers contains, and tells its memory.
#pragma once

#include <ekauth/cidr.hpp>

#include <algorithm>
#include <asio/ip/network_v4.hpp>
#include <asio/ip/network_v6.hpp>
#include <bit>

namespace peers {

using ekauth::cidr::address;
using ekauth::cidr::allowlist;
using ekauth::cidr::range;

enum family { ipv4 = 4, ipv6 = 6 };

template <family>
struct ekauth_list {
  explicit ekauth_list(const std::vector<range>& entries) : list(entries) {}
  bool contains(const address& who) const { return list.contains(who); }
  std::size_t memory_bytes() const { return list.memory_bytes(); }
  allowlist list;
};

// First and last address as the numbers they are.
template <family of>
struct ends {
  using number = std::conditional_t<of == ipv4, std::uint32_t, address>;
  static number of_address(const address& who) {
    if constexpr (of == ipv4)
      return static_cast<std::uint32_t>(who.low());
    else
      return who;
  }
  explicit ends(const range& entry) : first(of_address(entry.first())), last(of_address(entry.last())) {}
  number first, last;
};

template <family of>
struct scan {
  explicit scan(const std::vector<range>& entries) : all(entries.begin(), entries.end()) {}
  bool contains(const address& who) const {
    const auto sought = ends<of>::of_address(who);
    for (const ends<of>& each : all)
      if (each.first <= sought && sought <= each.last) return true;
    return false;
  }
  std::size_t memory_bytes() const { return all.capacity() * sizeof(ends<of>); }
  std::vector<ends<of>> all;
};

template <family of>
struct binary_search {
  explicit binary_search(const std::vector<range>& entries) {
    std::vector<ends<of>> sorted(entries.begin(), entries.end());
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const ends<of>& entry : sorted) {
      if (all.empty() || all.back().last < entry.first)
        all.push_back(entry);
      else
        all.back().last = std::max(all.back().last, entry.last);
    }
    all.shrink_to_fit();
  }
  bool contains(const address& who) const {
    const auto sought = ends<of>::of_address(who);
    const auto after = std::upper_bound(all.begin(), all.end(), sought,
                                        [](const auto& a, const auto& b) { return a < b.first; });
    return after != all.begin() && sought <= std::prev(after)->last;
  }
  std::size_t memory_bytes() const { return all.capacity() * sizeof(ends<of>); }
  std::vector<ends<of>> all;
};

// As its documentation suggests: an address is in a network when its canonical network is that one.
template <family of>
struct asio_networks {
  using network = std::conditional_t<of == ipv4, asio::ip::network_v4, asio::ip::network_v6>;
  static auto asio_address(const address& who) {
    if constexpr (of == ipv4)
      return asio::ip::address_v4(static_cast<std::uint32_t>(who.low()));
    else
      return asio::ip::address_v6(who.bytes());
  }
  explicit asio_networks(const std::vector<range>& entries) {
    for (const range& entry : entries) {
      const std::uint64_t differ =
          of == ipv4 ? entry.first().low() ^ entry.last().low() : entry.first().high() ^ entry.last().high();
      const int length = std::countl_zero(differ) - (of == ipv4 ? 32 : 0);
      all.emplace_back(asio_address(entry.first()), static_cast<unsigned short>(length));
    }
    all.shrink_to_fit();
  }
  bool contains(const address& who) const {
    const auto sought = asio_address(who);
    for (const network& each : all)
      if (network(sought, each.prefix_length()).network() == each.network()) return true;
    return false;
  }
  std::size_t memory_bytes() const { return all.capacity() * sizeof(network); }
  std::vector<network> all;
};

}  // namespace peers
