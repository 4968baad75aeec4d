"""A Kafka that asks who you are: an authority of its own for TLS, and users with SCRAM passwords."""

import os
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path

from streams.jars import BrokerError, java
from streams.process import run, tail
from streams.security import MECHANISMS, Security, given

USERS = ("admin", "producer", "worker", "reader")
"""The first may do all; what the others may do stands in `streams.rights`."""

_STORE = "keystore.p12"
_WORD = "keystore.password"
_CA = "ca.pem"
_KEY = ("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "3650")
_AUTHORITY = ("-dname", "CN=motcua-local-ca", "-ext", "bc:c=ca:true", "-ext", "ku:c=keyCertSign,cRLSign")
_BROKER = ("-dname", "CN=kafka", "-signer", "ca", "-ext", "san=ip:127.0.0.1,dns:localhost")


class Secured:
    """The keys and users in a folder, made at the first use; `USER.toml` there is for `--kafka-config`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / _CA).exists():
            self._make_keys()
        for user in USERS:
            if not self.config(user).exists():
                _private(self.config(user), _settings_of(user, secrets.token_urlsafe(24)))

    def config(self, user: str) -> Path:
        """The file of a user's settings."""
        return self.folder / f"{user}.toml"

    def security(self, user: str) -> Security:
        """A user's settings."""
        return given(self.config(user))

    def users(self) -> list[str]:
        """For Kafka's StorageTool: who there is from the beginning, with the passwords."""
        words = [(user, self.security(user).password) for user in USERS]
        return [f"--add-scram={MECHANISMS[0]}=[name={user},password={word}]" for user, word in words]

    def settings(self, folder: Path) -> dict[str, str]:
        """For the broker in a folder: clients by TLS and SCRAM, brokers among themselves by certificate."""
        here = Path(os.path.relpath(self.folder, folder))  # its file cannot hold any letter, as a path may
        store = {
            "ssl.keystore.type": "PKCS12",
            "ssl.keystore.location": f"{here / _STORE}",
            "ssl.keystore.password": (self.folder / _WORD).read_text(),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": f"{here / _CA}",
        }
        scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        return {
            **store,
            "listener.security.protocol.map": "CLIENTS:SASL_SSL,BROKERS:SSL,CONTROLLER:SSL",
            "inter.broker.listener.name": "BROKERS",
            "listener.name.brokers.ssl.client.auth": "required",
            "listener.name.controller.ssl.client.auth": "required",
            "sasl.enabled.mechanisms": MECHANISMS[0],
            f"listener.name.clients.{MECHANISMS[0].lower()}.sasl.jaas.config": scram,
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": f"User:{USERS[0]};User:CN=kafka",
        }

    def named(self, port: int) -> set[int]:
        """The ports of the brokers that the one on this port names to the admin."""
        from streams.admin import ports_named  # noqa: PLC0415  an extra, which one that asks nothing needs not

        return ports_named(f"127.0.0.1:{port}", self.security(USERS[0]))

    def _make_keys(self) -> None:
        """An authority, the brokers' certificate by it; its own key is thrown away after that."""
        (self.folder / _STORE).unlink(missing_ok=True)  # of a start that was cut short
        _private(self.folder / _WORD, secrets.token_urlsafe(24))
        self._keytool("-genkeypair", "-alias", "ca", *_KEY, *_AUTHORITY)
        (self.folder / _STORE).chmod(0o600)
        self._keytool("-genkeypair", "-alias", "kafka", *_KEY, *_BROKER)
        self._keytool("-exportcert", "-rfc", "-alias", "ca", "-file", f"{_CA}.part")
        self._keytool("-delete", "-alias", "ca")
        (self.folder / f"{_CA}.part").rename(self.folder / _CA)

    def _keytool(self, *words: str) -> None:
        tool = shutil.which("keytool", path=Path(java()).parent)
        if tool is None:
            raise BrokerError(f"keytool is missing beside {java()}: install a whole Java 17 or newer")
        quick = ("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC", "-J-XX:-UsePerfData")
        store = ("-storetype", "PKCS12", "-keystore", _STORE, "-storepass:file", _WORD)
        status, output = run([tool, *words, *store, *quick], self.folder)
        if status != 0:
            raise BrokerError(f"keytool could not make the keys in {self.folder}:\n{tail(output)}")


def _settings_of(user: str, word: str) -> str:
    lines = {"security": "sasl_tls", "user": user, "password": word, "ca": _CA, "mechanism": MECHANISMS[0]}
    return "".join(f'{name} = "{value}"\n' for name, value in lines.items())


def _private(path: Path, text: str) -> None:
    """Write a file that nobody else may open, not even for a moment."""
    path.touch(0o600)
    path.chmod(0o600)
    path.write_text(text)


def tell(secured: Secured) -> Sequence[str]:
    """Lines for who started it: where each user's settings are."""
    return [f"{user}: --kafka-config {secured.config(user)}" for user in USERS]
