"""A real scheduler and real workers on this machine: who comes, who goes, and who cannot be used."""

from __future__ import annotations

import hashlib
import http.server
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from benchmarks.cluster.simulated import cluster as simulated_cluster
from benchmarks.cluster.simulated import planned, project
from guidewright.errors import COULD_NOT_RUN, CannotRunError
from guidewright.execute.cluster import open_cluster
from guidewright.execute.environment import installed_version
from guidewright.execute.scheduler import Event
from guidewright.model import Record
from sandbox import Sandbox, eventually, text_of
from scripts.cluster import Loopback, loopback

WAITS = """
# %%
import os, pathlib, psutil, time
(pathlib.Path("{outside}") / f"{name}-{{psutil.Process(os.getppid()).ppid()}}").touch()
while pathlib.Path("{outside}/gate").exists():
    time.sleep(0.1)
print("done")
"""
WHO = '# %%\nimport os, psutil\nprint(psutil.Process(os.getppid()).ppid(), os.environ["FLAVOUR"])'


@pytest.fixture
def cluster(sandbox: Sandbox) -> Iterator[Loopback]:
    """A scheduler, without workers yet."""
    with loopback(sandbox.environ()) as made:
        yield made


def waits(sandbox: Sandbox, name: str = "waits") -> None:
    """Write a guide that says which worker runs it, and waits as long as a file is there."""
    (sandbox.outside / "gate").touch()
    sandbox.guide(name, WAITS.format(outside=sandbox.outside, name=name))


def runs_on(sandbox: Sandbox, name: str = "waits") -> list[int]:
    """The processes of the workers that have run it so far."""
    return sorted(int(path.name.rpartition("-")[2]) for path in sandbox.outside.glob(f"{name}-*"))


# --------------------------------------------------------- workers come and go


def test_a_job_whose_worker_is_killed_runs_on_one_that_comes_later_and_what_was_done_is_kept(
    sandbox: Sandbox, cluster: Loopback
) -> None:
    sandbox.guide("quick", WHO)
    waits(sandbox)
    cluster.add("one", "CPU=2", 2)
    first = cluster.workers["one"].pid
    process = sandbox.start("run", "--scheduler", cluster.address)
    eventually(
        lambda: (sandbox.cached("quick") and runs_on(sandbox)) or process.poll() is not None, seconds=120
    )
    assert process.poll() is None, process.communicate()
    cluster.kill("one")
    cluster.add("two")
    eventually(lambda: len(runs_on(sandbox)) == 2 or process.poll() is not None, seconds=120)
    second = cluster.workers["two"].pid
    (sandbox.outside / "gate").unlink()
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, out + err
    assert runs_on(sandbox) == sorted([first, second])
    assert err.count("started   waits[alpha,quick]") == 2
    assert err.count("✓ passed  waits[alpha,quick]") == 1
    assert "worker one was lost while it ran waits[alpha,quick]" in err
    assert text_of(sandbox.record("quick")) == f"{first} alpha\n"
    assert text_of(sandbox.record("waits")) == "done\n"
    assert sandbox.record("waits").origin is not None
    eventually(lambda: not sandbox.processes())  # those of the lost worker end by themselves


def test_every_job_ends_once_with_a_record_of_its_own_where_workers_are_killed_at_random(
    cluster: Loopback, tmp_path: Path
) -> None:
    for name in ("a", "b", "c"):
        cluster.begin(name)
    for name in ("a", "b", "c"):
        cluster.wait(name)
    jobs = [planned(number, 0.05) for number in range(60)]
    ended, records = Counter[str](), list[Record]()

    def on_event(event: Event) -> None:
        if event.record:
            ended[event.job.name] += 1
            records.append(event.record)
            if len(records) in (15, 35):
                cluster.kill(sorted(cluster.workers)[0])

    opened = simulated_cluster(cluster.address, project(tmp_path / "simulated"))
    assert opened.run(jobs, {}, on_event) == {}
    assert ended == Counter(entry.job.name for entry in jobs)
    for record in records:
        assert record.cells[0].outputs[0]["text"].startswith(f"{record.slug}\n")
    assert sum("was lost" in note for note in opened.notes) == 2


def test_where_the_scheduler_goes_away_kernels_end_and_what_is_done_is_kept(
    sandbox: Sandbox, cluster: Loopback
) -> None:
    sandbox.guide("quick", WHO)
    waits(sandbox)
    cluster.add("one", "CPU=2", 2)
    process = sandbox.start("run", "--scheduler", cluster.address)
    eventually(
        lambda: (sandbox.cached("quick") and runs_on(sandbox)) or process.poll() is not None, seconds=120
    )
    assert process.poll() is None, process.communicate()
    cluster.scheduler.kill()
    out, err = process.communicate(timeout=120)
    assert process.returncode == 3, out + err
    assert "the scheduler went away while jobs ran" in err
    assert "Traceback" not in out + err
    assert "quick  ✓ passed" in out
    assert "waits  not run" in out
    eventually(lambda: not sandbox.processes(), seconds=60)


