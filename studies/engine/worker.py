"""Our RQ worker: preloaded, ticking in its main thread, running our own jobs and nothing else.

Of rq it keeps the loop, the fork and the signals. A worker shows life in the database, so nothing but the wait for a
bell touches Redis, and a Redis that is away, frozen, full or emptied neither ends a worker nor makes it wait.
"""

import gc
import logging
import os
import signal
import socket
import time
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.models.functions import Now
from django.utils.module_loading import import_string
from redis import RedisError
from rq.queue import Queue
from rq.serializers import JSONSerializer
from rq.utils import now
from rq.worker import Worker, WorkerStatus
from rq.worker.base import StopRequested

from studies.engine import bell, errands, fitness, offspring, processes
from studies.engine.hearing import ARGUMENTS, Call, hear
from studies.engine.patience import AWAY, Outage
from studies.engine.recovery import Reconciler, give_back_lanes_of
from studies.engine.store import versions
from studies.engine.watch import stop_on_sigterm
from studies.models import Lane, WorkerProcess

logger = logging.getLogger(__name__)
PROBE_GRACE = 2.0  # a horse that times fits holds no lane; it may take so many times the seconds that it is given
REDIS_REST = 0.5  # seconds between questions whether Redis is back
ORPHANS_EVERY = 10.0  # seconds between looks for orphans while a horse works; its end is always looked at


