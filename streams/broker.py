"""A real Apache Kafka on this machine: no Docker, no root, loopback only, gone when you are done.

    with local_kafka() as address:
        producer = KafkaProducer(bootstrap_servers=address)

It needs Java 17 or newer, and Maven the first time, to fetch Kafka's jars into the cache (`jars`).
From a shell: `python -m streams.broker`; `--brokers 3` for a cluster, `--secure` for TLS and users.
"""

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from streams.cluster import Cluster, local_cluster
from streams.jars import BrokerError, jars
from streams.node import Broker
from streams.secured import tell

__all__ = ["Broker", "BrokerError", "Cluster", "jars", "local_cluster", "local_kafka"]


@contextmanager
def local_kafka(folder: Path | None = None, port: int | None = None) -> Iterator[str]:
    """Yields "127.0.0.1:PORT" of a Kafka that serves, and ends it on the way out.

    Without `folder` its messages live in a temporary one, which goes with it;
    after a start that failed that folder stays, for the log in it.
    """
    with local_cluster(folder, port, size=1) as cluster:
        yield cluster.address


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a broker until Ctrl-C, SIGTERM or SIGHUP; its address is the one line on stdout."""
    parser = argparse.ArgumentParser(
        prog="python -m streams.broker",
        description="Run a real Apache Kafka on 127.0.0.1 until Ctrl-C.",
        epilog="Example: python -m streams.broker --brokers 3 --secure --port 9092 --folder /tmp/kafka",
    )
    parser.add_argument("--port", type=int, help="port to serve on (default: a free one); the next ones too")
    parser.add_argument("--folder", type=Path, help="keep the messages here (default: a temporary folder)")
    parser.add_argument("--brokers", type=int, choices=(1, 3), default=1, help="processes of the cluster")
    parser.add_argument(
        "--secure",
        action="store_true",
        help="ask for TLS and SCRAM; settings of the users are put there",
    )
    options = parser.parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)  # all three unwind as Ctrl-C does
    try:
        with local_cluster(options.folder, options.port, options.brokers, options.secure) as cluster:
            if cluster.secured is not None:
                sys.stderr.write("".join(f"{line}\n" for line in tell(cluster.secured)))
            sys.stdout.write(f"{cluster.address}\n")
            sys.stdout.flush()
            cluster.wait()
    except KeyboardInterrupt:
        return 0
    except BrokerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
