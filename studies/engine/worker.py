"""Our RQ worker: preloaded, ticking in its main thread, running our own jobs and nothing else."""

import gc
import itertools
import logging
import os
import signal
import socket
import time
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections
from django.utils import timezone
from redis import RedisError
from rq.job import Job
from rq.queue import Queue
from rq.serializers import JSONSerializer
from rq.worker import Worker

from studies.engine import bell, processes
from studies.engine.patience import AWAY
from studies.engine.recovery import Reconciler, give_back_lanes_of
from studies.engine.watch import stop_on_sigterm
from studies.models import Lane, WorkerProcess

logger = logging.getLogger(__name__)
ALLOWED_JOBS = frozenset({bell.JOB, bell.PROBE_JOB, bell.MODEL_JOB})
PROBE_GRACE = 2.0  # a horse that times fits holds no lane; it may take so many times the seconds that it is given


class TuningWorker(Worker):
    """rq's worker with short intervals, no threads, and calm in the face of a Redis that is away."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Set here and not as class attributes: callers pass their own values explicitly.
        kwargs["worker_ttl"] = 30
        kwargs["job_monitoring_interval"] = max(1, round(settings.RECONCILE_SECONDS))
        kwargs["maintenance_interval"] = max(1, round(settings.RECONCILE_SECONDS))
        kwargs["serializer"] = JSONSerializer
        super().__init__(*args, **kwargs)
        self.max_connection_wait_time = 2.0
        self.reconciler = Reconciler(self.name)
        self.next_tick = 0.0  # on the monotonic clock: rq's own rests on the wall clock, which may jump
        self.horse_held_a_lane_at = 0.0
        self.horse_grace = settings.LEASE_SECONDS
        self.database_is_away = False
        self.redis_is_away = False

    # -- the tick ---------------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Show that this worker lives, and reconcile. Leaves no database connection open for a fork to copy."""
        try:
            WorkerProcess.objects.update_or_create(
                name=self.name,
                defaults={"seen_at": timezone.now()},
                create_defaults={
                    "host": socket.gethostname(),
                    "pid": os.getpid(),
                    "started_at": timezone.now(),
                    "seen_at": timezone.now(),
                },
            )
            self.reconciler.tick()
            self.mind_horse()
            self.database_is_away = False
        except AWAY as error:
            if not self.database_is_away:
                logger.warning("The database does not answer (%s); every tick tries again", error)
            self.database_is_away = True
        except DatabaseError:
            logger.exception("A tick failed; the next one tries again")
        finally:
            connections.close_all()

    @property
    def should_run_maintenance_tasks(self) -> bool:
        return time.monotonic() >= self.next_tick

    def run_maintenance_tasks(self) -> None:
        """Called while idle. rq's own registries hold nothing that we read."""
        self.tick()
        self.next_tick = time.monotonic() + settings.RECONCILE_SECONDS

    def maintain_heartbeats(self, job: Job, execution: Any) -> None:
        """Called while a horse works."""
        self.tick()
        if self._stop_requested:
            self.handle_warm_shutdown_request()  # once more: a signal in the moment of the fork reaches no horse
        self._calmly(super().maintain_heartbeats, job, execution)

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

    # -- jobs -------------------------------------------------------------------------------------------------------

    def execute_job(self, job: Job, queue: Queue) -> None:
        if not is_ours(job):
            logger.error("Refused a job that is not ours: %s", job.id)
            self._calmly(job.delete)
            return
        connections.close_all()
        self.horse_held_a_lane_at = time.monotonic()
        without_lane = {bell.PROBE_JOB: PROBE_GRACE * settings.PROBE_SECONDS, bell.MODEL_JOB: settings.MODEL_SECONDS}
        self.horse_grace = settings.LEASE_SECONDS + without_lane.get(job.func_name, 0.0)
        try:
            super().execute_job(job, queue)
        except RedisError as error:
            self._log_outage(error)
            self._outlive_horse()
        finally:
            self._horse_pid = 0
            try:
                give_back_lanes_of(self.name)
            except DatabaseError:
                logger.exception("Lanes of %s could not be given back; the reconciler will do it", self.name)
            finally:
                connections.close_all()

    def _outlive_horse(self) -> None:
        """Redis failed while a horse works: wait for the horse, then go back to listening."""
        while self.horse_pid:
            try:
                pid, _ = os.waitpid(self.horse_pid, os.WNOHANG)
            except ChildProcessError:
                break
            if pid:
                break
            self.tick()
            if self._stop_requested:
                self.handle_warm_shutdown_request()
            time.sleep(0.2)
        self.executions.clear()

    def setup_work_horse_signals(self) -> None:
        """In the horse: die with the parent, end politely on SIGTERM."""
        processes.die_with_parent(self.pid or 0)
        super().setup_work_horse_signals()
        stop_on_sigterm()

    def handle_warm_shutdown_request(self) -> None:
        if self.horse_pid:
            with suppress(ProcessLookupError):  # it ended just now
                os.kill(self.horse_pid, signal.SIGTERM)

    # -- nothing of ours runs in threads; nothing of Redis ends a worker --------------------------------------------

    def subscribe(self) -> None:
        """No command thread: it would be copied into every horse."""

    @property
    def dequeue_timeout(self) -> int:
        return max(1, round(settings.RECONCILE_SECONDS))

    @property
    def connection_timeout(self) -> int:
        return self.dequeue_timeout + 1

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:
        return 30

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        if pipeline is None:
            self._calmly(super().heartbeat, timeout)
        else:
            super().heartbeat(timeout, pipeline)  # nothing is sent yet, so it says nothing about Redis

    def set_state(self, state: str, pipeline: Any = None) -> None:
        self._state = state
        if pipeline is None:
            self._calmly(super().set_state, state)
        else:
            super().set_state(state, pipeline)

    def check_for_suspension(self, burst: bool) -> None:
        """Pausing is a study's state in the database, never a key in Redis."""

    def set_shutdown_requested_date(self) -> None:
        self._calmly(super().set_shutdown_requested_date)

    def register_death(self) -> None:
        self._calmly(super().register_death)
        try:
            WorkerProcess.objects.filter(name=self.name).delete()
        except AWAY as error:
            logger.warning("The database does not answer (%s); this worker is shown as gone for an hour", error)
        finally:
            connections.close_all()

    def _calmly(self, call: Any, *args: Any, **kwargs: Any) -> None:
        try:
            call(*args, **kwargs)
        except RedisError as error:
            self._log_outage(error)
        else:
            if self.redis_is_away:
                self.redis_is_away = False
                logger.warning("Redis is back")

    def _log_outage(self, error: RedisError) -> None:
        """Once per outage."""
        if not self.redis_is_away:
            self.redis_is_away = True
            logger.warning("Redis does not answer (%s); running trials go on", error)


def is_ours(job: Job) -> bool:
    """A JSON job still names any importable function, and callbacks: only our own is run."""
    try:
        callbacks = (job._success_callback_name, job._failure_callback_name, job._stopped_callback_name)
        return job.func_name in ALLOWED_JOBS and not any(callbacks)
    except Exception:  # a payload that cannot even be read is not ours
        return False


def serve(name: str) -> None:
    """Run one worker until it is told to stop."""
    import django_rq

    gc.freeze()  # what was imported is never collected, so forks share its pages
    wait_for_redis()
    queue = django_rq.get_queue(bell.QUEUE, connection=bell.connection())
    worker = TuningWorker([queue], name=name, connection=queue.connection)
    worker.work(logging_level="WARNING")


def wait_for_redis() -> None:
    """rq signs a worker in before it listens, and gives up without Redis; services may start in any order."""
    for tries in itertools.count():
        if bell.queued_jobs() is not None:
            return
        if not tries:
            logger.warning("Redis does not answer yet; waiting for it")
        time.sleep(0.5)
