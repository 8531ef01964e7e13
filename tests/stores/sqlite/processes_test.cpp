#include "sqlite/raw.hpp"

#include <array>
#include <csignal>
#include <set>

using namespace records;
using ekauth::sqlite::store;

namespace {

// A pipe that children write fixed-size reports into, each whole.
class reports {
 public:
  reports() { REQUIRE(::pipe(ends_.data()) == 0); }
  ~reports() {
    ::close(ends_[0]);
    close_writing();
  }
  void close_writing() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }
  [[nodiscard]] bool send(std::uint64_t number) const {
    return ::write(ends_[1], &number, sizeof number) == sizeof number;
  }
  [[nodiscard]] bool receive(std::uint64_t& number) const {
    return ::read(ends_[0], &number, sizeof number) == sizeof number;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

const family_id family("fam_a");

// Advances one session until a version is reached; reports each version that it moved.
int hammer(const std::string& path, std::uint64_t until, const reports& won) {
  auto opened = store::open({.path = path, .busy_timeout = std::chrono::seconds(60), .readers = 1});
  if (!opened) return 1;
  for (;;) {
    const auto found = opened->answer(refresh::find{family});
    if (!found || !*found) return 2;
    refresh::record row = (*found)->row;
    if (row.version >= until) return 0;
    row.generation += 1;
    const auto stored = opened->answer(refresh::advance{row, row.version});
    if (!stored) return 3;
    if (*stored && !won.send(row.version)) return 4;
  }
}

}  // namespace

TEST_CASE("of several processes that advance one version, one wins", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  {
    store db = raw::open(path);
    REQUIRE(*db.answer(refresh::insert{session("fam_a")}) == refresh::insert::reply::inserted);
  }
  constexpr std::uint64_t until = 300;
  reports won;
  std::array<pid_t, 3> children{};
  for (pid_t& child : children) child = raw::in_child([&] { return hammer(path, until, won); });
  won.close_writing();
  std::multiset<std::uint64_t> versions;
  for (std::uint64_t version = 0; won.receive(version);) versions.insert(version);
  for (const pid_t child : children) CHECK(raw::ended(child) == 0);
  CHECK(versions.size() == until - 1);
  for (std::uint64_t version = 1; version < until; ++version) CHECK(versions.count(version) == 1);
  store db = raw::open(path);
  CHECK((*db.answer(refresh::find{family}))->row.generation == until - 1);
}

TEST_CASE("several processes share one limit, and none fails because another was faster", "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  static_cast<void>(raw::open(path));
  constexpr std::uint32_t limit = 50, tries = 100;
  std::array<pid_t, 3> children{};
  for (std::size_t i = 0; i < children.size(); ++i) {
    children[i] = raw::in_child([&]() -> int {
      auto opened = store::open({.path = path, .busy_timeout = std::chrono::seconds(60), .readers = 1});
      if (!opened) return 1;
      for (std::uint32_t n = 0; n < tries; ++n) {
        const std::string id = std::to_string(i) + "." + std::to_string(n);
        const auto made = opened->answer(keys::insert{key(id), limit});
        if (!made || *made == keys::insert::reply::exists) return 2;
        if (!opened->answer(refresh::insert{session(id)})) return 3;
      }
      return 0;
    });
  }
  for (const pid_t child : children) CHECK(raw::ended(child) == 0);
  store db = raw::open(path);
  CHECK((*db.answer(keys::list{subject_id("acc_1"), {}, 1000})).size() == limit);
  CHECK((*db.answer(refresh::list{subject_id("usr_1"), {}, 1000})).size() == tries * children.size());
}

TEST_CASE("processes that make the same file at once all open it", "[sqlite]") {
  for (int round = 0; round < 10; ++round) {
    const fixed::temporary_folder folder;
    const std::string path = folder.file("store.db");
    std::array<pid_t, 6> children{};
    for (std::size_t i = 0; i < children.size(); ++i) {
      children[i] = raw::in_child([&] {
        auto opened = store::open({.path = path});
        if (!opened) return 1;
        const auto added = opened->answer(keys::insert{key(std::to_string(i)), 0});
        return added && *added == keys::insert::reply::inserted ? 0 : 2;
      });
    }
    for (const pid_t child : children) CHECK(raw::ended(child) == 0);
    store db = raw::open(path);
    CHECK((*db.answer(keys::list{subject_id("acc_1"), {}, 100})).size() == children.size());
  }
}

TEST_CASE("what was answered survives the kill of its process, and what was not is whole or absent",
          "[sqlite]") {
  const fixed::temporary_folder folder;
  const std::string path = folder.file("store.db");
  for (std::uint64_t round = 0; round < 20; ++round) {
    reports answered;
    const std::string prefix = std::to_string(round) + ".";
    const pid_t child = raw::in_child([&]() -> int {
      auto opened = store::open({.path = path});
      if (!opened) return 1;
      for (std::uint64_t i = 0;; ++i) {
        const std::string id = prefix + std::to_string(i);
        if (!opened->answer(keys::insert{full_key(id), 0})) return 2;
        keys::record next = full_key(id);
        next.state = keys::status::revoked;
        next.name = "revoked";
        next.verifiers.resize(1);
        if (!opened->answer(keys::replace{next, next.version})) return 3;
        if (!answered.send(i)) return 4;
      }
    });
    answered.close_writing();
    std::uint64_t last = 0;
    for (std::uint64_t i = 0; i <= round * 7 % 31; ++i) REQUIRE(answered.receive(last));
    REQUIRE(::kill(child, SIGKILL) == 0);
    while (answered.receive(last)) {
    }
    CHECK(raw::ended(child) == 128 + SIGKILL);

    store db = raw::open(path);
    for (std::uint64_t i = 0; i <= last; ++i) {
      const auto found = db.answer(keys::find{key_id(prefix + std::to_string(i))});
      REQUIRE(found.has_value());
      REQUIRE(found->has_value());
      CHECK((*found)->state == keys::status::revoked);
      CHECK((*found)->verifiers.size() == 1);
    }
    const auto next = db.answer(keys::find{key_id(prefix + std::to_string(last + 1))});
    REQUIRE(next.has_value());
    if (*next) {
      const bool is_revoked = (*next)->state == keys::status::revoked;
      CHECK((*next)->name == (is_revoked ? "revoked" : "Production Server"));
      CHECK((*next)->verifiers.size() == (is_revoked ? 1 : 3));
    }
    CHECK_FALSE((*db.answer(keys::find{key_id(prefix + std::to_string(last + 2))})).has_value());
  }
  CHECK(raw::connection(path).ask("PRAGMA integrity_check") == "ok");
}

TEST_CASE("a store that was open before a fork serves the parent alone", "[sqlite][no_memcheck]") {
  const fixed::temporary_folder folder;
  store db = raw::open(folder.file("store.db"));
  CHECK(*db.answer(keys::insert{key("key_a"), 0}) == keys::insert::reply::inserted);
  const pid_t child = raw::in_child([&]() -> int {
    const auto read = db.answer(keys::find{key_id("key_a")});
    const auto written = db.answer(keys::insert{key("key_b"), 0});
    store taken(std::move(db));  // and its end leaves the parent's file alone
    return !read && !written && read.error().code() == errc::store_unavailable ? 0 : 1;
  });
  CHECK(raw::ended(child) == 0);
  CHECK((*db.answer(keys::find{key_id("key_a")})).has_value());
  CHECK(*db.answer(keys::insert{key("key_b"), 0}) == keys::insert::reply::inserted);
}
