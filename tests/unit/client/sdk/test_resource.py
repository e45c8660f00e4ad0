"""What a process says of itself must come from the right place, and a strange machine must not stop it."""

import os

import pytest

from sonde.client.sdk.resource import container_id, detected, resource_of_process

ID = "0123456789abcdef" * 4


def write(root, path, text):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("proc/self/cgroup", f"12:memory:/docker/{ID}\n"),
        ("proc/self/cgroup", f"1:name=systemd:/kubepods/besteffort/pod1/cri-containerd-{ID}.scope\n"),
        (
            "proc/self/mountinfo",
            f"1 2 0:1 /var/lib/docker/containers/{ID}/hostname /etc/hostname rw - ext4 /dev/sda1 rw\n",
        ),
    ],
    ids=["docker", "containerd", "cgroup-2"],
)
def test_the_containers_id_is_found(tmp_path, path, text):
    write(tmp_path, path, text)
    assert container_id(tmp_path) == ID


@pytest.mark.parametrize("text", ["0::/\n", "0::/user.slice/session-1.scope\n", "\udcff"], ids=["root", "slice", "odd"])
def test_outside_of_a_container_there_is_none(tmp_path, text):
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert container_id(tmp_path) == ""


def test_a_pod_is_known_by_what_the_downward_api_hands_over(tmp_path):
    environment = {
        "KUBERNETES_SERVICE_HOST": "10.0.0.1",
        "HOSTNAME": "shop-1",
        "POD_NAMESPACE": "prod",
        "NODE_NAME": "n1",
    }
    found = detected(environment, tmp_path)
    assert (found["k8s.pod.name"], found["k8s.namespace.name"], found["k8s.node.name"]) == ("shop-1", "prod", "n1")
    assert "k8s.pod.uid" not in found
    assert "k8s.pod.name" not in detected({"HOSTNAME": "shop-1"}, tmp_path)


def test_the_process_and_its_machine_are_named(tmp_path):
    write(tmp_path, "etc/machine-id", "abc\n")
    found = detected({}, tmp_path)
    assert (found["process.pid"], found["host.id"]) == (os.getpid(), "abc")
    assert found["host.name"]


def test_the_deployers_name_for_the_service_beats_the_programs(monkeypatch):
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.name=from-attributes,team=a")
    assert resource_of_process({"service.name": "code"}).attributes["service.name"] == "code"
    monkeypatch.setenv("OTEL_SERVICE_NAME", "deployed")
    found = resource_of_process({"service.name": "code", "team": "b"}).attributes
    assert (found["service.name"], found["team"]) == ("deployed", "b")
    assert found["service.instance.id"]
