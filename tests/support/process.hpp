// A server of a test's own: a child process that does not run as root, and does not outlive the test.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace fixed {

/// Servers refuse to run as root; where the tests do, this is whom they run as.
inline constexpr unsigned nobody = 65534;

/// A port that was free a moment ago; who starts a server on it tries again with another one when it is not.
inline int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof name;
  auto* const any = reinterpret_cast<sockaddr*>(&name);
  if (socket < 0 || ::bind(socket, any, size) != 0 || ::getsockname(socket, any, &size) != 0) std::abort();
  ::close(socket);
  return ntohs(name.sin_port);
}

/// A folder on disk for a server's files, which it owns. Gone with this object.
class server_folder {
 public:
  server_folder() {
    std::string name = std::filesystem::temp_directory_path() / "ekauth-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
    if (::geteuid() == 0 && ::chown(path_.c_str(), nobody, nobody) != 0) std::abort();
  }
  server_folder(const server_folder&) = delete;
  server_folder& operator=(const server_folder&) = delete;
  ~server_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

/// A running program. Ends, by a signal of its choice, with this object or with this process.
class process {
 public:
  process() = default;
  /// Runs command[0], found along PATH; what it prints goes to log, where one is named.
  process(const std::vector<std::string>& command, const std::string& log, int last_signal = SIGKILL)
      : last_signal_(last_signal) {
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0) std::abort();
    if (pid_ == 0) become(words, log, parent);
  }
  process(process&& other) noexcept : pid_(std::exchange(other.pid_, -1)), last_signal_(other.last_signal_) {}
  process& operator=(process&& other) noexcept {
    end();
    pid_ = std::exchange(other.pid_, -1);
    last_signal_ = other.last_signal_;
    return *this;
  }
  ~process() { end(); }

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  void signal(int number) const {
    if (pid_ > 0) ::kill(pid_, number);  // -1 would mean everybody
  }

  /// Whether it has not ended by itself.
  [[nodiscard]] bool is_running() {
    if (pid_ > 0 && ::waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
    return pid_ > 0;
  }

  /// Whether it still runs that much later; its end is noticed at once.
  [[nodiscard]] bool outlives(std::chrono::milliseconds time) {
    const int end = pid_ > 0 ? static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)) : -1;
    if (end >= 0) {
      pollfd one{end, POLLIN, 0};
      ::poll(&one, 1, static_cast<int>(time.count()));
      ::close(end);
    }
    return is_running();
  }

  /// Waits for its end: its answer, or 128 and the signal that ended it.
  int wait() {
    if (pid_ > 0) ::waitpid(pid_, &status_, 0);
    pid_ = -1;
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  }

  void end() {
    if (pid_ <= 0) return;
    signal(last_signal_);
    wait();
  }

 private:
  [[noreturn]] void become(std::vector<char*>& words, const std::string& log, pid_t parent) const {
    if (!log.empty()) {
      const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
      ::dup2(file, 1);
      ::dup2(file, 2);
    }
    if (::geteuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setgid(nobody) != 0 || ::setuid(nobody) != 0))
      ::_exit(126);
    ::prctl(PR_SET_PDEATHSIG, last_signal_);
    if (::getppid() != parent) ::_exit(126);
    ::execvp(words[0], words.data());
    std::perror(words[0]);
    ::_exit(127);
  }

  pid_t pid_ = -1;
  int last_signal_ = SIGKILL;
  int status_ = 0;
};

/// Runs a command as it is, and answers how it ended.
inline int run_beside(char** words) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::execvp(words[0], words);
    std::perror(words[0]);
    ::_exit(127);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) return EXIT_FAILURE;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Ends the tests with what a server said last: nothing can be tested without it.
[[noreturn]] inline void give_up(const std::string& what, const std::string& log) {
  std::ifstream file(log);
  const std::string said{std::istreambuf_iterator<char>(file), {}};
  std::fprintf(stderr, "%s\n%s\n", what.c_str(), said.c_str());
  std::exit(EXIT_FAILURE);
}

}  // namespace fixed
