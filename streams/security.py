"""How we speak to a Kafka: who we are, what proves it, whom we trust; one value, for every client.

It comes from a file (`--kafka-config FILE`, else MOTCUA_KAFKA_CONFIG) or from the environment,
never from the command line, where others would see it; and no text of it shows the password.
"""

import os
import ssl
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

WAYS: Mapping[str, str] = {
    "plaintext": "PLAINTEXT",
    "tls": "SSL",
    "sasl": "SASL_PLAINTEXT",
    "sasl_tls": "SASL_SSL",
}
"""Our word for a way to speak, and Kafka's."""

MECHANISMS = ("SCRAM-SHA-512", "SCRAM-SHA-256")
PREFIX = "MOTCUA_KAFKA_"
CONFIG = f"{PREFIX}CONFIG"
_NAMES = ("security", "user", "password", "password_file", "ca", "mechanism")
"""Settings of a file; in the environment MOTCUA_KAFKA_SECURITY, MOTCUA_KAFKA_USER and so on."""


class SecurityError(ValueError):
    """The settings cannot be used; one sentence with what to do, and without what is secret."""


class Secret(str):
    """Text that is shown as ***: Kafka's clients log their settings when they are told to log all."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class Security(msgspec.Struct, frozen=True, kw_only=True):
    """What a client needs beside the address."""

    way: str = "plaintext"
    user: str = ""
    password: Secret = Secret()
    ca: Path | None = None
    """PEM of the authority that signed the brokers' certificates; without it those that the system trusts."""
    mechanism: str = MECHANISMS[0]

    @property
    def tls(self) -> bool:
        """Whether it is encrypted, and the broker proves who it is."""
        return self.way in {"tls", "sasl_tls"}

    @property
    def sasl(self) -> bool:
        """Whether we prove who we are."""
        return self.way in {"sasl", "sasl_tls"}

    def kafka_python(self) -> dict[str, Any]:
        """Arguments for KafkaProducer, KafkaConsumer and KafkaAdminClient."""
        found: dict[str, Any] = {"security_protocol": WAYS[self.way]}
        if self.tls:
            found["ssl_context"] = self.context()
        if self.sasl:
            found |= {
                "sasl_mechanism": self.mechanism,
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password,
            }
        return found

    def aiokafka(self) -> dict[str, Any]:
        """Arguments for AIOKafkaConsumer and AIOKafkaProducer."""
        return self.kafka_python()  # the same names

    def faust(self) -> Any:
        """`broker_credentials` of a Faust app; None for a broker that asks for nothing."""
        if self.way == "plaintext":
            return None
        import faust  # noqa: PLC0415  an extra

        context = self.context() if self.tls else None
        if not self.sasl:
            return faust.SSLCredentials(context)
        return faust.SASLCredentials(
            username=self.user, password=self.password, ssl_context=context, mechanism=self.mechanism
        )

    def context(self) -> ssl.SSLContext:
        """For TLS: the broker's certificate and its name in it are looked at."""
        try:
            return ssl.create_default_context(cafile=self.ca)
        except OSError as error:  # ssl.SSLError is one
            raise SecurityError(
                f"{self.ca} cannot be used as the CA of Kafka ({error}): name a PEM file"
            ) from error


PLAIN = Security()
"""A broker that asks for nothing: on this machine alone."""


def given(config: Path | None = None, environment: Mapping[str, str] = os.environ) -> Security:
    """The settings of a file, `config` or the one that MOTCUA_KAFKA_CONFIG names; else of the environment.

    A file is whole: where there is one, nothing else in the environment counts.
    SecurityError says what is wrong.
    """
    path = config or (Path(named) if (named := environment.get(CONFIG)) else None)
    if path is not None:
        return _made(_file(path), str(path), path.parent)
    told = {name: environment.get(PREFIX + name.upper(), "") for name in _NAMES}
    return _made({name: value for name, value in told.items() if value}, "the environment", Path())


def _file(path: Path) -> dict[str, str]:
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        why = type(error).__name__ if isinstance(error, UnicodeDecodeError) else str(error)
        raise SecurityError(f'{path} is no TOML ({why}): write lines as user = "worker"') from None
    except OSError as error:
        raise SecurityError(f"{path} cannot be read: {error.strerror}") from error
    for name, value in found.items():
        if name not in _NAMES:
            raise SecurityError(f"{path}: {name} is no setting; there are {', '.join(_NAMES)}")
        if not isinstance(value, str):
            raise SecurityError(f'{path}: {name} is text in quotes, as {name} = "..."')
    if "password" in found:
        _private(path)
    return found


def _private(path: Path) -> None:
    if path.stat().st_mode & 0o007:
        raise SecurityError(f"{path} holds a secret and everybody may open it: chmod o= {path}")


def _made(told: Mapping[str, str], where: str, folder: Path) -> Security:
    way = told.get("security") or _way(told)
    if way not in WAYS:
        raise SecurityError(f"{where}: security {way!r} is none of {', '.join(WAYS)}")
    mechanism = told.get("mechanism", MECHANISMS[0])
    if mechanism not in MECHANISMS:
        raise SecurityError(f"{where}: mechanism {mechanism!r} is none of {', '.join(MECHANISMS)}")
    made = Security(
        way=way,
        user=told.get("user", ""),
        password=_password(told, where, folder),
        ca=folder / told["ca"] if told.get("ca") else None,
        mechanism=mechanism,
    )
    _agrees(made, where)
    return made


def _way(told: Mapping[str, str]) -> str:
    """Whoever names a user, or whom to trust, and no way, means the safe one."""
    if told.get("user"):
        return "sasl_tls"
    return "tls" if told.get("ca") else "plaintext"


def _password(told: Mapping[str, str], where: str, folder: Path) -> Secret:
    if told.get("password") and told.get("password_file"):
        raise SecurityError(f"{where}: password and password_file are both given: leave one out")
    if not told.get("password_file"):
        return Secret(told.get("password", ""))
    path = folder / told["password_file"]
    try:
        _private(path)
        return Secret(path.read_text("utf-8").rstrip("\r\n"))
    except UnicodeDecodeError:
        raise SecurityError(f"{path}, the password's file, is no UTF-8 text") from None
    except OSError as error:
        raise SecurityError(f"{path}, the password's file, cannot be read: {error.strerror}") from error


def _agrees(made: Security, where: str) -> None:
    if made.sasl and not (made.user and made.password):
        lacks = "password or password_file" if made.user else "user"
        raise SecurityError(f"{where}: security {made.way} needs a {lacks}")
    if not made.sasl and (made.user or made.password):
        raise SecurityError(f"{where}: a user is named and security {made.way} names none: say sasl_tls")
    if not made.tls and made.ca:
        raise SecurityError(
            f"{where}: a CA is named and security {made.way} looks at none: say sasl_tls or tls"
        )
    if made.ca and not made.ca.is_file():
        raise SecurityError(f"{where}: the CA's file {made.ca} is not there")