# ------------------------------------------------------ where jobs can run


def test_jobs_go_where_their_backend_is_and_what_nobody_can_run_is_told_and_not_waited_for(
    sandbox: Sandbox, cluster: Loopback
) -> None:
    data = b"some data"
    digest = hashlib.sha256(data).hexdigest()
    sandbox.settings(
        extra=f'scheduler = "{cluster.address}"\nallow_environment = ["WELCOME"]',
        tables=f'[tool.guidewright.datasets.toy]\nfile = "toy.bin"\nurl = "https://example.org/toy"\nsha256 = "{digest}"\n'
        '[tool.guidewright.backends.gamma]\nlabel = "Gamma"\nmodules = ["json"]\nbootstrap = "guidewright_keras.bootstrap"',
    )
    file = sandbox.root / ".guidewright/datasets/toy" / digest[:16] / "toy.bin"
    file.parent.mkdir(parents=True)
    file.write_bytes(data)
    sandbox.guide("who", WHO, "backends: [alpha, beta]")
    body = """
    # %%
    import os, pathlib
    from guidewright_keras import bootstrap

    (entry,) = bootstrap._declared.values()
    print(pathlib.Path(entry["path"]).read_text(), entry["path"].startswith("/"), os.environ["WELCOME"])
    """
    sandbox.guide("loads", body, "backends: [gamma]\ndatasets: [toy]")
    sandbox.guide("wants", WHO, "backends: [alpha]\nrequires: [no-such-distribution]")
    sandbox.guide("gpu", WHO, "backends: [alpha]\naccelerator: gpu")
    cluster.begin("a", "CPU=1 alpha=1")
    cluster.begin("b", "CPU=1 beta=1 gamma=1")
    for name in ("a", "b"):
        cluster.wait(name)
    done = sandbox.cli("run", env={"WELCOME": "in"})
    assert done.code == 3, done.err
    pids = {name: process.pid for name, process in cluster.workers.items()}
    assert text_of(sandbox.record("who")) == f"{pids['a']} alpha\n"
    assert text_of(sandbox.record("who", "beta")) == f"{pids['b']} beta\n"
    assert text_of(sandbox.record("gpu")) == f"{pids['a']} alpha\n"
    assert text_of(sandbox.record("loads", "gamma")) == "some data True in\n"
    assert "a: requires 'no-such-distribution', which is not installed" in done.err
    assert sandbox.cached("wants") == []
    again = sandbox.cli("run", env={"WELCOME": "in"})
    assert again.err.count("started") == 0  # and what ran is proven, on these workers' machine

    full = sandbox.cli("run", "gpu", "--profile", "full")
    assert full.code == 3
    assert "no worker can run it. a: it declares no GPU; b: it declares beta, gamma, not 'alpha'" in full.err


def test_a_worker_with_other_versions_is_an_error_and_one_that_comes_later_is_left_out(
    sandbox: Sandbox, cluster: Loopback, tmp_path: Path
) -> None:
    waits(sandbox)
    cluster.add("good")
    process = sandbox.start("run", "--scheduler", cluster.address)
    eventually(lambda: runs_on(sandbox) or process.poll() is not None, seconds=120)
    (tmp_path / "odd" / "ipykernel-0.0.1.dist-info").mkdir(parents=True)
    metadata = "Metadata-Version: 2.1\nName: ipykernel\nVersion: 0.0.1\n"
    (tmp_path / "odd" / "ipykernel-0.0.1.dist-info" / "METADATA").write_text(metadata, "utf-8")
    cluster.add("odd", more={"PYTHONPATH": str(tmp_path / "odd")})
    difference = f"ipykernel is 0.0.1 on odd, and {installed_version('ipykernel')} here"
    opened = sandbox.project()
    with pytest.raises(CannotRunError) as refused:
        open_cluster(cluster.address, opened.settings, opened.library.guides)
    assert refused.value.exit_code == COULD_NOT_RUN
    assert [problem.message for problem in refused.value.problems] == [difference]
    time.sleep(7.5)  # a run looks for workers every 5 s, and tells only at its end what it has noticed
    (sandbox.outside / "gate").unlink()
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, out + err
    assert f"worker odd is left out: {difference}" in err


# ------------------------------------------------------------------------ TLS

_TLS = "DASK_DISTRIBUTED__COMM__TLS__"


