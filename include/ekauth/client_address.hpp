// Who the client is when proxies of one's own stand before the server.
//
//   const auto who = cidr::client_of(peer, cidr::forwarding::x_forwarded_for, header_lines, our_proxies);
//   const auto client = who.known();
//   if (!client || !offices.contains(*client)) return refuse(errc::ip_not_allowed);
//
// Anybody can send these headers; only what one's own proxies added at their end is true. So the lines are
// read from the right, for as long as whoever wrote the element is trusted, and the first address that is not
// trusted is the client. An element that cannot be read ends the walk and leaves the client unknown: it is
// never skipped, for what stands to the left of it may be anybody's.
//
//   X-Forwarded-For   address [ ":" port ] / "[" IPv6 "]" [ ":" port ], by commas
//   Forwarded         RFC 7239 §4; of for= the same, with IPv6 in brackets; unknown and _names are not
//   addresses
#pragma once

#include <ekauth/cidr.hpp>

namespace ekauth::inline v1::cidr {

/// The one header that one's proxies write; every other one is the client's to forge, and is not read.
enum class forwarding : std::uint8_t {
  none,             ///< no proxies: the peer is the client
  x_forwarded_for,  ///< X-Forwarded-For
  forwarded,        ///< Forwarded, RFC 7239
};

/// Where the walk from the peer to the client ended.
class client {
 public:
  enum class outcome : std::uint8_t {
    ok,           ///< at the first address that is not a trusted proxy's
    all_trusted,  ///< at the left end: every address is a trusted proxy's, so this is one of them
    malformed,    ///< at an element that names no address; the client is unknown
    too_long,     ///< after 16 elements or 1 KiB of trusted proxies; the client is unknown
  };

  constexpr client(const address& last_hop, outcome how, std::uint32_t hops) noexcept
      : last_hop_(last_hop), hops_(hops), how_(how) {}

  /// The client's address. Errors: ip_not_allowed, when it is unknown: nobody is let in for an address then.
  [[nodiscard]] result<address> known() const;

  /// For logs: the client, or when it is unknown the last address that a trusted proxy vouched for.
  [[nodiscard]] constexpr const address& last_hop() const noexcept { return last_hop_; }

  [[nodiscard]] constexpr outcome how() const noexcept { return how_; }

  /// Elements of the header that were believed; 0 when the peer itself is meant.
  [[nodiscard]] constexpr std::uint32_t hops() const noexcept { return hops_; }

 private:
  address last_hop_;
  std::uint32_t hops_;
  outcome how_;
};

/// Finds the client. Neither allocates nor locks; a header of any length costs no more than its last KiB.
///
/// peer: the other end of the connection, from the socket.
/// lines: the values of every header line of that one kind, in the order received, byte for byte: where %22
/// was decoded, what a client wrote can leave the quotes that a proxy put around it. Not even looked at when
/// the peer is not trusted. trusted: addresses of one's own proxies and of nothing else; a network that
/// clients are in too lets them choose their address. Source: RFC 7239 §4–6 and §8.1, RFC 9110 §5.3.
[[nodiscard]] client client_of(const address& peer, forwarding kind, std::span<const std::string_view> lines,
                               const allowlist& trusted) noexcept;

}  // namespace ekauth::inline v1::cidr
