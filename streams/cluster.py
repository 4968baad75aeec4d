"""Several Kafka processes on this machine that are one cluster, each to be killed and started by itself.

with local_cluster() as cluster:
    producer = KafkaProducer(bootstrap_servers=cluster.address)
    cluster.brokers[0].kill()
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.jars import BrokerError
from streams.node import Broker, Quorum, cluster_of, free_port, start_together
from streams.process import end
from streams.secured import USERS, Secured
from streams.security import PLAIN, Security

LOOK_SECONDS = 0.5


class Cluster:
    """`size` processes, each a broker and a controller; three of them go on when one is lost.

    What each keeps lies in a folder of its own, `folder/1` and so on; one alone has `folder` itself.
    With `secure` it asks for TLS and SCRAM, and `security` and `config` say what each user needs.
    """

    def __init__(self, folder: Path, port: int | None = None, size: int = 3, secure: bool = False) -> None:
        self.folder = folder.absolute()
        self.secured = Secured(self.folder) if secure else None
        alone = size == 1
        folders = [self.folder if alone else self.folder / f"{n}" for n in range(1, size + 1)]
        quorum = Quorum(cluster_of(folders), tuple(free_port() for _ in folders))
        self.brokers = tuple(
            Broker(one, port and port + n, number=n + 1, quorum=quorum, secured=self.secured)
            for n, one in enumerate(folders)
        )
        self.address = ",".join(broker.address for broker in self.brokers)

    def start(self) -> None:
        """Returns once each serves and knows the others, else raises BrokerError and ends them all."""
        start_together(self.brokers)
        if self.secured is not None:
            from streams.rights import grant  # noqa: PLC0415  an extra, which one that asks nothing needs not

            grant(self.address, self.security(USERS[0]))

    def stop(self) -> None:
        """Ends all in order, side by side; harmless if they have ended already."""
        end(*(broker.process for broker in self.brokers if broker.process is not None))

    def kill(self) -> None:
        """Ends all as a power cut would."""
        for broker in self.brokers:
            broker.kill()

    def wait(self) -> None:
        """Stays while any lives; BrokerError with the last one's log when none does."""
        while True:
            for broker in self.brokers:
                if broker.process is not None and broker.process.poll() is None:
                    break
            else:
                raise self.brokers[-1].failure("ended by itself")
            time.sleep(LOOK_SECONDS)

    def security(self, user: str) -> Security:
        """What a client needs to be that user; nothing where nothing is asked."""
        return PLAIN if self.secured is None else self.secured.security(user)


@contextmanager
def local_cluster(
    folder: Path | None = None, port: int | None = None, size: int = 3, secure: bool = False
) -> Iterator[Cluster]:
    """Yields a cluster that serves, and ends it on the way out.

    Without `folder` its messages live in a temporary one, which goes with it;
    after a start that failed that folder stays, for the logs in it.
    """
    kept = folder is not None
    cluster: Cluster | None = None
    place = folder or Path(tempfile.mkdtemp(prefix="motcua-kafka-"))
    try:
        cluster = Cluster(place, port, size, secure)
        cluster.start()
        yield cluster
    except BrokerError as error:
        kept = kept or error.log is not None
        raise
    finally:
        if cluster is not None and (kept or size == 1):
            cluster.stop()
        elif cluster is not None:
            cluster.kill()  # nothing of it is needed: an orderly end of all at once waits for lost leaders
        if not kept:
            shutil.rmtree(place)
