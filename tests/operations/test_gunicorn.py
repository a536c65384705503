"""The service behind a real gunicorn: what the test client cannot show."""

import base64

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


def test_takes_a_body_sent_in_chunks(gunicorn: Instance) -> None:
    secret = base64.b64encode((gunicorn.data / ".gitlab_shell_secret").read_bytes()).decode()
    headers = {"Gitlab-Shared-Secret": secret, "Content-Type": "application/json"}
    body = iter([b'{"gl_repo', b'sitory": "project-7"}'])  # of unknown length, so it is sent in chunks

    answer = gunicorn.request("POST", "/api/v4/internal/pre_receive", body, headers)

    assert answer.status == 200
    assert answer.json() == {"reference_counter_increased": True}


def test_refuses_endless_chunks(gunicorn: Instance) -> None:
    headers = {"Content-Type": "application/json"}
    headers["Gitlab-Shared-Secret"] = base64.b64encode(
        (gunicorn.data / ".gitlab_shell_secret").read_bytes()
    ).decode()
    body = iter([b" " * 1024 * 1024] * 11)

    answer = gunicorn.request("POST", "/api/v4/internal/pre_receive", body, headers)

    assert answer.status == 413
    assert answer.json() == {"message": "413 Request Entity Too Large"}


def test_what_is_no_http_is_refused_in_the_contracts_form(gunicorn: Instance) -> None:
    with gunicorn.connection() as connection:
        connection.putrequest("GET", "/" + "a" * 5000)
        connection.endheaders()
        assert connection.getresponse().status == 404  # a long path is a path

    answer = gunicorn.request("GET", "/" + "a" * 100_000)

    assert answer.status == 414
    assert answer.json() == {"message": "414 URI Too Long"}


def test_another_host_is_not_served_but_probes_come_by_address(gunicorn: Instance) -> None:
    strange = {"Host": "evil.example"}

    answer = gunicorn.request("GET", "/api/v4/internal/check", headers=strange)

    assert answer.status == 400
    assert answer.json() == {"message": "400 Bad request - The request is not valid"}
    assert gunicorn.request("GET", "/-/liveness", headers=strange).status == 200


def test_each_thread_of_a_worker_is_warm_before_the_first_request(gunicorn: Instance) -> None:
    assert "Not warmed up" not in gunicorn.log.read_text()
