"""Why a Kafka does not answer, as far as it can be seen from outside: its clients say no more than that."""

import socket
import ssl

from streams.security import Security

PATIENCE_SECONDS = 2.0


def unanswered(address: str, security: Security) -> str:
    """What is wrong and what to do, in a sentence."""
    return f"no Kafka answers at {address} by {security.way}: {_why(address, security)}"


def _why(address: str, security: Security) -> str:
    listening = [one for one in address.split(",") if _listens(one)]
    if not listening:
        return "nobody listens there; is it started, is the address right?"
    refused = _refused(listening[0], security) if security.tls else ""
    if refused:
        return refused
    if security.sasl:
        tls = "" if security.tls else ", and does it ask for TLS?"
        return f"it does not let {security.user} in; are user, password and mechanism right{tls or '?'}"
    return "somebody listens there; if it asks for a user or for TLS, say so (docs/kafka.md)"


def _listens(address: str) -> bool:
    try:
        _line(address).close()
    except OSError:
        return False
    return True


def _refused(address: str, security: Security) -> str:
    """Why there is no TLS with who listens there; "" where there is."""
    context = security.context()
    try:
        with _line(address) as line, context.wrap_socket(line, server_hostname=_host(address)):
            return ""
    except ssl.SSLCertVerificationError as error:
        return (
            f"its certificate is not to be trusted ({error.verify_message}); is the CA right, and the name?"
        )
    except OSError:  # ssl.SSLError and a time-out are
        return "who listens there does not speak TLS; is the port right?"


def _line(address: str) -> socket.socket:
    return socket.create_connection((_host(address), int(address.rpartition(":")[2])), PATIENCE_SECONDS)


def _host(address: str) -> str:
    return address.rpartition(":")[0].strip("[]")
