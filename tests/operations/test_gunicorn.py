"""The service behind a real gunicorn: what the test client cannot show."""

from tests.instances import Instance


def test_answers_on_a_port(gunicorn: Instance) -> None:
    answer = gunicorn.request("GET", "/api/v4/internal/nothing", headers={"X-Request-Id": "from-the-caller"})

    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Request-Id"] == "from-the-caller"


def test_answers_to_the_host_name_unix_on_a_socket(gunicorn_on_socket: Instance) -> None:
    answer = gunicorn_on_socket.request("GET", "/api/v4/internal/nothing", headers={"Host": "unix"})

    assert answer.status == 404
    assert answer.json() == {"error": "404 Not Found"}
