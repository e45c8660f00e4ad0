"""How processes end: signals and exit codes.

Sources: Linux `signal(7)` with the extras of macOS and Windows; `sysexits.h` (64 to 78); POSIX.1-2017, Shell Command
Language 2.8.2 (126, 127 and above 128); gunicorn and the containers' runtimes for what those are met as. Exit codes
above 128 that mean a signal are made from the signals' rows.
"""

__all__ = ["FAMILIES"]

SIGNAL = """
SIGHUP | unavailable warning | The terminal or session went away | Run it under a service manager or `nohup`; to daemons it usually means "read the configuration again".
SIGINT | unavailable warning | Interrupted from the keyboard (Ctrl-C)
SIGQUIT | unavailable warning | Quit from the keyboard, with a core dump
SIGILL | internal fatal | Illegal instruction | A library was built for a newer processor than this one: install a build for it.
SIGTRAP | internal fatal | A trap of a debugger
SIGABRT | internal fatal | The process aborted itself | A native library or the C allocator found damage; the lines before say what. `python -X faulthandler` shows where.
SIGBUS | internal fatal | Bus error: a mapped page could not be had | A memory-mapped file was cut, or /dev/shm or the disk behind it is full.
SIGFPE | internal fatal | Arithmetic error in native code
SIGKILL | resource_exhausted fatal | Killed | Nobody can catch it. In a container or on a full machine it is the kernel's OOM killer: look into `dmesg` or the pod's OOMKilled state, raise the memory limit or use less. Otherwise a supervisor lost patience: its stop timeout is shorter than the shutdown.
SIGUSR1 | unavailable warning | User-defined signal 1 | Nobody handled it, and its default ends the process: the sender meant another program, or it came before the handler was set.
SIGUSR2 | unavailable warning | User-defined signal 2 | Nobody handled it, and its default ends the process: the sender meant another program, or it came before the handler was set.
SIGSEGV | internal fatal | Segmentation fault in native code | An extension module or the interpreter is at fault: `python -X faulthandler` shows the Python line; upgrade that package. Forking with threads is a frequent cause.
SIGPIPE | network warning | Written to a pipe that nobody reads | The reader ended first; harmless in pipelines.
SIGALRM | timeout | A timer set with alarm() went off
SIGTERM | unavailable warning | Asked to end | A supervisor, `docker stop` or a deployment asked: flush, then exit before its grace period is over.
SIGSTKFLT | internal fatal | Stack fault (unused)
SIGCHLD | ok info | A child ended or stopped
SIGCONT | ok info | Go on after a stop
SIGSTOP | unavailable warning | Stopped; cannot be caught | `kill -CONT PID` lets it go on.
SIGTSTP | unavailable warning | Stopped from the keyboard (Ctrl-Z) | `fg` lets it go on.
SIGTTIN | unavailable warning | A background process read from the terminal | Give it an input, such as `< /dev/null`.
SIGTTOU | unavailable warning | A background process wrote to the terminal
SIGURG | ok info | Urgent data on a socket
SIGXCPU | resource_exhausted fatal | The limit of CPU time is used up | Raise it (`ulimit -t`, LimitCPU).
SIGXFSZ | storage fatal | A file reached the limit of file size | Raise it (`ulimit -f`), or rotate files earlier.
SIGVTALRM | timeout | A virtual timer went off
SIGPROF | timeout | A profiling timer went off | A profiler left its timer on.
SIGWINCH | ok info | The window changed its size
SIGIO | ok info | Input or output is possible
SIGPWR | unavailable fatal | The power fails
SIGSYS | authorization fatal | A forbidden system call | A seccomp profile forbids it: allow the call, which the kernel's log names.
SIGRTMIN | unavailable warning | A real-time signal that nobody handled
SIGRTMAX | unavailable warning | A real-time signal that nobody handled
SIGEMT | internal fatal | Emulator trap (macOS, BSD)
SIGINFO | ok info | Status was asked for from the keyboard (macOS, BSD)
SIGBREAK | unavailable warning | Interrupted by Ctrl-Break (Windows)
CTRL_C_EVENT | unavailable warning | Interrupted by Ctrl-C (Windows)
CTRL_BREAK_EVENT | unavailable warning | Interrupted by Ctrl-Break (Windows)
"""

EXIT = """
0 = 0 | ok info | Success
1 = 1 | internal | Failed | The program's own words on standard error say why; for Python it is an uncaught exception.
2 = 2 | validation | Wrong usage, by the convention of shells and argparse | Compare the command line with `--help`.
3 = 3 | internal | Failed; gunicorn: a worker could not boot | For gunicorn: the application raised while it was imported; its traceback stands above.
4 = 4 | configuration | Failed; gunicorn: the application could not be loaded; pytest: wrong usage | For gunicorn: check MODULE:APP and the working directory.
5 = 5 | validation warning | Failed; pytest: no tests were found
64 = 64 | validation | EX_USAGE: the command was used wrongly
65 = 65 | validation | EX_DATAERR: the input is wrong
66 = 66 | not_found | EX_NOINPUT: an input is not there or cannot be read
67 = 67 | not_found | EX_NOUSER: the user is not known
68 = 68 | network retry | EX_NOHOST: the host is not known or cannot be reached
69 = 69 | unavailable retry | EX_UNAVAILABLE: a service is not there
70 = 70 | internal | EX_SOFTWARE: a defect in the program
71 = 71 | resource_exhausted retry | EX_OSERR: the system could not, for example fork
72 = 72 | not_found | EX_OSFILE: a system file is missing
73 = 73 | storage | EX_CANTCREAT: an output cannot be made
74 = 74 | storage | EX_IOERR: input or output failed
75 = 75 | unavailable retry | EX_TEMPFAIL: failed for now, try again
76 = 76 | network | EX_PROTOCOL: the peer broke the protocol
77 = 77 | authorization | EX_NOPERM: not allowed
78 = 78 | configuration | EX_CONFIG: the configuration is wrong
124 = 124 | timeout retry | `timeout` ended it because time was up | Allow more time, or find out what it waits for.
125 = 125 | configuration | The container or `timeout` itself failed | `docker run` could not start: its message stands above (image, options, daemon).
126 = 126 | authorization | Found but cannot be run | Give it the right to execute (`chmod +x`); the file system may be mounted noexec, or its `#!` line may be wrong.
127 = 127 | not_found | Command not found | Install it or correct PATH; in a slim image there may be no shell, or the file's interpreter (`#!`) or library is missing.
128 = 128 | validation | An invalid argument to exit, or git's fatal error
255 = 255 | internal | Out of range (exit -1), or ssh failed | For ssh: the connection failed before the command ran; `ssh -v` shows where.
"""

FAMILIES = {
    "signal": ("Signals (Linux `signal(7)`, macOS, Windows)", SIGNAL),
    "exit": ("Exit codes (`sysexits.h`, POSIX shells; 128 + n is signal n)", EXIT),
}
