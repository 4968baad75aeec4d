"""Where runs are done: in this process, in others of this machine, or by Ray or Dask.

Results come in the order of what was asked, so that nothing depends on who was quick.
"""

import multiprocessing
import os
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Literal, Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

Backend = Literal["local", "ray", "dask"]
BACKENDS: tuple[Backend, ...] = ("local", "ray", "dask")
_CONTEXT = multiprocessing.get_context("spawn")  # a fork would copy the caller's threads and sockets half
FAR = 16
"""Results that wait for an earlier one, to each process, before it is waited for."""
PATIENCE = 5.0
"""Seconds that a process gets to end when it is told to."""


class BackendError(RuntimeError):
    """A process of the experiment died, or the backend is not there; what to do."""


class Crew(Protocol):
    """Workers, as many as there are."""

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """`work` of each item, in the order of the items; it must be a function of a module."""


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def crew(backend: Backend = "local", processes: int | None = None) -> Iterator[Crew]:
    """Workers of a backend; `processes`: how many, by default one for each core (1: this process alone).

    Ray and Dask go to the cluster that RAY_ADDRESS or DASK_SCHEDULER_ADDRESS names, or begin their own.
    """
    if processes is not None and processes < 1:
        raise ValueError(f"processes must be 1 or more, is {processes}")
    if backend == "ray":
        with _ray(processes) as workers:
            yield workers
    elif backend == "dask":
        with _dask(processes) as workers:
            yield workers
    elif (count := processes or cores()) == 1:
        yield Here()
    else:
        local = Local(count)
        try:
            yield local
        finally:
            local.end()


class Here(Crew):
    """This process."""

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """One after the other."""
        return map(work, items)


class Local(Crew):
    """Processes of this machine, begun when they are first needed.

    Each hears of its parent's death by its pipe, and ends: nothing is left of an experiment that is killed.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._workers: list[tuple[SpawnProcess, Connection]] = []

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Each goes to whoever is free."""
        rest = enumerate(items)
        done: dict[int, Any] = {}
        busy: dict[Connection, int] = {}
        following = 0
        try:
            while True:
                if len(done) < FAR * self._count:
                    self._hand_out(work, rest, busy)
                if following in done:
                    yield done.pop(following)
                    following += 1
                elif busy:
                    for pipe in wait(list(busy)):
                        assert isinstance(pipe, Connection)
                        done[busy.pop(pipe)] = _received(pipe)
                else:
                    return
        finally:
            if busy:  # nobody waits for these any more, and whoever asks next must not get them
                self.end()

    def _hand_out(
        self, work: Callable[[Any], Any], rest: "Iterator[tuple[int, Any]]", busy: dict[Connection, int]
    ) -> None:
        """Everybody has something to do. (One thing each: two might fill both ways of a pipe, for good.)"""
        for i in range(self._count):
            if i < len(self._workers) and self._workers[i][1] in busy:
                continue
            number, item = next(rest, (None, None))
            if number is None:
                return
            pipe = self._workers[i][1] if i < len(self._workers) else self._begin()
            pipe.send((work, item))
            busy[pipe] = number

    def _begin(self) -> Connection:
        here, there = _CONTEXT.Pipe()
        process = _CONTEXT.Process(target=_serve, args=(there,), daemon=True)
        process.start()
        there.close()
        self._workers.append((process, here))
        return here

    def end(self) -> None:
        """Nothing is left of them."""
        for _, pipe in self._workers:
            pipe.close()
        for process, _ in self._workers:
            process.join(0.2)
            if process.is_alive():
                process.terminate()
                process.join(PATIENCE)
        self._workers.clear()


def _received(pipe: Connection) -> Any:
    try:
        good, result = pipe.recv()
    except (EOFError, OSError):
        raise BackendError(
            "a process of the experiment died (out of memory?): run again with fewer --processes; "
            "with --checkpoint it goes on where it was"
        ) from None
    if not good:
        raise result
    return result


def _serve(pipe: Connection) -> None:
    """Do what comes through the pipe until nobody is at its other end."""
    while True:
        try:
            work, item = pipe.recv()
        except (EOFError, OSError, KeyboardInterrupt):
            return
        try:
            answer = True, work(item)
        except KeyboardInterrupt:
            return
        except Exception as error:  # noqa: BLE001 (told to the parent, which raises it)
            answer = False, _portable(error)
        try:
            pipe.send(answer)
        except OSError:
            return


def _portable(error: Exception) -> Exception:
    """The error if it can be sent, else one with its words."""
    if isinstance(error, ValueError) and len(error.args) == 1:
        return ValueError(str(error))
    last = traceback.extract_tb(error.__traceback__)[-1]
    return BackendError(f"{error} ({type(error).__name__} at {last.name}:{last.lineno})")


# -- clusters ----------------------------------------------------------------------------------------------


@contextmanager
def _ray(processes: int | None) -> Iterator[Crew]:
    try:
        import ray  # noqa: PLC0415 (an extra)
    except ImportError:
        raise BackendError("--backend ray needs Ray: pip install 'motcua[ray]'") from None
    begun = not ray.is_initialized()
    if begun:
        there = bool(os.environ.get("RAY_ADDRESS"))
        options: dict[str, Any] = (
            {} if there else {"num_cpus": processes or cores(), "include_dashboard": False}
        )
        ray.init(log_to_driver=False, logging_level="ERROR", **options)
    try:
        yield _Ray(ray)
    finally:
        if begun:
            ray.shutdown()


class _Ray(Crew):
    def __init__(self, ray: Any) -> None:
        self._ray = ray

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """As tasks of Ray, some ahead of the one that is waited for."""
        ray, remote = self._ray, self._ray.remote(work)
        ahead = 4 * max(1, int(ray.cluster_resources().get("CPU", 1)))
        return _ahead(remote.remote, ray.get, items, ahead)


@contextmanager
def _dask(processes: int | None) -> Iterator[Crew]:
    try:
        from distributed import Client, LocalCluster  # noqa: PLC0415 (an extra)
    except ImportError:
        raise BackendError("--backend dask needs Dask: pip install 'motcua[dask]'") from None
    address = os.environ.get("DASK_SCHEDULER_ADDRESS")
    if address:
        with Client(address) as client:
            yield _Dask(client)
        return
    count = processes or cores()
    with (
        LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        yield _Dask(client)


class _Dask(Crew):
    def __init__(self, client: Any) -> None:
        self._client = client

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """As futures of Dask, some ahead of the one that is waited for."""
        client = self._client
        ahead = 4 * max(1, sum(client.nthreads().values()))

        def submit(item: Item) -> Any:
            return client.submit(work, item, pure=False)

        return _ahead(submit, lambda future: future.result(), items, ahead)


def _ahead(
    submit: Callable[[Any], Any], result: Callable[[Any], Any], items: Iterable[Any], count: int
) -> Iterator[Any]:
    under_way: deque[Any] = deque()
    for item in items:
        under_way.append(submit(item))
        if len(under_way) >= count:
            yield result(under_way.popleft())
    while under_way:
        yield result(under_way.popleft())
