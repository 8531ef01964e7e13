// Randomness that is read ahead: every byte is handed out once, to one thread of one process.
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "crypto/crypto.hpp"

using namespace ekauth;

namespace {

std::string draw(std::size_t size = 16) {
  std::string bytes(size, '\0');
  crypto::name_random().fill(bytes.data(), size);
  return bytes;
}

// What a child process draws first; and its own child, if asked.
std::string drawn_by_a_child(int generations = 1) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const std::string bytes = generations > 1 ? drawn_by_a_child(generations - 1) : draw();
    const bool sent = write(ends[1], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
    _exit(sent ? 0 : 1);
  }
  close(ends[1]);
  std::string bytes(16, '\0');
  std::size_t got = 0;
  for (ssize_t more = 1; got < bytes.size() && more > 0; got += static_cast<std::size_t>(more > 0 ? more : 0))
    more = read(ends[0], bytes.data() + got, bytes.size() - got);
  close(ends[0]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
  REQUIRE(got == bytes.size());
  return bytes;
}

}  // namespace

TEST_CASE("no draw is handed out twice, over many pages", "[crypto]") {
  std::set<std::string> drawn;
  for (int i = 0; i < 20000; ++i) drawn.insert(draw());
  CHECK(drawn.size() == 20000);
  CHECK(draw(0).empty());
  const std::string large = draw(100000);
  for (std::size_t at = 0; at + 16 <= large.size(); at += 16) drawn.insert(large.substr(at, 16));
  CHECK(drawn.size() == 20000 + 6250);
}

TEST_CASE("a child process draws other bytes than its parent and its siblings", "[crypto]") {
  (void)draw();  // so that there is something to inherit
  std::set<std::string> drawn;
  for (int i = 0; i < 8; ++i) drawn.insert(drawn_by_a_child());
  drawn.insert(drawn_by_a_child(2));
  for (int i = 0; i < 8; ++i) drawn.insert(draw());
  CHECK(drawn.size() == 17);
}

TEST_CASE("threads draw bytes of their own", "[crypto]") {
  std::vector<std::vector<std::string>> each(4);
  std::vector<std::thread> threads;
  for (auto& mine : each)
    threads.emplace_back([&mine] {
      for (int i = 0; i < 2000; ++i) mine.push_back(draw());
    });
  for (auto& thread : threads) thread.join();
  std::set<std::string> drawn;
  for (const auto& mine : each) drawn.insert(mine.begin(), mine.end());
  CHECK(drawn.size() == 8000);
}
