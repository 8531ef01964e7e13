// Every operator new of this program counts, so that an allocation where there should be none is seen.
#include "cidr/allocations.hpp"

#include <ekauth/cidr_published.hpp>
#include <ekauth/client_address.hpp>

#include <cstdlib>
#include <new>

#include "catch.hpp"

namespace cidr = ekauth::cidr;
using cidr::address;
using cidr::allowlist;

namespace {

thread_local std::size_t counted = 0;

void* allocate(std::size_t size, std::size_t alignment) noexcept {
  ++counted;
  return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

void* or_throw(void* room) {
  if (room == nullptr) throw std::bad_alloc();
  return room;
}

constexpr std::size_t usual = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

}  // namespace

std::size_t allocations() noexcept { return counted; }

// Not inlined, because compilers take a pair of which they see only one half for a mistake.
[[gnu::noinline]] void* operator new(std::size_t size) { return or_throw(allocate(size, usual)); }
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
  return or_throw(allocate(size, static_cast<std::size_t>(alignment)));
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return allocate(size, usual);
}
[[gnu::noinline]] void operator delete(void* room) noexcept { std::free(room); }
[[gnu::noinline]] void operator delete(void* room, std::size_t) noexcept { std::free(room); }
[[gnu::noinline]] void operator delete(void* room, std::align_val_t) noexcept { std::free(room); }
[[gnu::noinline]] void operator delete(void* room, std::size_t, std::align_val_t) noexcept {
  std::free(room);
}

TEST_CASE("asking a published setting allocates nothing after a thread's first time", "[cidr]") {
  const cidr::published setting(
      {.list = *allowlist::parse({"192.0.2.0/24", "2001:db8::/32"}), .enabled = true});
  const address inside = *address::parse("192.0.2.7"), outside = *address::parse("2001:db9::1");
  CHECK(setting.allows(inside));
  const std::size_t before = allocations();
  const bool right = setting.allows(inside) && !setting.allows(outside) && setting.current().enabled;
  CHECK(allocations() == before);
  CHECK(right);
}

TEST_CASE("finding the client allocates nothing, whatever the header", "[cidr]") {
  const allowlist proxies = *allowlist::parse({"10.0.0.0/8"});
  const address peer = *address::parse("10.0.0.1");
  const std::string bomb(100000, ',');
  const std::vector<std::string_view> lines{bomb, "for=\"[2001:db8::1]:80\";proto=https, for=10.0.0.2",
                                            "for=_x", "garbage", "192.0.2.1, 10.0.0.2"};
  const std::size_t before = allocations();
  std::uint32_t hops = 0;
  for (const auto kind : {cidr::forwarding::x_forwarded_for, cidr::forwarding::forwarded})
    for (const std::string_view& line : lines)
      hops += cidr::client_of(peer, kind, {&line, 1}, proxies).hops();
  CHECK(allocations() == before);
  CHECK(hops > 0);
}

TEST_CASE("an allocation is counted", "[cidr]") {
  const std::size_t before = allocations();
  const allowlist one = *allowlist::parse({"10.0.0.1"});
  CHECK(allocations() > before);
}
