"""The operators' site in a real browser: every page of a full instance, desktop and narrow.

A page fails that answers with an error, complains on the console, or asks any other host for anything.
"""

import os
import shutil
from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from apps.directory.models import User
from apps.git_access.pushes.tasks import process_push
from tests.admin.test_pages import REGISTERED, row_of
from tests.factories.git_access import DenialFactory, PushRecordFactory, WebhookFactory
from tests.factories.ssh_keys import DeployKeyGrantFactory, KeyFactory

CHROMIUM = os.environ.get("CHROMIUM_BINARY") or shutil.which("chromium") or shutil.which("chromium-browser")
PASSWORD = "correct horse battery"
WIDTHS = pytest.mark.parametrize("width", [1360, 390])

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: put it on PATH or name it in CHROMIUM_BINARY"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the module: its driver runs a loop, beside which Django would refuse its database."""
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def faults() -> list[str]:
    return []


@pytest.fixture
def page(
    browser: Browser,
    live_server: LiveServer,
    faults: list[str],
    width: int,
) -> Iterator[Page]:
    """An administrator's window, logged in; what goes wrong in it is collected."""
    User.objects.create_superuser("root", PASSWORD, email="root@example.com")
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    host = urlsplit(live_server.url).netloc
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda asked: faults.append(asked.url) if _is_elsewhere(asked.url, host) else None)
    page.on("response", lambda got: faults.append(f"{got.status} {got.url}") if got.status >= 400 else None)
    page.goto(f"{live_server.url}/admin/")
    page.fill("[name=username]", "root")
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")
    page.wait_for_load_state("networkidle")
    yield page
    context.close()


def _is_elsewhere(url: str, host: str) -> bool:
    return not url.startswith(("data:", "blob:")) and urlsplit(url).netloc != host


