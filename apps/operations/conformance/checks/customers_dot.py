"""What CustomersDot buys, changes and asks."""

from collections.abc import Iterator
from typing import Any

from apps.operations.conformance.check import (
    UNAUTHORIZED,
    Call,
    Check,
    Signer,
    admin,
    encoded,
    error,
    get,
    message,
    nobody,
    send,
)
from apps.operations.conformance.matching import BOOLEAN, INTEGER_OR_NULL, TEXT_OR_NULL, AnyOf, Exactly
from apps.operations.conformance.world import World

NAMESPACES = "/api/v4/namespaces"
RECONCILIATIONS = "upcoming_reconciliations"
BOOLEAN_OR_NULL = AnyOf("true, false or null", lambda value: value is None or BOOLEAN.holds(value))
SUBSCRIPTION = {
    "plan": {
        "code": TEXT_OR_NULL,
        "name": TEXT_OR_NULL,
        "trial": BOOLEAN_OR_NULL,
        "auto_renew": BOOLEAN_OR_NULL,
        "upgradable": BOOLEAN_OR_NULL,
    },
    "usage": {
        "seats_in_subscription": INTEGER_OR_NULL,
        "seats_in_use": INTEGER_OR_NULL,
        "max_seats_used": INTEGER_OR_NULL,
        "seats_owed": INTEGER_OR_NULL,
    },
    "billing": {
        "subscription_start_date": TEXT_OR_NULL,
        "subscription_end_date": TEXT_OR_NULL,
        "trial_ends_on": TEXT_OR_NULL,
    },
}
NO_NAMESPACE = message("404 Namespace Not Found")


def checks(world: World) -> list[Check]:
    """Return the checks."""
    if world.namespace_id is None:
        return list(_reconciliations(world))
    base = f"{NAMESPACES}/{world.namespace_id}"
    minutes = (*_minutes(base), *_purchases(world, base), *_moves(world, base))
    subscriptions = (*_tokens(base), *_subscriptions(world, base), *_new_subscriptions(base))
    return [*_strangers(base), *subscriptions, *minutes, *_reconciliations(world)]


def _check(name: str, heading: str, calls: list[Call], **more: Any) -> Check:
    return Check(name=f"customers_dot.{name}", reference=heading, calls=calls, needs=("admin",), **more)


def _strangers(base: str) -> Iterator[Check]:
    mirror = base.replace("/api/v4/", "/api/v4/internal/gitlab_subscriptions/")
    calls = [
        get(f"{base}/gitlab_subscription", nobody),
        send("POST", f"{base}/minutes", nobody, {}),
        send("PUT", RECONCILIATIONS, nobody, {}),
        get(f"{mirror}/gitlab_subscription", nobody),
        get(mirror, nobody),
    ]
    yield Check(
        name="customers_dot.strangers_learn_nothing",
        reference="decision 0050",
        calls=calls,
        status=401,
        body=UNAUTHORIZED,
    )


def _tokens(base: str) -> Iterator[Check]:
    signers: tuple[Signer, ...] = (
        lambda known: {"PRIVATE-TOKEN": known.admin or ""},
        lambda known: {"Authorization": f"Bearer {known.admin}"},
        lambda known: {"TOKEN": known.admin or ""},
    )
    path = f"{base}/gitlab_subscription"
    in_query = Call(
        method="GET", path=path, by=nobody, query_by=lambda known: {"private_token": known.admin or ""}
    )
    yield _check(
        "token_in_every_place",
        "Subscriptions",
        [*(get(path, signer) for signer in signers), in_query],
        body=SUBSCRIPTION,
        alike=True,
    )


def _subscriptions(world: World, base: str) -> Iterator[Check]:
    path = f"{base}/gitlab_subscription"
    named = f"{NAMESPACES}/{encoded(world.namespace_path or '')}/gitlab_subscription"
    yield _check(
        "subscription",
        "Retrieving a subscription",
        [get(path, admin), get(named, admin), get(f"{path}/", admin)],
        body=SUBSCRIPTION,
        alike=True,
    )
    missing = (str(world.missing_id), encoded(world.missing_path))
    yield _check(
        "subscription_of_an_unknown_namespace",
        "Retrieving a subscription",
        [get(f"{NAMESPACES}/{name}/gitlab_subscription", admin) for name in missing],
        status=404,
        body=NO_NAMESPACE,
    )


