"""``make mutants``: the engine and the grader are changed one place at a time, to see whether a test notices.

First, the tests run once, to record which of them run which lines. Then each change is made in a copy of the sources.
The tests that run its lines are run against it, the quick ones first. If no test fails, the change has survived. It
must be listed in ``equivalent.toml`` with the reason why no test can notice it, or the run fails. Everything in the
engine is changed, and in the grader comparisons and sums, or with ``--all`` everything, too.

Changes that a test noticed are remembered in ``.cache/mutation`` and not tried again. Survivors are tried again.
"""

import argparse
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from queue import Queue

import coverage
from changes import changes

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
CACHE = ROOT / ".cache" / "mutation"
ENGINE = ["primitives", "sweep", "sums", "value", "graph", "transforms", "recorded_calls", "algebra"]
GRADER = [
    "formulas/field",
    "formulas/laws",
    "formulas/fitting",
    "grading/judging/points",
    "grading/judging/proof",
    "grading/grading",
    "grading/in_vocabulary",
    "grading/explaining/diagnosis",
    "grading/explaining/mistakes",
    "grading/meaning/claims",
]
ENGINE_FILES = [f"autograd/engine/{name}.py" for name in ENGINE]
FILES = ENGINE_FILES + [f"autograd/{name}.py" for name in GRADER]
# These use pictures, notebooks or installs, start other processes, or take too long for what they could notice.
LEFT_OUT = [
    "tests/drawing", "tests/mutation", "tests/mutants", "tests/compiler", "tests/nn/test_plots.py",
    "tests/nn/test_film.py", "tests/test_notebooks.py", "tests/test_package.py", "tests/test_readme.py",
    "tests/test_links.py",
]  # fmt: skip
# These trace the engine themselves or run it in another process, so the record does not have the lines that they run.
UNSEEN = (
    "tests/engine/test_promises.py::test_an_interrupt", "tests/engine/test_structure.py::test_a_fork",
    "tests/engine/test_structure.py::test_both_sides_of_a_fork",
)  # fmt: skip
# A change first meets tests that take this many seconds. If it survives, it meets the next tests, and then the next.
PORTIONS = 1.0, 8.0, 60.0
# A run may take this many times the seconds that its tests took when they were recorded, and 15 seconds more.
PATIENCE = 5.0


def digest(paths):
    """Return a hash of the contents of files."""
    found = hashlib.sha256()
    for path in paths:
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def environment(tree):
    """Return the environment variables to run the interpreted engine in the copy."""
    return {
        **os.environ, "DELTAGRAD_INTERPRETED": "1", "PYTHONPATH": str(tree), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "MPLBACKEND": "agg", "OMP_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "",  # the tests are compiled once, not for each change
    }  # fmt: skip


def copy_of_the_tree(folder):
    """Copy the sources and the tests, without compiled files."""
    tree = Path(folder, "tree")
    skip = shutil.ignore_patterns(
        "*.so", "*.c", ".venv*", ".git", ".cache", "out", "build", "*.egg-info", ".hypothesis"
    )
    shutil.copytree(ROOT, tree, ignore=skip)
    return tree


class Record:
    """The record of which tests run which lines, and how long they take."""

    def __init__(self, lines, seconds):
        self.lines, self.seconds = lines, seconds

    @classmethod
    def kept(cls, fresh=False):
        """Return the record of these sources and tests. It is made again if a file has changed."""
        paths = sorted(
            [*(ROOT / "autograd").rglob("*.py"), *(ROOT / "nn").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
        )
        stamp, file = digest([p for p in paths if HERE not in p.parents]), CACHE / "record.json"
        if file.exists() and not fresh:
            kept = json.loads(file.read_text(encoding="utf-8"))
            if kept["stamp"] == stamp:
                return cls(kept["lines"], kept["seconds"])
        print("recording which tests run which lines", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            record = cls.made(copy_of_the_tree(folder), Path(folder))
        CACHE.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"stamp": stamp, "lines": record.lines, "seconds": record.seconds})
        file.write_text(text, encoding="utf-8")
        return record

    @classmethod
    def made(cls, tree, folder):
        """Run the tests once under coverage."""
        durations, data, settings = folder / "durations.json", folder / "coverage.db", folder / "settings"
        settings.write_text(f"[run]\nsource = {tree / 'autograd'}\ndata_file = {data}\n", encoding="utf-8")
        command = [
            sys.executable, "-m", "coverage", "run", f"--rcfile={settings}", "-m", "pytest", "-q", "-x",
            "-m", "not browser and not notebook",
            "-p", "recorder", "-p", "no:cacheprovider", *[f"--ignore={path}" for path in LEFT_OUT],
        ]  # fmt: skip
        env = environment(tree) | {"MUTATION_DURATIONS": str(durations)}
        env["PYTHONPATH"] += os.pathsep + str(HERE)
        done = subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"the tests fail before anything is changed:\n{done.stdout[-3000:]}{done.stderr}")
        return cls.read(data, durations, tree)

    @classmethod
    def read(cls, data, durations, tree):
        """Read the record from coverage's file."""
        seconds = json.loads(durations.read_text(encoding="utf-8"))
        found = coverage.CoverageData(str(data))
        found.read()
        number = {node: k for k, node in enumerate(seconds)}
        lines = {}
        for file in FILES:
            by_line = found.contexts_by_lineno(str(tree / file))
            lines[file] = {str(n): sorted(number[t] for t in tests if t in number) for n, tests in by_line.items()}
        return cls(lines, seconds)

    def tests_of(self, file, change, source):
        """Return the tests that may notice a change, the quick ones first.

        These are the tests that run its lines. For a line that runs when the file is imported, these are the tests that
        run a line with its name. If there are none, these are all tests that run the file, because a test may trace the
        engine itself or start a process.
        """
        by_line, nodes = self.lines[file], list(self.seconds)
        wanted: Iterable = range(change.lines[0], change.lines[1] + 1)
        if not change.deferred:
            name = re.compile(rf"\\b{re.escape(change.where.partition('.')[0])}\\b")
            wanted = [n for n, line in enumerate(source.splitlines(), 1) if name.search(line)]
        found = {nodes[k] for n in wanted for k in by_line.get(str(n), ())}
        if found:
            return sorted(found, key=self.seconds.__getitem__)
        unseen = {node for node in nodes if node.startswith(UNSEEN)}
        found = {nodes[k] for tests in by_line.values() for k in tests} | unseen
        return sorted(found, key=lambda node: (node not in unseen, self.seconds[node]))


