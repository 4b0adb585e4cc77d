// Threads of libtorch's loops wait asleep unless the user says otherwise: spinning ones cost up to ten times the time on a shared machine.
//
// GNU OpenMP reads OMP_WAIT_POLICY in a constructor, before any code of ours could set it; there is no call for it later. So the program
// starts itself once more with the variable set. The loader runs .preinit_array before every constructor, those of libraries included:
// nothing has happened yet. (Setting the variable right there is lost: the C library takes up the environment only afterwards.)

#ifdef __linux__
#include <alloca.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

namespace {

bool names(const char *entry, const char *variable) {
  size_t n = strlen(variable);
  return strncmp(entry, variable, n) == 0 && entry[n] == '=';
}

void preferSleep(int, char **arguments, char **environment) {
  size_t count = 0;
  const char *const decided[] = {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"};
  for (; environment[count]; ++count)
    for (auto variable : decided)
      if (names(environment[count], variable)) return;
  // Where the loader was called by hand the running file is the loader, and another start would miss its arguments.
  char self[4096];
  ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
  if (length <= 0 || getauxval(AT_SECURE)) return;
  self[length] = 0;
  const char *name = strrchr(self, '/');
  if (!name || strncmp(name, "/ld-", 4) == 0 || strncmp(name, "/ld.", 4) == 0) return;
  auto larger = static_cast<char **>(alloca((count + 2) * sizeof(char *)));
  memcpy(larger, environment, count * sizeof(char *));
  static char setting[] = "OMP_WAIT_POLICY=PASSIVE";
  larger[count] = setting;
  larger[count + 1] = nullptr;
  // Should this fail, the program goes on as it is: slower, but right.
  execve("/proc/self/exe", arguments, larger);
}

__attribute__((section(".preinit_array"), used)) void (*const atStart)(int, char **, char **) = preferSleep;

} // namespace
#endif
