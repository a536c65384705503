"""When two alerts are the same. The vectors are binding: fingerprints are stored data."""

import json
from typing import Any

import pytest

from apps.agent import fingerprints
from apps.agent.fingerprints import text_form

FLOW = json.loads(
    '{"time":"2021-02-02T18:04:21.213587449Z","verdict":"POLICY_DENIED","dropReasonDesc":123,'
    '"ethernet":{"source":"56:b6:52:62:6b:68","destination":"3a:dc:e3:9a:55:11"},'
    '"IP":{"source":"10.0.0.224","destination":"10.0.0.87","ipVersion":"IPv4"},'
    '"l4":{"TCP":{"sourcePort":38794,"destinationPort":5000,"flags":{"SYN":null}}},'
    '"source":{"ID":799,"identity":37570,"namespace":"gitlab-managed-apps",'
    '"labels":["k8s:app.kubernetes.io/component=controller","k8s:app=nginx-ingress"],'
    '"podName":"ingress-nginx-ingress-controller-7dd4d7474d-m95gd"},'
    '"destination":{"ID":259,"identity":30147,"namespace":"agent-project-21-production",'
    '"labels":["k8s:app=production","k8s:io.cilium.k8s.namespace.labels.app.gitlab.com/app=root-agent-project"],'
    '"podName":"production-7b998ffb56-vvl68"},"Type":"L3_L4","nodeName":"minikube",'
    '"eventType":{"type":5},"trafficDirection":"INGRESS","Summary":"TCP Flags: SYN"}'
)
SECOND_FLOW = json.loads(
    '{"time":"x","verdict":"DROPPED","l4":{"TCP":{"destination_port":80,"flags":{"SYN":true}}},'
    '"drop_reason_desc":"POLICY_DENIED","is_reply":false,"traffic":null,"labels":[],'
    '"note":"a \\"b\\"\\n#{c} é"}'
)
MINIMAL = {
    "title": "minimal",
    "message": "network problem",
    "evalMatches": [{"value": 1, "metric": "Count", "tags": {}}],
}
POD_DOWN = {
    "title": "Pod down",
    "labels": {"zone": "b", "app": "web"},
    "hosts": ["h1"],
    "start_time": "2021-01-01T00:00:00Z",
}


def test_flows() -> None:
    assert fingerprints.of_flow(FLOW) == "b2ad2a791756abe01692270c6a846129a09891b3"
    assert fingerprints.of_flow(SECOND_FLOW) == "d34bc75f331468fd11b2ace9ac6cb665d42e143e"


def test_a_flow_is_the_same_whenever_it_happened() -> None:
    later = {**FLOW, "time": "2022-01-01T00:00:00Z", "Summary": "other"}
    later["l4"] = {"TCP": {**FLOW["l4"]["TCP"], "flags": {"ACK": True}}}

    assert fingerprints.of_flow(later) == fingerprints.of_flow(FLOW)
    assert "flags" in FLOW["l4"]["TCP"]  # the alert itself stays whole


@pytest.mark.parametrize("layer", [None, [], "TCP", {}, {"UDP": {"flags": 1}}, {"TCP": "flags"}])
def test_a_flow_may_have_any_other_layer(layer: Any) -> None:
    form = text_form({"l4": layer})

    assert fingerprints.of_flow({"l4": layer}) == fingerprints._hashed(form)


@pytest.mark.parametrize(
    ("alert", "fingerprint"),
    [
        (MINIMAL, "07997a73072485e0cb3fce03af589ab680215c0d"),
        (POD_DOWN, "e0b0d9bc4792c36ef2dcc6f5faa1ce66689b527b"),
        ({"fingerprint": "my-fp"}, "3fffe0f7de887d4b4d17a22db433587cbe15935a"),
        ({"fingerprint": ["a", ["b", 1]]}, "e175ea4ce0a553260a14bc5e922a935b40425c1e"),
        ({"fingerprint": ["a", None, ["b", [1]]]}, "e175ea4ce0a553260a14bc5e922a935b40425c1e"),
    ],
)
def test_generic_alerts(alert: dict[str, Any], fingerprint: str) -> None:
    assert fingerprints.of_alert(alert) == fingerprint


def test_the_order_of_keys_does_not_count_in_a_generic_alert() -> None:
    turned = dict(reversed(POD_DOWN.items()))

    assert fingerprints.of_alert({**turned, "end_time": "x"}) == fingerprints.of_alert(POD_DOWN)


@pytest.mark.parametrize("given", [None, "", " ", [], {}])
def test_a_blank_fingerprint_counts_as_none(given: Any) -> None:
    assert fingerprints.of_alert({**MINIMAL, "fingerprint": given}) == fingerprints.of_alert(MINIMAL)


def test_a_fingerprint_may_be_an_object_or_a_number() -> None:
    assert fingerprints.of_alert({"fingerprint": POD_DOWN}) == fingerprints.of_alert(POD_DOWN)
    assert fingerprints.of_alert({"fingerprint": 1.0}) == fingerprints.of_alert({"fingerprint": "1.0"})


@pytest.mark.parametrize("alert", [{}, {"a": None, "b": " ", "c": [], "d": {"e": {}}}, {"hosts": ["h"]}])
def test_an_alert_that_says_nothing_has_no_fingerprint(alert: dict[str, Any]) -> None:
    assert fingerprints.of_alert(alert) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "{}"),
        ([], "[]"),
        ({"k": None, "k2": [True, False]}, '{"k"=>nil, "k2"=>[true, false]}'),
        (10**30, "1000000000000000000000000000000"),
        (-5, "-5"),
        (1.5, "1.5"),
        (1.0, "1.0"),
        (-0.0, "-0.0"),
        (0.0001, "0.0001"),
        (0.00001, "1.0e-05"),
        (0.000015, "1.5e-05"),
        (999999999999999.0, "999999999999999.0"),
        (1e15, "1.0e+15"),
        (1234567890123456.0, "1.234567890123456e+15"),
        (-1.5e100, "-1.5e+100"),
        (5e-324, "5.0e-324"),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("\n\t\r\x1b\x07\x08\x0b\x0c", '"\\n\\t\\r\\e\\a\\b\\v\\f"'),
        ("#{a} #$b #@c # #d", '"\\#{a} \\#$b \\#@c # #d"'),
        ("\x00\x1f\x7f\x85\u2028\u2029", '"\\u0000\\u001F\\u007F\\u0085\\u2028\\u2029"'),
        ("é ☃ 😀", '"é ☃ 😀"'),
    ],
)
def test_text_form(value: Any, text: str) -> None:
    assert text_form(value) == text
