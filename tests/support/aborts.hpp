// Whether a call ends its process by abort(); tried in a child.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "catch.hpp"

namespace fixed {

template <class Call>
bool aborts(Call call) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    try {
      call();
    } catch (...) {  // which abort() is not
      _exit(1);
    }
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

}  // namespace fixed
