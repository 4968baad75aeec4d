"""How we speak to a broker: from a file or the environment, refused where it is not safe, never shown."""

import ssl
from pathlib import Path

import pytest

from streams.reached import unanswered
from streams.security import PLAIN, Secret, Security, SecurityError, given

WORD = "tuyệt-mật 42"
NAMED = {"MOTCUA_KAFKA_USER": "worker", "MOTCUA_KAFKA_PASSWORD": WORD}


def written(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_who_says_nothing_speaks_to_a_broker_that_asks_for_nothing():
    assert given(environment={}) == PLAIN
    assert PLAIN.kafka_python() == {"security_protocol": "PLAINTEXT"}
    assert PLAIN.faust() is None


def test_who_names_a_user_means_the_safe_way():
    made = given(environment=NAMED)
    assert (made.way, made.user, made.password, made.mechanism) == (
        "sasl_tls",
        "worker",
        WORD,
        "SCRAM-SHA-512",
    )


def test_a_file_is_whole_and_the_environment_then_counts_for_nothing(tmp_path):
    (tmp_path / "ca.pem").touch()
    text = f'user = "reader"\npassword = "{WORD}"\nca = "ca.pem"\nmechanism = "SCRAM-SHA-256"\n'
    path = written(tmp_path / "reader.toml", text)
    expected = Security(
        way="sasl_tls",
        user="reader",
        password=Secret(WORD),
        ca=tmp_path / "ca.pem",
        mechanism="SCRAM-SHA-256",
    )
    assert given(path, NAMED) == expected
    assert given(environment={**NAMED, "MOTCUA_KAFKA_CONFIG": str(path)}) == expected


def test_a_password_may_lie_in_a_file_of_its_own(tmp_path):
    written(tmp_path / "word", f"{WORD}\n")
    path = written(tmp_path / "worker.toml", 'user = "worker"\npassword_file = "word"\n', 0o644)
    assert given(path).password == WORD
    told = {"MOTCUA_KAFKA_USER": "worker", "MOTCUA_KAFKA_PASSWORD_FILE": str(tmp_path / "word")}
    assert given(environment=told).password == WORD


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602, 0o601])
def test_a_secret_that_everybody_may_open_is_refused(tmp_path, mode):
    path = written(tmp_path / "worker.toml", f'user = "worker"\npassword = "{WORD}"\n', mode)
    with pytest.raises(SecurityError, match="everybody may open it: chmod o= ") as caught:
        given(path)
    assert WORD not in str(caught.value)
    word = written(tmp_path / "word", WORD, mode)
    with pytest.raises(SecurityError, match=f"chmod o= {word}"):
        given(environment={"MOTCUA_KAFKA_USER": "worker", "MOTCUA_KAFKA_PASSWORD_FILE": str(word)})


def test_a_group_may_open_it_as_where_secrets_are_mounted(tmp_path):
    assert given(written(tmp_path / "w.toml", f'user = "w"\npassword = "{WORD}"\n', 0o640)).user == "w"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("user = worker", "no TOML"),
        (f'user = "w"\npassword = "{WORD}"\npass = "x"', "pass is no setting; there are security, user"),
        (f'user = 3\npassword = "{WORD}"', 'user = "..."'),
        (
            f'security = "ssl"\nuser = "w"\npassword = "{WORD}"',
            "'ssl' is none of plaintext, tls, sasl, sasl_tls",
        ),
        (f'mechanism = "PLAIN"\nuser = "w"\npassword = "{WORD}"', "'PLAIN' is none of SCRAM-SHA-512"),
        ('user = "w"', "needs a password or password_file"),
        (f'security = "sasl"\npassword = "{WORD}"', "needs a user"),
        (f'security = "tls"\nuser = "w"\npassword = "{WORD}"', "say sasl_tls"),
        (f'security = "plaintext"\npassword = "{WORD}"', "say sasl_tls"),
        ('security = "plaintext"\nca = "ca.pem"', "say sasl_tls or tls"),
        ('ca = "ca.pem"', "ca.pem is not there"),
        (f'user = "w"\npassword = "{WORD}"\npassword_file = "x"', "leave one out"),
        ('user = "w"\npassword_file = "x"', "cannot be read: No such file"),
    ],
)
def test_what_does_not_agree_is_refused_in_a_sentence_without_the_secret(tmp_path, text, said):
    path = written(tmp_path / "c.toml", text)
    with pytest.raises(SecurityError) as caught:
        given(path)
    assert said in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    assert WORD not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SecurityError, match=r"none\.toml cannot be read: No such file"):
        given(tmp_path / "none.toml")


def test_a_ca_that_is_none_is_named(tmp_path):
    path = written(tmp_path / "ca.pem", "no certificate")
    with pytest.raises(SecurityError, match="name a PEM file"):
        Security(way="tls", ca=path).context()


def test_no_text_of_it_shows_the_secret():
    made = given(environment=NAMED)
    for shown in (made, made.kafka_python(), made.aiokafka(), [made.password]):
        assert WORD not in f"{shown} {shown!r}"
    assert "***" in repr(made)


def test_each_client_gets_its_own_settings():
    pytest.importorskip("faust")
    made = Security(way="sasl_tls", user="worker", password=Secret(WORD))
    told = made.kafka_python()
    assert isinstance(told.pop("ssl_context"), ssl.SSLContext)
    assert told == {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "worker",
        "sasl_plain_password": WORD,
    }
    assert made.aiokafka().keys() == made.kafka_python().keys()
    faust = made.faust()
    assert (faust.protocol.value, faust.mechanism.value) == ("SASL_SSL", "SCRAM-SHA-512")
    assert (faust.username, faust.password) == ("worker", WORD)
    assert WORD not in repr(faust)
    clear = Security(way="sasl", user="worker", password=Secret(WORD))
    assert clear.kafka_python()["security_protocol"] == clear.faust().protocol.value == "SASL_PLAINTEXT"
    assert "ssl_context" not in clear.kafka_python()
    assert Security(way="tls").faust().protocol.value == "SSL"


def test_tls_looks_at_the_certificate_and_at_its_name():
    context = Security(way="tls").context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_a_broker_where_nobody_listens_is_told_from_one_that_refuses():
    assert unanswered("127.0.0.1:1,127.0.0.1:2", PLAIN) == (
        "no Kafka answers at 127.0.0.1:1,127.0.0.1:2 by plaintext: "
        "nobody listens there; is it started, is the address right?"
    )
