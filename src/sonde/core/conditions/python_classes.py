"""Python's built-in exceptions, by class.

Source: the Python Library Reference, "Built-in Exceptions" (3.11 to 3.14). An `OSError` with an errno is named by that.
`object` and `str` stand for what is no exception at all.
"""

__all__ = ["FAMILIES"]

BUILTINS = """
BaseException | internal wraps | The root of all exceptions
Exception | internal wraps | An exception without a class of its own | Give it a class of its own, so that it can be caught and told apart.
BaseExceptionGroup | internal wraps | Several exceptions at once | Look at each of them; `except*` handles them by class.
ExceptionGroup | internal wraps | Several exceptions at once | Look at each of them; `except*` handles them by class.
GeneratorExit | unavailable info | A generator was closed
KeyboardInterrupt | unavailable warning | Interrupted from the keyboard (Ctrl-C)
SystemExit | ok info | The program asked to end
ArithmeticError | validation | Arithmetic failed
AssertionError | internal | What must hold does not | The line of the assert says what was taken for granted.
AttributeError | internal | The object has no such attribute | Often a None where an object was expected, or another version of a library than the code was written for.
BufferError | internal | The buffer is still in use | Release the memoryview before resizing.
EOFError | serialization | The input ended too early | The file is cut off, or there is no terminal to read from.
ImportError | configuration | A name or module cannot be imported | Check the installed version of the package (`pip show NAME`), and circular imports.
ModuleNotFoundError | configuration | The module is not installed here | Install it into this environment (`python -m pip install NAME`), and check that this is the Python meant (`sys.executable`).
LookupError | not_found | Nothing is there under that key or index
IndexError | not_found | The index is out of range | The sequence is shorter than the code thinks: check its length, also for empty.
KeyError | not_found | The key is not in the mapping | Use `.get()` with a default, or check what the data holds.
MemoryError | resource_exhausted retry | Out of memory | Process less at once, or raise the memory limit.
NameError | internal | The name is not defined | A spelling mistake or a missing import.
UnboundLocalError | internal | The variable is used before it is given a value
OSError | storage wraps | The operating system refused | Its errno or text says why.
BlockingIOError | unavailable retry | It would block
ChildProcessError | internal | A child process operation failed
ConnectionError | network retry wraps | A connection failed
BrokenPipeError | network retry | The other end closed the pipe or connection | Open a new connection and send again.
ConnectionAbortedError | network retry | The connection was aborted | Open a new connection and send again.
ConnectionRefusedError | network retry | Connection refused: nothing listens there | Start the server, or correct host and port.
ConnectionResetError | network retry | The peer reset the connection | Connect anew; see whether the server restarts or closes idle connections.
FileExistsError | validation warning | The file exists | Choose another name, or remove what is there.
FileNotFoundError | not_found | No such file or directory | Check the path and the directory that the process runs in.
InterruptedError | unavailable retry | Interrupted by a signal
IsADirectoryError | validation | It is a directory | Name a file in it.
NotADirectoryError | not_found | It is not a directory
PermissionError | authorization | Permission denied | Check the owner and the mode of the file, and the user that this process runs as.
ProcessLookupError | not_found | No such process
TimeoutError | timeout retry | Time is up | Allow more time or ask for less at once; if it stays, find out what is slow.
ReferenceError | internal | A weakly referenced object is gone
RuntimeError | internal wraps | An error without a class of its own | Its message is all there is: read it with the traceback.
NotImplementedError | internal | This part is not written, or not for this class
PythonFinalizationError | unavailable warning | The interpreter is shutting down | Flush and stop threads before the program ends.
RecursionError | internal | Too many nested calls | A function calls itself without an end, or the data is nested too deeply.
StopAsyncIteration | ok info | An asynchronous iterator is at its end
StopIteration | ok info | An iterator is at its end
SyntaxError | configuration | The source is not valid Python | Check the line it names, and that this Python is new enough for it.
IndentationError | configuration | The indentation is wrong
TabError | configuration | Tabs and spaces are mixed
SystemError | internal fatal | The interpreter found an error of its own | An extension module is at fault most often: upgrade it.
TypeError | internal | A value of the wrong type | Compare the call with the function's signature.
ValueError | validation | A value of the right type that makes no sense | The message names it.
FloatingPointError | validation | A floating point operation failed
OverflowError | validation | A number is too large | Check the range: OTLP's integers have 64 bits.
ZeroDivisionError | validation | Division by zero
UnicodeError | serialization | Text that cannot be encoded or decoded | Name the encoding that the bytes have, or use errors="replace".
UnicodeDecodeError | serialization | Bytes that are not text in this encoding | Name the encoding that the bytes have (often cp1252 or latin-1 instead of utf-8), or read them as bytes.
UnicodeEncodeError | serialization | Text that this encoding cannot carry | Use UTF-8 (PYTHONUTF8=1, LANG=C.UTF-8); a lone surrogate comes from bytes that were decoded with surrogateescape.
UnicodeTranslateError | serialization | Text that cannot be translated
Warning | internal info | A warning
BytesWarning | internal warning | Bytes and text are compared
DeprecationWarning | configuration warning | Something will go away | Use what the message names instead, before the next upgrade.
EncodingWarning | configuration warning | A file is opened without naming its encoding
FutureWarning | configuration warning | Something will change
ImportWarning | configuration warning | An import is probably wrong
PendingDeprecationWarning | configuration info | Something will go away some day
ResourceWarning | resource_exhausted warning | A file or connection was not closed | Use `with`; `python -X tracemalloc` shows where it was opened.
RuntimeWarning | internal warning | Doubtful behaviour at run time | "coroutine was never awaited" wants an `await`.
SyntaxWarning | configuration warning | Doubtful syntax
UnicodeWarning | serialization warning | Doubtful text
UserWarning | configuration warning | A warning of the program's own
object | internal | Not an exception or code that is known
str | internal | Not a code that is known | `sonde explain --search WORD` finds codes by what they say.
"""

FAMILIES = {"python": ("Exceptions of Python and its standard library, by class", BUILTINS)}
