"""What the pusher reads for each kind of answer."""

import gzip
import json
import time
from pathlib import Path

import pytest

from tests.gitaly.fake_api import FakeApi, Prepared, Recorded
from tests.gitaly.hook_runs import Ended, payload, run

HTML = Prepared(b"<h1>Oops</h1>", 200, "text/html; charset=utf-8")
PRE_RECEIVE = "calling pre_receive endpoint: http post to gitlab api /pre_receive endpoint: "
RULE = "=" * 72
REFUSALS = [
    (Prepared({"message": "No."}, 401), "GitLab: No."),
    (Prepared({"message": "No."}, 404), "GitLab: No."),
    (Prepared({"message": "Line 1\nLine 2"}, 503), "GitLab: Line 1\nLine 2"),
    (Prepared({"status": False, "message": "No."}), "GitLab: No."),
    (Prepared({"status": False, "message": "No."}, 300), "GitLab: No."),
    (Prepared({"status": False, "message": None}), "GitLab: "),
    (Prepared({}), "GitLab: "),
    (Prepared(b"null"), "GitLab: "),
    (Prepared({"detail": "No."}, 403), "GitLab: "),
    (Prepared({"message": None}, 401), "GitLab: "),
    (Prepared({"message": ["No."]}, 422), "GitLab: Internal API error (422)"),
    (Prepared(["No."], 400), "GitLab: Internal API error (400)"),
    (Prepared(b"Internal Server Error", 500), "GitLab: Internal API error (500)"),
    (Prepared({"message": "Slow down."}, 429), "GitLab: Slow down."),
    (Prepared({"status": True}, 201), "GitLab: gitlab api is not accessible: 201"),
    (Prepared(b"", 204), "GitLab: gitlab api is not accessible: 204"),
    (Prepared(b"", 304), "GitLab: gitlab api is not accessible: 304"),
    (HTML, "GitLab: /allowed endpoint respond with unsupported content type: text/html"),
    (Prepared(b"{"), "GitLab: /allowed answered something that is not JSON"),
    (Prepared({"status": "yes"}), "GitLab: /allowed answered a wrong type for status"),
]


def refused(api: FakeApi, secret_file: Path, answer: Prepared, version: str = "16.0") -> Ended:
    """Answer ``/allowed`` and return how the hook ended."""
    api.answer("/allowed", answer)
    return run("pre-receive", payload(api, secret_file, version=version))


def received(api: FakeApi, secret_file: Path, answer: Prepared) -> Ended:
    """Answer ``/post_receive`` and return how the hook ended."""
    api.answer("/post_receive", answer)
    return run("post-receive", payload(api, secret_file))


@pytest.mark.parametrize(("answer", "text"), REFUSALS)
def test_a_refusal_is_shown(api: FakeApi, secret_file: Path, answer: Prepared, text: str) -> None:
    ended = refused(api, secret_file, answer)

    assert ended == Ended(1, "", f"{text}\n")
    assert api.targets() == ["POST /api/v4/internal/allowed"]


@pytest.mark.parametrize(("version", "text"), [("14.1", "No."), ("14.3", "GitLab: No.")])
def test_a_polite_refusal_has_its_prefix_since_14_3(
    api: FakeApi, secret_file: Path, version: str, text: str
) -> None:
    ended = refused(api, secret_file, Prepared({"status": False, "message": "No."}), version)

    assert ended.err == f"{text}\n"


def test_gitaly_19_hides_the_text_of_a_rate_limit(api: FakeApi, secret_file: Path) -> None:
    ended = refused(api, secret_file, Prepared({"message": "Slow down."}, 429), "19.0")

    assert ended.err == "GitLab: rate limited\n"


@pytest.mark.parametrize(
    "answer",
    [
        Prepared({"status": True}),
        Prepared({"status": True, "message": None, "unknown": []}),
        Prepared({"status": True, "payload": {}}, 300),
        Prepared({"Status": True}, content_type="Application/JSON; charset=utf-8"),
        Prepared(gzip.compress(b'{"status":true}'), headers={"Content-Encoding": "gzip"}),
    ],
)
def test_a_push_goes_on(api: FakeApi, secret_file: Path, answer: Prepared) -> None:
    assert refused(api, secret_file, answer) == Ended(0, "", "")


