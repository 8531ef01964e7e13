// without_membarrier PROGRAM ARGUMENT…: runs it where the system refuses membarrier, as old kernels and some
// sandboxes do.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/membarrier.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>

namespace {

bool refuse_membarrier() {
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{4, filter};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace

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