def portion(tests, seconds, limit):
    """Split tests into the first ones, which take ``limit`` seconds together, and the rest."""
    spent = 0.0
    for k, node in enumerate(tests):
        spent += seconds[node] + 0.002
        if spent > limit:
            return tests[: k + 1], tests[k + 1 :]
    return tests, []


class Server:
    """A process that runs tests against a change in the folder ``tree``; see ``server.py``."""

    def __init__(self, tree, *arguments, portions=PORTIONS):
        self.portions = portions
        command = [sys.executable, str(HERE / "server.py"), *arguments]
        self.process = subprocess.Popen(
            command, cwd=tree, env=environment(tree), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, tests, timeout, **change):
        """Return pytest's exit status, 0 if all tests pass, or ``"unknown"`` if the tests cannot be run here."""
        print(json.dumps({"tests": tests, "timeout": timeout, **change}), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"the process that runs the tests has ended, with status {self.process.wait()}: start again.")
        return json.loads(answer)["status"]

    def notices(self, tests, seconds, **change):
        """Return True if a test fails. The quick tests run first, and no more of them than the portions allow."""
        rest = tests
        for limit in self.portions:
            now, rest = portion(rest, seconds, limit)
            status = self.run(now, 15 + PATIENCE * sum(seconds[t] for t in now), **change) if now else 0
            if status != 0:
                return status != "unknown"
        return False

    def close(self):
        """End the process."""
        self.process.communicate()


class Worker:
    """A copy of the tree, and the two servers that test it."""

    def __init__(self, folder, quick=False):
        self.tree = copy_of_the_tree(folder)
        self.changed, self.quick = 0, quick
        portions = PORTIONS[:2] if quick else PORTIONS
        self.cold = Server(self.tree, "cold", portions=portions)
        self.warm = Server(self.tree, "warm", *LEFT_OUT, portions=portions)

    def write(self, file, text):
        """Write a source file.

        It gets a new time each time, so that no compiled file of another source is used for it.
        """
        self.changed += 1
        path = self.tree / file
        path.write_text(text, encoding="utf-8")
        os.utime(path, (self.changed, self.changed))

    def verdict(self, file, change, record):
        """Return ``"killed"``, ``"survived"``, ``"untested"``, or ``"suspected"`` if only the warm server tried it."""
        source = (ROOT / file).read_text(encoding="utf-8")
        changed = change.apply(source)
        tests = record.tests_of(file, change, source)
        if not tests:
            return "untested"
        if change.deferred and self.warm.notices(tests, record.seconds, file=file, old=source, new=changed):
            return "killed"
        if change.deferred and self.quick:
            return "suspected"
        self.write(file, changed)
        try:
            return "killed" if self.cold.notices(tests, record.seconds) else "survived"
        finally:
            self.write(file, source)

    def check(self, files, record):
        """Check that the tests pass here while nothing is changed."""
        wanted = {k for file in files for tests in record.lines[file].values() for k in tests}
        nodes = [node for k, node in enumerate(record.seconds) if k in wanted]
        tests, _ = portion(sorted(nodes, key=record.seconds.get), record.seconds, PORTIONS[1])
        file = files[0]
        source = (ROOT / file).read_text(encoding="utf-8")
        timeout = 60 + PATIENCE * PORTIONS[-1]
        if self.cold.run(tests, timeout) != 0 or self.warm.run(tests, timeout, file=file, old=source, new=source) != 0:
            sys.exit(f"the tests fail although nothing is changed:\n{(self.tree / 'mutation.log').read_text()[-3000:]}")

    def close(self):
        """End both servers."""
        self.cold.close()
        self.warm.close()


