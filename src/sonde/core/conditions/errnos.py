"""Error numbers of the operating system: all of Linux, and those that only macOS, the BSDs or Solaris have.

Sources: POSIX.1-2017 `<errno.h>`; Linux `errno(3)` and `include/uapi/asm-generic/errno*.h`; macOS and FreeBSD `intro(2)`.
Their numbers differ between systems, so none is written here; `search.numbered` has this system's.
"""

__all__ = ["FAMILIES"]

ERRNO = """
EPERM | authorization | Operation not permitted | Only a privileged user may do this: run with the capability or as the owner, or look for a container's seccomp or AppArmor profile that forbids it.
ENOENT | not_found | No such file or directory | Check the path, relative to which directory the process runs in, and whether a volume is mounted.
ESRCH | not_found | No such process | It has ended: read the pid anew.
EINTR | unavailable retry | Interrupted by a signal | Do it again; Python does so by itself unless a signal handler raised.
EIO | storage | Input or output error | The device failed: look into the kernel's log (`dmesg`), and move the data to a healthy disk.
ENXIO | not_found | No such device or address
E2BIG | validation | Argument list too long | Pass the list in a file or on standard input, or in parts.
ENOEXEC | configuration | Not an executable format | Check the file's first line (`#!`) and that it was built for this processor.
EBADF | internal | Bad file descriptor | The file or socket was closed before it was used; often it is closed twice, or shared over a fork.
ECHILD | internal | No child processes | Somebody else waited for the child already: an ignored SIGCHLD, or two waits.
EAGAIN | unavailable retry | Not now: it would block, or a limit of processes or locks is reached | Try again; for a new thread or process, raise the limit (`ulimit -u`, the container's pids limit).
EWOULDBLOCK | unavailable retry | Not now: it would block | Try again when the socket is ready.
ENOMEM | resource_exhausted retry | Cannot allocate memory | Free memory or raise the container's limit; batches and queues that are bounded lower need less.
EACCES | authorization | Permission denied | Give this user (`id`) the right on the file and on every directory above it (`namei -l PATH`); ports below 1024 need privilege or CAP_NET_BIND_SERVICE.
EFAULT | internal | Bad address
ENOTBLK | validation | Block device required
EBUSY | unavailable retry | Device or resource busy | Something uses it: `lsof PATH` or `fuser -m PATH` says what.
EEXIST | validation warning | File exists | Choose another name, or remove what is there.
EXDEV | validation | A link across file systems | Copy and delete instead of renaming, or keep both on one file system.
ENODEV | not_found | No such device
ENOTDIR | not_found | Not a directory | One part of the path is a file: check the path.
EISDIR | validation | Is a directory | Name a file in it.
EINVAL | validation | Invalid argument | The call does not take this value: check sizes, offsets and options, and whether the file system supports them (O_DIRECT).
ENFILE | resource_exhausted retry | Too many open files in the system | Raise fs.file-max, and find the process that keeps files open (`lsof | awk '{print $2}' | sort | uniq -c`).
EMFILE | resource_exhausted retry | Too many open files in this process | Raise the limit (`ulimit -n`, systemd LimitNOFILE), and look for files or connections that are never closed (`ls /proc/PID/fd`).
ENOTTY | validation | Not a terminal, or the wrong kind of device for this call
ETXTBSY | unavailable retry | The executable is running or being written | Write a new file and rename it over the old one.
EFBIG | storage | File too large | The file reached the limit of the file system or of the process (`ulimit -f`).
ENOSPC | resource_exhausted retry | No space left on the device | Free space (`df -h`) or inodes (`df -i`), or lower the quota of what writes there; "no space" from inotify means fs.inotify.max_user_watches.
ESPIPE | validation | A pipe or socket has no position
EROFS | storage | Read-only file system | Mount it writable or write elsewhere; if it became so by itself the disk failed (`dmesg`). In containers mount a volume for the data.
EMLINK | resource_exhausted | Too many links
EPIPE | network retry | The other end closed the pipe or connection | The reader or the peer is gone: open a new connection and send again; in a pipeline it is harmless (`| head`).
EDOM | validation | Out of the function's domain
ERANGE | validation | The result is out of range
EDEADLK | internal | A lock would wait for itself
EDEADLOCK | internal | A lock would wait for itself
ENAMETOOLONG | validation | File name too long | Most file systems take 255 bytes a name and 4096 a path; a socket's path takes 107.
ENOLCK | resource_exhausted retry | No locks available | On NFS the lock daemon does not answer; otherwise the limit of locks is reached.
ENOSYS | configuration | The system does not have this call | A newer kernel, or a seccomp profile that allows it, is needed.
ENOTEMPTY | validation | Directory not empty | Remove what is in it first.
ELOOP | validation | Too many symbolic links | Links point to each other: `namei PATH` shows them.
ENOMSG | unavailable warning | No message of that type
EIDRM | unavailable | The identifier was removed
ECHRNG | validation | Channel number out of range
EL2NSYNC | internal | Level 2 not synchronised
EL3HLT | internal | Level 3 halted
EL3RST | internal | Level 3 reset
ELNRNG | validation | Link number out of range
EUNATCH | configuration | No protocol driver attached
ENOCSI | internal | No CSI structure available
EL2HLT | internal | Level 2 halted
EBADE | internal | Invalid exchange
EBADR | validation | Invalid request descriptor
EXFULL | resource_exhausted | Exchange full
ENOANO | internal | No anode
EBADRQC | validation | Invalid request code
EBADSLT | validation | Invalid slot
EBFONT | validation | Bad font file format
ENOSTR | validation | Not a stream device
ENODATA | not_found warning | No data available | For extended attributes: the attribute is not set.
ETIME | timeout retry | A timer expired
ENOSR | resource_exhausted retry | Out of stream resources
ENONET | network retry | This machine is not on the network
ENOPKG | configuration | Package not installed
EREMOTE | validation | The object is remote
ENOLINK | network | The link has been severed
EADV | internal | Advertise error
ESRMNT | internal | Srmount error
ECOMM | network retry | Communication error on send
EPROTO | network | Protocol error | Both ends do not speak the same protocol: check the port and whether it wants TLS.
EMULTIHOP | network | Multihop attempted
EDOTDOT | internal | RFS specific error
EBADMSG | serialization | Not a valid message | On a disk: the file system found damage; run its check.
EOVERFLOW | validation | Value too large for its type
ENOTUNIQ | network | The name is not unique on the network
EBADFD | internal | The file descriptor is in a bad state
EREMCHG | network | The remote address changed
ELIBACC | configuration | A needed shared library cannot be read | `ldd FILE` names the library that is missing.
ELIBBAD | configuration | A shared library is damaged | Install it again.
ELIBSCN | configuration | A .lib section is damaged
ELIBMAX | resource_exhausted | Too many shared libraries
ELIBEXEC | configuration | A shared library cannot be run by itself
EILSEQ | serialization | Invalid or incomplete multibyte character | The text is in another encoding than the one it is read as.
ERESTART | unavailable retry | The system call should be restarted
ESTRPIPE | network | Streams pipe error
EUSERS | resource_exhausted | Too many users
ENOTSOCK | internal | Not a socket | The descriptor was closed and its number given to a file: look for a double close.
EDESTADDRREQ | validation | A destination address is needed
EMSGSIZE | validation | Message too long | A datagram over the limit: send smaller ones (UDP over Ethernet: 1472 bytes), or use TCP.
EPROTOTYPE | validation | The protocol does not fit the socket
ENOPROTOOPT | configuration | The protocol does not have this option
EPROTONOSUPPORT | configuration | The protocol is not supported | A kernel module is missing, or IPv6 is switched off.
ESOCKTNOSUPPORT | configuration | The socket type is not supported
EOPNOTSUPP | configuration | The operation is not supported here | This file system or socket cannot do it; use another kind.
ENOTSUP | configuration | The operation is not supported here | This file system or socket cannot do it; use another kind.
EPFNOSUPPORT | configuration | The protocol family is not supported
EAFNOSUPPORT | configuration | The address family is not supported | IPv6 is switched off here, or an IPv4 socket was given an IPv6 address: use the other family.
EADDRINUSE | configuration | The address is in use | Another process listens on this port: `ss -ltnp 'sport = :PORT'` names it; stop it or use another port.
EADDRNOTAVAIL | network retry | The address cannot be assigned | To listen: no interface of this machine has the address. To connect: all local ports are in use, so reuse connections (keep-alive).
ENETDOWN | network retry | The network is down | Bring the interface up (`ip link`).
ENETUNREACH | network retry | The network is unreachable | There is no route: check `ip route get ADDRESS`, a VPN, and whether an IPv6 address was chosen without IPv6.
ENETRESET | network retry | The network dropped the connection
ECONNABORTED | network retry | The connection was aborted | Open a new one and send again.
ECONNRESET | network retry | The peer reset the connection | The server was restarted, or it or a proxy closed an idle or oversized connection; connect anew. If every attempt ends so, a TLS port may be spoken to in plain text, or the other way round.
ENOBUFS | resource_exhausted retry | No buffer space available | The system's network buffers are full: send less at once.
EISCONN | internal | The socket is connected already
ENOTCONN | network retry | The socket is not connected | The peer left, or it never was connected: open a new one.
ESHUTDOWN | network retry | The socket was shut down for sending
ETOOMANYREFS | resource_exhausted | Too many references
ETIMEDOUT | timeout retry | The connection timed out | Nothing answers at this address: a firewall drops the packets, the address is wrong, or the host is down (`nc -vz HOST PORT`).
ECONNREFUSED | network retry | Connection refused: nothing listens there | Start the server, or correct host and port (OTLP/gRPC 4317, OTLP/HTTP 4318); in a container `localhost` is the container itself, and a server bound to 127.0.0.1 is not seen from outside.
EHOSTDOWN | network retry | The host is down
EHOSTUNREACH | network retry | No route to the host | The host is off, in another network, or a firewall rejects: check `ip route get ADDRESS` and the rules.
EALREADY | unavailable retry | It is in progress already
EINPROGRESS | unavailable retry | It is now in progress | Wait until the socket is writable.
ESTALE | storage | Stale file handle | The file was deleted on the NFS server, or the share was remade: open it anew, or mount again.
EUCLEAN | storage | The file system is damaged | Unmount it and run fsck.
ENOTNAM | validation | Not a XENIX named type file
ENAVAIL | resource_exhausted | No XENIX semaphores available
EISNAM | validation | Is a named type file
EREMOTEIO | storage | Remote input or output error | The device at the other end failed: see the kernel's log.
EDQUOT | resource_exhausted retry | Disk quota exceeded | Free space in this user's or project's quota (`quota -s`), or have it raised.
ENOMEDIUM | storage | No medium found
EMEDIUMTYPE | storage | Wrong medium type
ECANCELED | unavailable retry | The operation was cancelled
ENOKEY | authentication | The key that is needed is not available
EKEYEXPIRED | authentication | The key has expired
EKEYREVOKED | authentication | The key was revoked
EKEYREJECTED | authentication | The service rejected the key
EOWNERDEAD | unavailable | The owner of the lock died
ENOTRECOVERABLE | internal | The lock's state cannot be recovered
ERFKILL | network | Switched off by RF-kill | `rfkill list` shows the switch.
EHWPOISON | resource_exhausted | A memory page has a hardware error | Replace the memory; `dmesg` names it.
EAUTH | authentication | Authentication error (BSD, macOS)
EBADARCH | configuration | The executable is for another processor (macOS)
EBADEXEC | configuration | Bad executable (macOS)
EBADMACHO | configuration | Malformed Mach-O file (macOS)
EBADRPC | network | The RPC structure is bad (BSD, macOS)
EDEVERR | storage | The device failed (macOS)
EDOOFUS | internal | A programming error (FreeBSD)
EFTYPE | validation | Inappropriate file type (BSD, macOS)
ELOCKUNMAPPED | internal | The locked lock was unmapped (Solaris)
ENEEDAUTH | authentication | An authenticator is needed (BSD, macOS)
ENOATTR | not_found warning | The attribute is not set (BSD, macOS)
ENOPOLICY | configuration | No such policy (macOS)
ENOTACTIVE | unavailable | The facility is not active (Solaris)
ENOTCAPABLE | authorization | The capabilities do not suffice (FreeBSD, WASI)
EPROCLIM | resource_exhausted retry | Too many processes (BSD, macOS) | Raise the limit (`ulimit -u`), and see which user starts so many.
EPROCUNAVAIL | network | The RPC program has no such procedure (BSD, macOS)
EPROGMISMATCH | network | The RPC program is of another version (BSD, macOS)
EPROGUNAVAIL | network | The RPC program is not available (BSD, macOS)
EPWROFF | storage | The device's power is off (macOS)
EQFULL | resource_exhausted retry | The output queue is full (macOS)
ERPCMISMATCH | network | The RPC version is wrong (BSD, macOS)
ESHLIBVERS | configuration | The shared library's version does not match (macOS)
OTHER | internal | An error number that this system does not name | `python -c "import os; print(os.strerror(N))"` on the system that reported it says more.
"""

FAMILIES = {"errno": ("Error numbers of the operating system (POSIX, Linux, macOS)", ERRNO)}