class TuningWorker(Worker):
    """rq's worker with short intervals, no threads, and no book-keeping in Redis."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Set here and not as a class attribute: callers pass their own value explicitly.
        kwargs["serializer"] = JSONSerializer
        super().__init__(*args, **kwargs)
        self.reconciler = Reconciler(self.name)
        self.identity = offspring.identity(os.getpid())
        self.next_tick = 0.0  # on the monotonic clock: rq's own rests on the wall clock, which may jump
        self.next_orphans = 0.0
        self.horse_held_a_lane_at = 0.0
        self.horse_grace = settings.LEASE_SECONDS
        self.is_listening = False
        self.facts = fitness.facts()
        self.refuses = fitness.NOT_ASKED
        self.redis_outage = Outage("Redis", "running trials go on")
        self.database_outage = Outage("The database", "every tick tries again")

    # -- the tick ---------------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Show that this worker lives, and reconcile. Leaves no database connection open for a fork to copy."""
        try:
            self._compare_with_site()
            seen = {"seen_at": Now(), "refuses": self.refuses}
            WorkerProcess.objects.update_or_create(
                name=self.name,
                defaults=seen,
                create_defaults=seen
                | {
                    "host": socket.gethostname(),
                    "pid": os.getpid(),
                    "identity": self.identity,
                    "started_at": Now(),
                    "packages": sorted(fitness.packages()),
                },
            )
            if not self.refuses:
                self.reconciler.tick()
            self.mind_horse()
            self.database_outage.is_over()
        except AWAY as error:
            self.database_outage.goes_on(error)
        except DatabaseError:
            logger.exception("A tick failed; the next one tries again")
        finally:
            connections.close_all()
            self.next_tick = time.monotonic() + settings.RECONCILE_SECONDS

    @property
    def should_run_maintenance_tasks(self) -> bool:
        return time.monotonic() >= self.next_tick

    def run_maintenance_tasks(self) -> None:
        """Called by rq's loop. rq's own registries hold nothing that we read."""
        self.tick()

    def _compare_with_site(self) -> None:
        """Refuse work while the site runs something else; end when a new process would run the same as the site."""
        site = fitness.of_site()
        refuses = fitness.refusal(self.facts, site)
        if refuses and refuses != self.refuses:
            logger.warning("This worker takes no work. %s", refuses)
        self.refuses = refuses
        if refuses:
            self.handle_warm_shutdown_request()  # a running trial may end
            if fitness.facts() == site:
                logger.warning("The site’s version is on disk now: this worker ends, to be started again with it")
                self._shutdown()

    def mind_horse(self) -> None:
        """Kill a horse that has held no lane for a lease: it hangs, and what it might still write is refused."""
        if not self.horse_pid:
            return
        held = Lane.objects.filter(worker=self.name, horse_pid=self.horse_pid).exclude(token="")
        if held.exists():
            self.horse_held_a_lane_at = time.monotonic()
        elif time.monotonic() - self.horse_held_a_lane_at > self.horse_grace:
            logger.warning("The work horse %s holds no lane and does not end; it is killed", self.horse_pid)
            os.kill(self.horse_pid, signal.SIGKILL)

    # -- waiting for a bell -----------------------------------------------------------------------------------------

    def dequeue_job_and_maintain_ttl(self, timeout: int | None, max_idle_time: int | None = None) -> tuple[Call, Queue]:
        """The next call, ticking until it comes; raises StopRequested when this worker is told to stop.

        rq's own loop leaves off on errors that a full Redis answers with, and does not tick while it rests.
        """
        self.set_state(WorkerStatus.IDLE)
        self.procline(f"Listening on {self.queues[0].name}")
        while not self._stop_requested:
            if self.should_run_maintenance_tasks:
                self.tick()
            if self.refuses:
                time.sleep(REDIS_REST)
                continue
            if self.redis_outage.since is not None and bell.queued_jobs() is None:
                time.sleep(REDIS_REST / 2)
                continue
            try:
                call = self._listen()
            except RedisError as error:
                self.redis_outage.goes_on(error)
                time.sleep(REDIS_REST)
                continue
            if self.redis_outage.is_over():
                self.tick()  # ring at once for what has waited
            if call is not None:
                return call, self.queues[0]
        raise StopRequested

    def _listen(self) -> Call | None:
        self.is_listening = True
        try:
            return hear(self.connection, self.queues[0], max(0.1, self.next_tick - time.monotonic()))
        finally:
            self.is_listening = False

    # -- a horse ----------------------------------------------------------------------------------------------------

    def execute_job(self, job: Call, queue: Queue) -> None:
        connections.close_all()
        self.set_state(WorkerStatus.BUSY)
        self.horse_held_a_lane_at = time.monotonic()
        self.horse_grace = settings.LEASE_SECONDS + _seconds_without_lane(job.function)
        how = "the worker was stopped"
        try:
            self.fork_work_horse(job, queue)
            how = offspring.name_of_end(self._see_horse_out())
        finally:
            self._horse_pid = 0
            offspring.end_orphans(ours=())
            self._clear_up(f"The work horse died: {how}")
        self.set_state(WorkerStatus.IDLE)

    def _see_horse_out(self) -> int:
        """Tick until the horse has ended, which is seen at once; its wait status."""
        while True:
            status = offspring.wait_for(self.horse_pid, self.next_tick - time.monotonic())
            if status is not None:
                return status
            if self.should_run_maintenance_tasks:
                self.tick()
            if self._stop_requested:
                self.handle_warm_shutdown_request()  # once more: a signal in the moment of the fork reaches no horse
            if time.monotonic() >= self.next_orphans:
                self.next_orphans = time.monotonic() + ORPHANS_EVERY
                offspring.end_orphans(ours=(self.horse_pid,))

    def _clear_up(self, detail: str) -> None:
        try:
            give_back_lanes_of(self.name, detail)
        except DatabaseError:
            logger.exception("Lanes of %s could not be given back; the reconciler will do it", self.name)
        finally:
            connections.close_all()

    def main_work_horse(self, job: Call, queue: Queue) -> None:
        """In the horse: the call, and no book-keeping. Never returns."""
        code = 1
        try:
            self.setup_work_horse_signals()
            self._is_horse = True
            import_string(job.function)(*job.numbers)
            code = 0
        except BaseException:
            logger.exception("%s%s ended with an error", job.function, job.numbers)
        finally:
            os._exit(code)

    def setup_work_horse_signals(self) -> None:
        """In the horse: die with the parent, end politely on SIGTERM."""
        processes.die_with_parent(self.pid or 0)
        super().setup_work_horse_signals()
        stop_on_sigterm()

    # -- the end ----------------------------------------------------------------------------------------------------

    def _shutdown(self) -> None:
        """Told to stop, in the signal's handler: what is being done is done first."""
        self._stop_requested = True
        if self.is_listening:
            raise StopRequested  # a bell that is lost in this moment is rung again

    def handle_warm_shutdown_request(self) -> None:
        if self.horse_pid:
            with suppress(ProcessLookupError):  # it ended just now
                os.kill(self.horse_pid, signal.SIGTERM)

    def register_death(self) -> None:
        try:
            WorkerProcess.objects.filter(name=self.name).delete()
        except AWAY as error:
            logger.warning("The database does not answer (%s); this worker is shown as gone for an hour", error)
        finally:
            connections.close_all()

    # -- what rq would keep in Redis, or leave to a thread ----------------------------------------------------------

    def subscribe(self) -> None:
        """No command thread: it would be copied into every horse."""

    @property
    def dequeue_timeout(self) -> int:
        return max(1, round(settings.RECONCILE_SECONDS))

    @property
    def connection_timeout(self) -> int:
        return self.dequeue_timeout + 1

    def _set_ip_address(self, connection: Any) -> None:
        self.ip_address = "unknown"

    def register_birth(self) -> None:
        self.birth_date = self.last_heartbeat = now()

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Workers are rows: see tick."""

    def set_state(self, state: str, pipeline: Any = None) -> None:
        self._state = state

    def check_for_suspension(self, burst: bool) -> None:
        """Pausing is a study's state in the database, never a key in Redis."""


def _seconds_without_lane(function: str) -> float:
    """How long a horse may hold no lane, by what it does."""
    if function == bell.PROBE_JOB:
        return PROBE_GRACE * settings.PROBE_SECONDS
    return errands.BY_JOB[function].seconds if function in errands.BY_JOB else 0.0


def serve(name: str) -> None:
    """Run one worker until it is told to stop."""
    import django_rq

    offspring.adopt_orphans()
    versions.storage()  # imported before the forks, not in each of them
    for function in ARGUMENTS:
        import_string(function)
    gc.freeze()  # what was imported is never collected, so forks share its pages
    queue = django_rq.get_queue(bell.QUEUE, connection=bell.connection())
    worker = TuningWorker([queue], name=name, connection=queue.connection)
    worker.work(logging_level="WARNING")