def clipped(page: Page) -> bool:
    """Whether the page is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"))


MAIN = {"Key", "Subscription", "DBTaskResult", "LogEntry", "Agent", "User", "Project", "Denial", "Webhook"}


def pages(width: int) -> Iterator[str]:
    """Every list on a wide screen, the main ones on a narrow one; of the main ones a row as well."""
    pages = ("admin:index", "admin:git_access_explain", "admin:billing_dashboard", "doctor", "home", "docs")
    yield from map(reverse, pages)
    asked = "user=root&project=no/such&action=git-receive-pack&protocol=ssh"
    yield f"{reverse('admin:git_access_explain')}?{asked}"
    for model in REGISTERED:
        name, row = f"admin:{model._meta.app_label}_{model._meta.model_name}", row_of(model)
        is_main = model.__name__ in MAIN
        if is_main or width > 1000:
            yield reverse(f"{name}_changelist")
        if is_main:
            yield reverse(f"{name}_change", args=[row.pk])


@WIDTHS
def test_every_page_opens_without_a_fault(
    page: Page, live_server: LiveServer, faults: list[str], width: int
) -> None:
    wide = []
    for url in pages(width):
        page.goto(f"{live_server.url}{url}")
        if clipped(page):  # or not drawn yet
            page.wait_for_load_state("networkidle")
            if clipped(page):
                wide.append(url)

    page.wait_for_load_state("networkidle")
    assert (faults, wide) == ([], [])


BEYOND = """() => [...document.querySelectorAll("#content-main *, #result_list *")]
  .filter(e => e.offsetParent && !e.closest(".traceback"))
  .filter(e => e.getBoundingClientRect().right > window.innerWidth + 1)
  .map(e => e.className)"""


@WIDTHS
def test_what_has_no_blanks_stays_in_the_window(
    page: Page, live_server: LiveServer, faults: list[str], width: int
) -> None:
    job = process_push.enqueue(0, "")
    trace = f"Traceback (most recent call last):\n  {'x' * 300}\nValueError: {'y' * 300}"
    DBTaskResult.objects.filter(pk=job.id).update(status=TaskResultStatus.FAILED, traceback=trace)
    push = PushRecordFactory.create(changes=f"{'0' * 40} {'1' * 40} refs/heads/{'z' * 200}")
    WebhookFactory.create(url=f"https://ci.example.com/{'hook/' * 30}")
    beyond = {}
    for url in (
        reverse("admin:django_tasks_database_dbtaskresult_change", args=[job.id]),
        reverse("admin:git_access_pushrecord_change", args=[push.pk]),
        reverse("admin:git_access_webhook_changelist"),
    ):
        page.goto(f"{live_server.url}{url}")
        page.wait_for_load_state("networkidle")
        if found := page.evaluate(BEYOND):
            beyond[url] = found

    assert (faults, beyond) == ([], {})


CUT_OFF = """() => [...document.querySelectorAll("#result_list [data-label]")]
  .filter(e => e.scrollHeight > e.clientHeight + 1 || !/^[A-Z]/.test(e.dataset.label))
  .map(e => e.dataset.label)"""


@WIDTHS
def test_a_cell_shows_all_of_its_text_and_its_column_by_name(
    page: Page, live_server: LiveServer, width: int
) -> None:
    DenialFactory.create(place="group/" * 20, message="You may not do what you wanted to do here. " * 4)
    page.goto(f"{live_server.url}{reverse('admin:git_access_denial_changelist')}")
    page.wait_for_load_state("networkidle")

    assert page.locator("#result_list [data-label]").count() > 5
    assert page.evaluate(CUT_OFF) == []


VISIBLE = """() => [...document.querySelectorAll("form input, form select, form textarea")]
  .filter(e => e.offsetParent && !["hidden", "checkbox", "radio", "submit", "search"].includes(e.type))
  .filter(e => !e.classList.contains("select2-hidden-accessible") && !e.closest(".select2, .empty-form"))
  .filter(e => {
    const style = getComputedStyle(e), ground = getComputedStyle(document.body).backgroundColor;
    const border = parseFloat(style.borderTopWidth) > 0 && style.borderTopColor !== ground;
    const named = e.labels?.length || e.closest("fieldset, td, [class*=field-]")?.textContent.trim();
    return !(border && named);
  })
  .map(e => e.name)"""


@WIDTHS
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_input_has_a_border_and_a_label(
    page: Page, live_server: LiveServer, faults: list[str], width: int, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    bare = {}
    for model in REGISTERED:
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
        answer = page.goto(f"{live_server.url}{url}")
        if answer is not None and answer.ok and (unseen := page.evaluate(VISIBLE)):
            bare[url] = unseen

    assert bare == {}
    assert [fault for fault in faults if not fault.startswith("403") and "403" not in fault] == []


@WIDTHS
def test_a_user_is_found_by_the_search_of_the_menu(
    page: Page, live_server: LiveServer, faults: list[str], width: int
) -> None:
    User.objects.create_user("sid", name="Sidney Jones")

    page.goto(f"{live_server.url}/admin/")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Control+k")
    page.fill("#search-input-command", "Sidney Jones")
    page.press("#search-input-command", "s")
    page.fill("#search-input-command", "sidney jones")
    page.keyboard.press("Shift")
    page.wait_for_selector("#command-results-list a")
    page.click("#command-results-list a >> text=@sid")
    page.wait_for_load_state("networkidle")

    assert page.url.endswith(f"/admin/directory/user/{User.objects.get(username='sid').pk}/change/")
    assert faults == []


@WIDTHS
def test_the_first_page_says_whether_all_is_well(
    page: Page, live_server: LiveServer, faults: list[str]
) -> None:
    page.goto(f"{live_server.url}/admin/")
    page.wait_for_selector(".health.good, .health.look, .health.bad")

    assert "Database" in page.inner_text(".health")
    assert (faults, clipped(page)) == ([], False)


@WIDTHS
def test_a_key_is_found_by_its_fingerprint_and_ended(
    page: Page, live_server: LiveServer, faults: list[str]
) -> None:
    key = KeyFactory.create(title="lost laptop")
    DeployKeyGrantFactory.create()

    page.goto(f"{live_server.url}/admin/ssh_keys/key/")
    page.fill("#searchbar", f"SHA256:{key.fingerprint_sha256}")
    page.press("#searchbar", "Enter")
    page.wait_for_load_state("networkidle")
    assert page.locator("#result_list tbody tr").count() == 1
    page.locator("input.action-select").last.check()
    page.select_option("select[name=action]", "expire")
    page.locator("button[name=index]").click()
    page.wait_for_load_state("networkidle")

    key.refresh_from_db()
    assert "1 key has expired." in page.content()
    assert key.expires_at is not None
    assert faults == []