def _new_subscriptions(base: str) -> Iterator[Check]:
    path = f"{base}/gitlab_subscription"
    yield _check(
        "subscription_without_start",
        "Creating a subscription",
        [send("POST", path, admin, {})],
        status=400,
        body=error("start_date is missing"),
    )
    wrong = {"start_date": "nope", "seats": "many", "trial": "maybe"}
    yield _check(
        "subscription_of_wrong_types",
        "Creating a subscription",
        [send("POST", path, admin, wrong), send("PUT", path, admin, wrong)],
        status=400,
        body=error("start_date is invalid, seats is invalid, trial is invalid"),
    )


def _minutes(base: str) -> Iterator[Check]:
    buying, path = "Creating an additional pack", f"{base}/minutes"
    faults = {
        "packs_without_packs": ({}, "packs is missing"),
        "packs_of_a_wrong_type": ({"packs": "many"}, "packs is invalid"),
        "packs_without_anything": (
            {"packs": [{}]},
            "packs[0][number_of_minutes] is missing, packs[0][expires_at] is missing, "
            "packs[0][purchase_xid] is missing",
        ),
    }
    for name, (body, text) in faults.items():
        yield _check(name, buying, [send("POST", path, admin, body)], status=400, body=error(text))
    yield _check("no_packs", buying, [send("POST", path, admin, {"packs": []})], status=201, body=[])


def _purchases(world: World, base: str) -> Iterator[Check]:
    path = f"{base}/minutes"
    pack = {
        "number_of_minutes": 10,
        "expires_at": "2022-01-01",
        "purchase_xid": f"conformance-{world.namespace_id}",
    }
    yield _check(
        "pack_twice_is_one",
        "Creating an additional pack",
        [send("POST", path, admin, {"packs": [pack]})] * 2,
        status=201,
        body=[Exactly({"namespace_id": world.namespace_id, **pack})],
        alike=True,
        writes=True,
    )


def _moves(world: World, base: str) -> Iterator[Check]:
    moving, path = "Moving additional packs", f"{base}/minutes"
    targets = {
        world.missing_id: (404, message("404 Target namespace Not Found")),
        world.namespace_id: (400, message("400 Bad request - Namespace and target must be different")),
    }
    for target, (status, body) in targets.items():
        name = "move_to_an_unknown_namespace" if status == 404 else "move_to_the_same_namespace"
        calls = [Call(method="PATCH", path=f"{path}/move/{target}", by=admin)]
        yield _check(name, moving, calls, status=status, body=body)
    if world.other_namespace_id is not None:
        there = f"{path}/move/{world.other_namespace_id}"
        back = f"{NAMESPACES}/{world.other_namespace_id}/minutes/move/{world.namespace_id}"
        yield _check(
            "move_there_and_back",
            moving,
            [Call(method="PATCH", path=target, by=admin) for target in (there, back)],
            status=202,
            body=message("202 Accepted"),
            writes=True,
        )


def _reconciliations(world: World) -> Iterator[Check]:
    heading = "Updating upcoming_reconciliations"
    name = RECONCILIATIONS
    every_fault = (
        f"{name} is missing, {name}[namespace_id] is missing, {name}[namespace_id] is empty, "
        f"{name}[next_reconciliation_date] is missing, {name}[display_alert_from] is missing"
    )
    yield _check(
        "reconciliations_without_anything",
        heading,
        [send("PUT", name, admin, {})],
        status=400,
        body=error(every_fault),
    )
    yield _check("no_reconciliations", heading, [send("PUT", name, admin, {name: []})], body=200)
    yield _check(
        "nothing_to_withdraw",
        "decision 0050",
        [Call(method="DELETE", path=name, by=admin, query={"namespace_id": world.missing_id})],
        status=404,
        body=message("404 Not Found"),
    )
