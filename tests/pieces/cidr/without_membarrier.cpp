// without_membarrier PROGRAM ARGUMENT…: runs it where the system refuses membarrier.
#include "cidr/membarrier.hpp"

#include <linux/membarrier.h>
#include <unistd.h>

#include <cstdio>

int main(int, char** arguments) {
  if (!refuse_membarrier() || ::syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0) != -1 ||
      errno != ENOSYS) {
    std::perror("membarrier is still there");
    return 1;
  }
  ::execv(arguments[1], arguments + 1);
  std::perror(arguments[1]);
  return 1;
}