def certified(folder: Path) -> dict[str, str]:
    """Make an authority, and a certificate of it; return what Dask's configuration says of them."""
    folder.mkdir()
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(folder / "own.pem")
    roles = {f"{_TLS}{role}__CERT": str(folder / "own.pem") for role in ("CLIENT", "SCHEDULER", "WORKER")}
    return {f"{_TLS}CA_FILE": str(folder / "ca.pem"), **roles}


def test_over_tls_jobs_run_where_both_sides_have_certificates_of_one_authority_and_nowhere_else(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.guide("who", WHO)
    ours, others = certified(tmp_path / "ours"), certified(tmp_path / "others")
    encrypted = {"DASK_DISTRIBUTED__COMM__DEFAULT_SCHEME": "tls"}
    encrypted["DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION"] = "true"
    with loopback(sandbox.environ({**ours, **encrypted})) as cluster:
        assert cluster.address.startswith("tls://127.0.0.1:")
        cluster.add("one")
        done = sandbox.cli("run", "--scheduler", cluster.address, env=ours)
        assert done.code == 0, done.err
        assert text_of(sandbox.record("who")) == f"{cluster.workers['one'].pid} alpha\n"

        own = f"{_TLS}CLIENT__CERT"
        refused = {
            "Dask's configuration names none here": {},
            "certificate in certificate chain": others,
            f"cannot be used ({tmp_path / 'none.pem'}": {
                **ours,
                f"{_TLS}CA_FILE": str(tmp_path / "none.pem"),
            },
            "does not answer as a Dask scheduler does": {**ours, own: others[own]},
        }
        for why, environ in refused.items():
            done = sandbox.cli("run", "--force", "--scheduler", cluster.address, env=environ)
            assert (done.code, why in done.err) == (3, True), done.err


def test_a_scheduler_that_speaks_no_tls_is_told(sandbox: Sandbox, cluster: Loopback, tmp_path: Path) -> None:
    sandbox.guide("who", WHO)
    address = cluster.address.replace("tcp://", "tls://")
    done = sandbox.cli("run", "--scheduler", address, env=certified(tmp_path / "ours"))
    assert done.code == 3
    assert f"{address} and this machine do not agree on TLS" in done.err


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    "address", ["tcp:/127.0.0.1:1", "127.0.0.1:8786", "tcp://127.0.0.1", "tcp://host:99999"]
)
def test_an_address_that_is_none_is_wrong_use(sandbox: Sandbox, address: str) -> None:
    sandbox.guide("who", WHO)
    done = sandbox.cli("run", "--scheduler", address)
    assert done.code == 2
    assert f"'{address}' is no address of a scheduler" in done.err


def test_an_address_in_the_settings_that_is_none_is_wrong_use(sandbox: Sandbox) -> None:
    sandbox.settings(extra='scheduler = "nowhere"')
    done = sandbox.cli("run")
    assert done.code == 2
    assert "[tool.guidewright.scheduler] 'nowhere' does not match" in done.err


def test_the_option_wins_over_the_settings(sandbox: Sandbox) -> None:
    sandbox.settings(extra='scheduler = "tcp://127.0.0.1:1"')
    sandbox.guide("who", WHO)
    done = sandbox.cli("run")
    assert done.code == 3
    assert "no scheduler can be reached at tcp://127.0.0.1:1" in done.err
    assert sandbox.cli("run", "--scheduler", "local").code == 0


@pytest.mark.parametrize("option", ["--pdb", "--compare-preload"])
def test_what_runs_here_only_does_not_go_with_a_cluster(sandbox: Sandbox, option: str) -> None:
    sandbox.guide("who", WHO)
    done = sandbox.cli("run", "who", option, "--scheduler", "tcp://127.0.0.1:1")
    assert done.code == 2
    assert f"{option} runs jobs here: leave --scheduler out" in done.err


@pytest.fixture
def web_server() -> Iterator[int]:
    """The port of something that listens, and is no scheduler."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_is_no_scheduler_is_told(sandbox: Sandbox, web_server: int) -> None:
    sandbox.guide("who", WHO)
    done = sandbox.cli("run", "--scheduler", f"tcp://127.0.0.1:{web_server}")
    assert done.code == 3
    assert f"tcp://127.0.0.1:{web_server} does not answer as a Dask scheduler does" in done.err


def test_a_scheduler_without_workers_is_told_with_how_to_start_one(
    sandbox: Sandbox, cluster: Loopback
) -> None:
    sandbox.guide("who", WHO)
    done = sandbox.cli("run", "--scheduler", cluster.address)
    assert done.code == 3
    assert f"the scheduler at {cluster.address} has no worker" in done.err
    assert f"dask worker {cluster.address}" in done.err