def equivalents():
    """Return the accepted survivors: a reason for each file, function and change."""
    rows = tomllib.loads((HERE / "equivalent.toml").read_text(encoding="utf-8")).get("equivalent", [])
    return {(row["file"], row["where"], what): row["why"] for row in rows for what in row["changes"]}


def main(arguments=None):
    """Run all changes. Return the exit status: 0 if every survivor is explained."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__.partition("\n\n")[0])
    parser.add_argument("--file", action="append", help=f"a file to change, or a part of its name ({', '.join(FILES)})")
    parser.add_argument("--where", help="change this function only")
    parser.add_argument(
        "--all", action="store_true", help="change everything in the grader, and not only comparisons and sums"
    )
    parser.add_argument("--new", action="store_true", help="leave out the changes that equivalent.toml explains")
    parser.add_argument("--sample", type=int, metavar="N", help="try N changes, drawn at random")
    parser.add_argument(
        "--quick", action="store_true", help="give up on a change sooner, to find changes that may survive"
    )
    parser.add_argument("--seed", type=int, default=0, help="the seed of that draw")
    parser.add_argument("--jobs", type=int, default=2, help="the number of changes to try at a time (2)")
    parser.add_argument("--fresh", action="store_true", help="forget earlier results")
    parser.add_argument("--list", action="store_true", help="count the changes and try none")
    options = parser.parse_args(arguments)
    files = [f for f in FILES if not options.file or any(part in f for part in options.file)]
    todo = [(f, c) for f in files for c in changes((ROOT / f).read_text(encoding="utf-8"))]
    todo = [(f, c) for f, c in todo if options.all or f in ENGINE_FILES or c.kind in ("comparison", "sum")]
    todo = [(f, c) for f, c in todo if not options.where or c.where == options.where]
    if options.new:
        todo = [(f, c) for f, c in todo if (f, c.where, c.what) not in equivalents()]
    if options.sample is not None:
        todo = random.Random(options.seed).sample(todo, min(options.sample, len(todo)))
    if options.list:
        for file in files:
            print(f"{sum(f == file for f, _ in todo):5} {file}")
        print(f"{len(todo):5} changes")
        return 0
    record = Record.kept(options.fresh)
    journal = CACHE / "killed.json"
    killed = set(json.loads(journal.read_text(encoding="utf-8"))) if journal.exists() and not options.fresh else set()
    keys = {(f, c): f"{digest([ROOT / f])} {f} {c.where} {c.what}" for f, c in todo}
    waiting = [pair for pair in todo if keys[pair] not in killed]
    print(f"{len(todo)} changes, {len(todo) - len(waiting)} of them killed before", flush=True)
    CACHE.mkdir(parents=True, exist_ok=True)
    survivors, began = [], time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        workers: Queue = Queue()
        for k in range(min(options.jobs, len(waiting))):
            workers.put(Worker(Path(folder, str(k)), options.quick))
        if waiting:
            workers.queue[0].check(sorted({file for file, _ in waiting}), record)

        def attempt(pair):
            worker = workers.get()
            try:
                return pair, worker.verdict(*pair, record)
            finally:
                workers.put(worker)

        with ThreadPoolExecutor(options.jobs) as pool:
            for k, done in enumerate(as_completed([pool.submit(attempt, pair) for pair in waiting]), 1):
                pair, verdict = done.result()
                if verdict == "killed":
                    killed.add(keys[pair])
                    journal.write_text(json.dumps(sorted(killed)), encoding="utf-8")
                else:
                    survivors.append((*pair, verdict))
                    print(f"{verdict} {pair[0]}:{pair[1].lines[0]} {pair[1].where}: {pair[1].what}", flush=True)
                if k % 100 == 0:
                    print(f"{k} of {len(waiting)}, {time.monotonic() - began:.0f} s", flush=True)
        while not workers.empty():
            workers.get().close()
    return report(todo, survivors, equivalents())


def report(todo, survivors, accepted):
    """Print the survivors, and return 0 if every survivor is explained."""
    unexplained = [row for row in survivors if (row[0], row[1].where, row[1].what) not in accepted]
    lived = {(f, c.where, c.what) for f, c, _ in survivors}
    mistaken = [(f, c.where, c.what) for f, c in todo if (f, c.where, c.what) in accepted.keys() - lived]
    for file, change, verdict in survivors:
        why = accepted.get((file, change.where, change.what))
        print(f"{verdict} {file}:{change.lines[0]} {change.where}: {change.what}\n    {why or 'NO EXPLANATION'}")
    for file, where, what in mistaken:
        print(f"killed, but listed as equivalent: {file} {where}: {what}")
    print(
        f"{len(todo)} changes: {len(todo) - len(survivors)} killed, {len(survivors)} survived, "
        f"{len(unexplained)} of them unexplained."
    )
    return 1 if unexplained or mistaken else 0


if __name__ == "__main__":
    sys.exit(main())