def test_an_api_that_is_down_is_unreachable(secret_file: Path) -> None:
    down = FakeApi(url="http://127.0.0.1:1")

    assert run("pre-receive", payload(down, secret_file)).err == "GitLab: Internal API unreachable\n"


def test_an_api_that_takes_too_long_is_unreachable(api: FakeApi, secret_file: Path) -> None:
    def slow(_request: Recorded) -> Prepared:
        time.sleep(0.3)
        return Prepared({"status": True})

    api.react("/allowed", slow)

    ended = run("pre-receive", payload(api, secret_file, api={"timeout": 0.05}))

    assert ended.err == "GitLab: Internal API unreachable\n"


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (Prepared({"message": "No."}, 500), f"{PRE_RECEIVE}No.\n"),
        (Prepared(b"", 502), f"{PRE_RECEIVE}Internal API error (502)\n"),
        (Prepared({"reference_counter_increased": True}, 201), f"{PRE_RECEIVE}/pre_receive answered 201\n"),
        (Prepared({"reference_counter_increased": False}), ""),
        (Prepared({}), ""),
    ],
)
def test_an_announcement_that_fails_rejects_the_push(
    api: FakeApi, secret_file: Path, answer: Prepared, text: str
) -> None:
    api.answer("/pre_receive", answer)

    ended = run("pre-receive", payload(api, secret_file))

    assert ended == Ended(1, "", text)


def test_a_basic_message_stands_between_blank_lines(api: FakeApi, secret_file: Path) -> None:
    messages = [{"message": "Hello\nAlice", "type": "basic"}]
    answer = Prepared({"messages": messages, "reference_counter_decreased": True})

    assert received(api, secret_file, answer) == Ended(0, "\nHello\nAlice\n\n", "")


def test_an_alert_is_wrapped_and_centred_between_rules(api: FakeApi, secret_file: Path) -> None:
    text = "one\ntwo " + "x" * 60 + " tail"
    answer = Prepared({"messages": [{"message": text, "type": "alert"}], "reference_counter_decreased": True})

    ended = received(api, secret_file, answer)

    lines = [RULE, "", "  one two " + "x" * 60, " " * 34 + "tail", "", RULE]
    assert ended.out == "\n" + "\n".join(lines) + "\n\n"


def test_messages_keep_their_order_and_an_unknown_kind_loses_the_rest(
    api: FakeApi, secret_file: Path
) -> None:
    messages = [
        {"message": "first", "type": "basic"},
        {"message": "second", "type": "loud"},
        {"message": "third", "type": "basic"},
    ]

    ended = received(api, secret_file, Prepared({"messages": messages}))

    assert ended == Ended(1, "\nfirst\n\n", "GitLab: invalid message type: loud\n")


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (Prepared({"message": "Sorry."}, 500), "GitLab: Sorry.\n"),
        (Prepared({}, 201), "GitLab: /post_receive answered 201\n"),
        (HTML, "GitLab: /post_receive endpoint respond with unsupported content type: text/html\n"),
        (Prepared({"messages": "Hi"}), "GitLab: /post_receive answered a wrong type for messages\n"),
        (Prepared({"messages": None, "reference_counter_decreased": False}), ""),
    ],
)
def test_a_failed_report_is_told_after_the_push(
    api: FakeApi, secret_file: Path, answer: Prepared, text: str
) -> None:
    assert received(api, secret_file, answer) == Ended(1, "", text)


def test_the_api_is_asked_once_whatever_it_answers(api: FakeApi, secret_file: Path) -> None:
    refused(api, secret_file, Prepared(b"", 503))

    assert len(api.requests) == 1
    assert json.loads(api.requests[0].body)["protocol"] == "ssh"
