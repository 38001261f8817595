"""The RQ job that compares two large versions of a dataset, in a child within limits of time and memory."""

import json
import mmap
import struct
from collections.abc import Callable

from django.conf import settings

from studies.engine import errands
from studies.engine.differences import compare_files, stamp_of
from studies.engine.errand_child import in_child
from studies.engine.long_reading import Interrupted, Telling, Withdrawn
from studies.engine.store.cache import table_path
from studies.models import DatasetVersion, VersionDifference

SHARE = struct.Struct("d")


def run_difference(pk: int) -> None:
    """Compare two versions. May be delivered never, once or five times: the claim decides."""
    errands.perform(VersionDifference, pk, _compared)


def _compared(wanted: VersionDifference, beat: errands.Beat) -> errands.Values | None:
    """The difference as VersionDifference.found keeps it; None when the worker is being stopped, or nobody wants it."""
    seen = _versions(wanted)
    if seen is None:
        return None
    telling = Telling(beat)
    try:
        before, after = (str(table_path(version, lambda: telling(0.0))) for version in seen)
    except (Interrupted, Withdrawn):
        return None
    done = mmap.mmap(-1, mmap.PAGESIZE)  # the child writes how far it is, this process reads
    ended = in_child(
        _work(before, after, done),
        settings.READING_MEMORY_MB,
        settings.READING_JOB_SECONDS,
        lambda: beat(share=SHARE.unpack_from(done)[0]),
    )
    if ended is None:
        return None
    stamp, now = stamp_of(*seen), _versions(wanted)
    if now is None or stamp_of(*now) != stamp:  # one was read anew meanwhile: so are both compared
        return errands.WAITS | {"share": 0.0}
    if ended.error or not ended.answer:
        too_much = f"To compare them takes more than the limit of {settings.READING_MEMORY_MB:,} MB of memory."
        return errands.failed(ended.error or too_much) | {"stamp": stamp}
    return errands.done(found=json.loads(ended.answer), stamp=stamp, share=1.0)


def _versions(wanted: VersionDifference) -> tuple[DatasetVersion, DatasetVersion] | None:
    """Both as they are now; None where one was deleted."""
    pair = [wanted.before_id, wanted.after_id]
    found = DatasetVersion.objects.select_related("dataset").in_bulk(pair)
    return (found[pair[0]], found[pair[1]]) if len(found) == len(pair) else None


def _work(before: str, after: str, done: mmap.mmap) -> Callable[[], bytes | None]:
    def work() -> bytes | None:
        try:
            found = compare_files(before, after, lambda share: SHARE.pack_into(done, 0, share))
        except MemoryError:
            return None
        return json.dumps(found).encode()

    return work
