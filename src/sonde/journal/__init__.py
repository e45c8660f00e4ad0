"""The journal: what the doors accepted, on disk and synced before the sender is told so, until every reader has taken it.

The only room between a door and the store, and the only thing that door and keeper processes share: a directory.

    from sonde.journal import Cursor, JournalConfig, JournalWriter, read_body

    writer = JournalWriter(directory, JournalConfig(), writer="0", deliver=loop.call_soon_threadsafe)
    writer.append(signal, tenant, payload, items, done)      # done(None): kept

    cursor = Cursor(directory, "keeper")                     # in another process
    for segment in cursor.pending():
        store(read_body(segment), token=segment.id)
        cursor.finish(segment)

Invariants
    1. A record is acknowledged only when its bytes and its file's name are on stable storage (`sync: always`).
    2. Any run of whole records, so also a whole segment, is one valid OTLP request of its signal.
    3. A sealed segment never changes, except that damage is taken out of it. Its id is never used again.
    4. An acknowledged record stays until every registered reader has finished its segment. With no reader it stays
       until the quota refuses new ones, unless `keep_bytes` or `keep_age_s` says otherwise.
    5. Queue, open files, directory size and free space are bounded; beyond them appends are refused, retryably.
    6. Damaged bytes are never served: they go to quarantine with a reason, and the records around them live on.

Byte layout: `record`. Names and directories: `layout`. Commit order and failures: `commit`, `segment`. Recovery:
`recovery`, `examination`. Readers: `cursor`, `reader`.

Not promised
    - Exactly once by itself: a crash between a reader's commit and its `finish` hands the segment out again, with the
      same id for the reader to know it by.
    - That a refused record is absent: after a disk failure that could not even be cut back, and then a crash, a
      record whose sender was told to retry may be found whole. An *acknowledged* record is there exactly once.
    - With `sync: interval` or `never`, what a power cut takes. The death of the process takes nothing in either.
    - Order across signals, tenants and writers.
    - Protection from whoever can write to the directory, or from filesystems that lie about `fsync` or whose `flock` does
      not reach other machines.
"""

from sonde.journal.config import JournalConfig
from sonde.journal.cursor import Cursor, registered_readers
from sonde.journal.disk import Disk, OsDisk
from sonde.journal.examination import Examination, Stretch
from sonde.journal.layout import Segment
from sonde.journal.quarantine import quarantined
from sonde.journal.quota import Usage, measure
from sonde.journal.reader import (
    open_segments,
    quarantine,
    read_body,
    read_records,
    salvage,
    sealed_segments,
    verify,
)
from sonde.journal.record import FIELD_NUMBER, Header, Record
from sonde.journal.recovery import Recovery, recover
from sonde.journal.stats import SYNC_BUCKETS_S, JournalStats
from sonde.journal.writer import JournalWriter

__all__ = [
    "FIELD_NUMBER",
    "SYNC_BUCKETS_S",
    "Cursor",
    "Disk",
    "Examination",
    "Header",
    "JournalConfig",
    "JournalStats",
    "JournalWriter",
    "OsDisk",
    "Record",
    "Recovery",
    "Segment",
    "Stretch",
    "Usage",
    "measure",
    "open_segments",
    "quarantine",
    "quarantined",
    "read_body",
    "read_records",
    "recover",
    "registered_readers",
    "salvage",
    "sealed_segments",
    "verify",
]
