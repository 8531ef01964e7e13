// X-Forwarded-For and Forwarded: nobody chooses their own address, whatever they send; a peer that is no
// proxy is believed nothing.
#include <ekauth/client_address.hpp>

#include "fuzz/fuzz.hpp"

using namespace ekauth;
using cidr::forwarding;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const cidr::allowlist proxies = *cidr::allowlist::parse({"10.0.0.0/8", "127.0.0.1", "fd00::/8"});
  static const cidr::address proxy = *cidr::address::parse("10.0.0.1");
  static const cidr::address outsider = *cidr::address::parse("198.51.100.7");

  fuzz::input in(data, size);
  const std::uint8_t how = in.byte();
  const forwarding kind = how & 1 ? forwarding::forwarded : forwarding::x_forwarded_for;
  const std::string prefix = how & 1 ? "for=" : "";
  std::vector<std::string> lines = in.lines();
  const auto resolve = [&](const cidr::address& peer) {
    const std::vector<std::string_view> views(lines.begin(), lines.end());
    return cidr::client_of(peer, kind, views, proxies);
  };

  // As it came, from a proxy of ours: an address that the walk believed, or none.
  const cidr::client as_is = resolve(proxy);
  must(as_is.hops() <= 16, "a walk ends after sixteen elements");
  const auto known = as_is.known();
  must(known.has_value() ==
           (as_is.how() == cidr::client::outcome::ok || as_is.how() == cidr::client::outcome::all_trusted),
       "an address is known where the walk ended well");
  if (known)
    must(proxies.contains(*known) == (as_is.how() == cidr::client::outcome::all_trusted),
         "and it is no proxy's");

  // From somebody who is no proxy, nothing is believed.
  const cidr::client direct = resolve(outsider);
  must(direct.how() == cidr::client::outcome::ok && direct.hops() == 0 && *direct.known() == outsider,
       "who is no proxy is the client");

  // Behind proxies of ours that append what they see, the outsider is found or nobody, and nobody behind too
  // many.
  std::string honest = prefix + "198.51.100.7";
  const int appended = how / 2 % 4 * 6;
  for (int i = 0; i < appended; ++i)
    honest += (how & 64 ? "," : ", ") + prefix + "10.0.0." + std::to_string(2 + i);
  if (lines.empty() || how & 128)
    lines.push_back(honest);
  else
    lines.back() += ", " + honest;
  const auto found = resolve(proxy).known();
  if (appended > 15)
    must(!found, "a walk that is given up finds nobody");
  else if (kind == forwarding::x_forwarded_for)
    must(found.has_value(), "what stands left of the outsider is not read");
  if (found) must(*found == outsider, "the outsider cannot be another");
  return 0;
}
