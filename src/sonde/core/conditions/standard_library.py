"""Exceptions of Python's standard library, by module and class, in the family `python` with the built-in ones.

Source: the Python Library Reference (3.11 to 3.14). Those that carry a code (`ssl.SSLError`, `socket.gaierror`,
`urllib.error.HTTPError`, `subprocess.CalledProcessError`) are named by it where they have one.
"""

from sonde.core.conditions.python_classes import BUILTINS

__all__ = ["FAMILIES"]

STANDARD = """
argparse.ArgumentError | validation | A command line argument is wrong | Compare it with `--help`.
argparse.ArgumentTypeError | validation | A command line argument is wrong | Compare it with `--help`.
asyncio.BrokenBarrierError | internal | The barrier is broken
asyncio.CancelledError | unavailable warning retry | The task was cancelled | Let it pass after cleaning up; if nobody meant to cancel, look for a timeout around it.
asyncio.IncompleteReadError | network retry | The stream ended too early | The peer closed the connection in the middle of a message: connect anew.
asyncio.InvalidStateError | internal | The future is in the wrong state | Its result is asked for too early, or set twice.
asyncio.LimitOverrunError | validation | No separator within the limit | Raise the stream's `limit`, or the peer does not send lines.
asyncio.QueueEmpty | unavailable info retry | The queue is empty
asyncio.QueueFull | resource_exhausted warning retry | The queue is full | Wait with `await queue.put()`, or let more consumers run.
asyncio.QueueShutDown | unavailable warning | The queue was shut down
asyncio.SendfileNotAvailableError | configuration | sendfile cannot be used here
binascii.Error | serialization | Not valid base64 or hexadecimal | Check padding and alphabet (urlsafe or not).
binascii.Incomplete | serialization retry | The data is incomplete
bdb.BdbQuit | ok info | The debugger was left
concurrent.futures.BrokenExecutor | unavailable | The pool is broken
concurrent.futures.BrokenProcessPool | resource_exhausted | A worker process of the pool died | Often the OOM killer (exit 137) or a crash in native code: look into `dmesg`; make a new pool.
concurrent.futures.BrokenThreadPool | unavailable | The thread pool's initializer failed
concurrent.futures.CancelledError | unavailable warning retry | The future was cancelled
concurrent.futures.InvalidStateError | internal | The future is in the wrong state
configparser.Error | configuration | The configuration file is wrong
configparser.DuplicateOptionError | configuration | An option stands there twice
configparser.DuplicateSectionError | configuration | A section stands there twice
configparser.InterpolationError | configuration | A value refers to something that is not there
configparser.MissingSectionHeaderError | configuration | The file has no section header
configparser.NoOptionError | configuration | The option is missing
configparser.NoSectionError | configuration | The section is missing
configparser.ParsingError | configuration | The configuration file cannot be read
copy.Error | internal | The object cannot be copied
csv.Error | serialization | Not valid CSV | Check delimiter and quotes; a field over the limit wants `csv.field_size_limit`.
ctypes.ArgumentError | internal | An argument does not fit the C function
dataclasses.FrozenInstanceError | internal | The object is frozen | Make a changed copy with `dataclasses.replace`.
decimal.DecimalException | validation | A decimal operation failed
decimal.InvalidOperation | validation | Not a valid decimal operation or number
email.MessageError | serialization | The e-mail message is wrong
ftplib.Error | network | FTP failed
getopt.GetoptError | validation | A command line option is wrong
graphlib.CycleError | configuration | Things depend on each other in a circle
gzip.BadGzipFile | serialization | Not a gzip file, or a damaged one | The content may not be compressed at all, or be cut off: check Content-Encoding.
http.client.HTTPException | network retry wraps | HTTP failed
http.client.BadStatusLine | network | The answer is not HTTP | Check the port: it may speak TLS or another protocol.
http.client.CannotSendHeader | internal | Headers are sent out of turn
http.client.CannotSendRequest | internal | A request is under way on this connection | One connection for each thread, and read each answer to its end.
http.client.ImproperConnectionState | internal | The connection is in the wrong state
http.client.IncompleteRead | network retry | The answer ended too early | The server or a proxy closed the connection in the middle: try again.
http.client.InvalidURL | configuration | The URL is not valid | Check the address for spaces and a port that is no number.
http.client.LineTooLong | network | A header line is too long
http.client.NotConnected | network retry | Not connected
http.client.RemoteDisconnected | network retry | The server closed the connection without an answer | It was idle too long, or the server restarted: try again on a new connection.
http.client.ResponseNotReady | internal | The answer is read before the request is sent
http.client.UnimplementedFileMode | internal | The file's mode is not supported
http.client.UnknownProtocol | network | The server speaks another version of HTTP | Check the port.
http.client.UnknownTransferEncoding | network | The transfer encoding is not known
http.cookies.CookieError | validation | The cookie is not valid
imaplib.error | network | IMAP failed
importlib.metadata.PackageNotFoundError | configuration | The package is not installed here | Install it into this environment; its distribution's name may differ from the module's.
ipaddress.AddressValueError | validation | Not a valid IP address
ipaddress.NetmaskValueError | validation | Not a valid netmask
json.JSONDecodeError | serialization | Not valid JSON | Look at the position it names; an HTML page, an empty body or a cut answer in its place are frequent.
locale.Error | configuration | The locale is not installed | Set LANG=C.UTF-8, or install the locale.
lzma.LZMAError | serialization | Not valid xz data
mailbox.Error | storage | The mailbox cannot be read
multiprocessing.AuthenticationError | authentication | The other process has another key
multiprocessing.BufferTooShort | validation | The buffer is too short for the message
multiprocessing.ProcessError | internal | A process failed
multiprocessing.TimeoutError | timeout retry | The other process did not answer in time
multiprocessing.MaybeEncodingError | serialization | The result of a worker cannot be pickled
netrc.NetrcParseError | configuration | The .netrc file is wrong
nntplib.NNTPError | network | NNTP failed
optparse.OptParseError | validation | A command line option is wrong
pickle.PickleError | serialization | Pickling failed
pickle.PicklingError | serialization | The object cannot be pickled | Functions must stand at the top of a module; locks, sockets and lambdas cannot go to another process.
pickle.UnpicklingError | serialization | Not a valid pickle, or a damaged one
plistlib.InvalidFileException | serialization | Not a valid property list
poplib.error_proto | network | POP3 failed
queue.Empty | unavailable info retry | The queue is empty
queue.Full | resource_exhausted warning retry | The queue is full | Wait with `put(timeout=…)`, or let more consumers run.
queue.ShutDown | unavailable warning | The queue was shut down
re.error | validation | Not a valid regular expression | The message names the position.
re.PatternError | validation | Not a valid regular expression | The message names the position.
shutil.Error | storage | Several files could not be copied
shutil.ExecError | storage | A command of the archive could not be run
shutil.ReadError | serialization | The archive cannot be read
shutil.SameFileError | validation | Source and target are the same file
shutil.SpecialFileError | validation | Not a regular file
signal.ItimerError | validation | The timer cannot be set
smtplib.SMTPException | network wraps | SMTP failed
smtplib.SMTPAuthenticationError | authentication | The mail server refused the credential
smtplib.SMTPConnectError | network retry | The mail server did not take the connection
smtplib.SMTPDataError | unavailable | The mail server refused the message
smtplib.SMTPHeloError | network | The mail server refused the greeting
smtplib.SMTPNotSupportedError | configuration | The mail server does not support this
smtplib.SMTPRecipientsRefused | validation | All recipients were refused
smtplib.SMTPSenderRefused | authorization | The sender was refused
smtplib.SMTPServerDisconnected | network retry | The mail server left
socket.gaierror | dns retry | The host name could not be resolved | Check the spelling of the host name and the resolver (`getent hosts NAME`).
socket.herror | dns retry | The address could not be resolved to a name
sqlite3.Error | storage wraps | SQLite failed
sqlite3.Warning | storage warning | A warning of SQLite
sqlite3.DatabaseError | storage | The database is damaged or not SQLite | Run `PRAGMA integrity_check`, restore the backup.
sqlite3.DataError | validation | The data does not fit the column
sqlite3.IntegrityError | validation | A constraint forbids it | The message names it: a unique or foreign key, or a missing value.
sqlite3.InterfaceError | internal | SQLite was called wrongly
sqlite3.InternalError | internal | SQLite found an error of its own
sqlite3.NotSupportedError | configuration | This SQLite does not support it
sqlite3.OperationalError | storage retry | The database is locked, missing or full | "database is locked": set a longer timeout or WAL mode, and keep transactions short.
sqlite3.ProgrammingError | internal | Wrong SQL or wrong number of parameters
ssl.SSLError | tls wraps | TLS failed
ssl.SSLCertVerificationError | tls | The peer's certificate could not be verified | Trust its authority (SSL_CERT_FILE), or correct the certificate; `openssl s_client -connect HOST:PORT -showcerts` shows it.
ssl.SSLEOFError | network retry | The peer broke the TLS connection off | Connect anew; in the handshake the port may not speak TLS.
ssl.SSLSyscallError | network retry | The system failed beneath TLS
ssl.SSLWantReadError | unavailable info retry | TLS waits for data to read
ssl.SSLWantWriteError | unavailable info retry | TLS waits until it can write
ssl.SSLZeroReturnError | network retry | The peer closed the TLS connection in order | Connect anew.
statistics.StatisticsError | validation | Too few or wrong figures
struct.error | serialization | The bytes do not fit the format | Check the length: the input may be cut off.
subprocess.SubprocessError | internal wraps | A child process failed
subprocess.CalledProcessError | internal | A command ended with an error | Its exit code and its standard error say why.
subprocess.TimeoutExpired | timeout retry | A command took too long | Allow more time, or find out what it waits for (a prompt, a lock, the network).
tarfile.TarError | serialization | The tar archive is wrong
tarfile.FilterError | authorization | The archive holds a member that is not safe to unpack
tarfile.ReadError | serialization | Not a tar archive, or a damaged one
telnetlib.Error | network | Telnet failed
termios.error | configuration | The terminal does not take this | There is perhaps no terminal: run it with one (`docker run -t`).
threading.BrokenBarrierError | internal | The barrier is broken
tokenize.TokenError | configuration | The source ends too early
tomllib.TOMLDecodeError | configuration | Not valid TOML | The message names line and column.
unittest.SkipTest | ok info | The test was skipped
urllib.ContentTooShortError | network retry | The download ended too early
urllib.HTTPError | network | The server answered with an error
urllib.URLError | network retry wraps | The URL could not be opened
uu.Error | serialization | Not valid uuencoded data
wave.Error | serialization | Not a valid WAV file
webbrowser.Error | configuration | No browser can be opened here
xdrlib.Error | serialization | Not valid XDR data
xml.DOMException | serialization | The document cannot be changed so
xml.ExpatError | serialization | Not well-formed XML | The message names line and column.
xml.ParseError | serialization | Not well-formed XML | The message names line and column.
xml.SAXParseException | serialization | Not well-formed XML | The message names line and column.
xmlrpc.Error | network wraps | XML-RPC failed
xmlrpc.Fault | internal | The XML-RPC server answered with a fault
xmlrpc.ProtocolError | network | The XML-RPC server answered with an HTTP error
zipfile.BadZipFile | serialization | Not a zip archive, or a damaged one | The download may be cut off, or be an error page.
zipfile.LargeZipFile | configuration | The archive needs ZIP64
zipimport.ZipImportError | configuration | The module cannot be imported from the archive
zlib.error | serialization | Not valid deflate or gzip data | "incorrect header check": the data is not compressed, or otherwise than named; "incomplete": it is cut off.
zoneinfo.ZoneInfoNotFoundError | configuration | The time zone is not known | Install `tzdata` (pip or the system's).
"""

FAMILIES = {"python": ("Exceptions of Python and its standard library, by class", BUILTINS + STANDARD)}
