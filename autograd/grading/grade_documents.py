"""Grading documents: a text, files and folders, standard input, in one process or in several."""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

from autograd.engine.errors import SheetError
from autograd.engine.value import Value
from autograd.formulas.derivation import Derivation, derive
from autograd.grading.claims_in_sequence import NoFormula, grade_text
from autograd.grading.document import Document
from autograd.grading.report_html import section
from autograd.grading.setting import Declaration, Setting, declared_setting, read_setting
from autograd.grading.text_files import decoded

__all__ = ["grade_document", "grade_files", "status"]

_MAX_BYTES = 4_000_000  # a notebook has pictures in it
_ENDINGS = (".txt", ".md", ".markdown", ".tex", ".ipynb")

Document.as_section = staticmethod(section)  # what a notebook shows


def grade_document(
    text: str,
    *,
    setting: Value | Derivation | Setting | str | os.PathLike[str] | None = None,
    format: Literal["markdown", "latex", "notebook", "sheet"] | None = None,
) -> Document:
    r"""Grade a whole derivation: every claim in it, in the order in which it was written.

    The formulas are taken out of the text with their lines. What the letters mean is what the document declares, or
    else what its own definitions say; one reading holds for all of it. A claim that is wrong by itself *follows* if it
    is what the writer's earlier results lead to.

    Args:
        text: Markdown, LaTeX, a notebook's JSON, or a sheet.
        setting: what it is about, where it does not say so: a recorded loss (a Value), a Derivation, a text of
            declarations, the path of a file of them, or a :class:`~autograd.grading.setting.Setting`.
        format: ``"markdown"``, ``"latex"``, ``"notebook"`` or ``"sheet"``; found from the text by default.

    Returns:
        A :class:`~autograd.grading.document.Document`; print it to see every claim with its verdict.

    Raises:
        SheetError: there is no formula in it, a declaration is not understood, or it is too large.
        TypeError: the text is no text, or the setting is nothing of these.
        ValueError: there is no such format.
        OSError: the file of the setting cannot be read.

    >>> graded = grade_document('''network: 2-3-2 sigmoid
    ...
    ... The error is $e_o = t_o - y_o$, so we get
    ... $$\\delta_o = -e_o y_o (1 - y_o), \\qquad \\frac{\\partial L}{\\partial w_{ho}} = \\delta_o a_h.$$
    ... ''')
    >>> [(claim.line, claim.verdict) for claim in graded.claims]
    [(3, 'definition'), (4, 'equal'), (4, 'equal')]
    """
    if not isinstance(text, str):
        raise TypeError(f"a document is text, found {type(text).__name__}: read the file first.")
    return grade_text(text, _setting(setting), format)


def _setting(setting) -> Setting:
    if setting is None or isinstance(setting, Setting):
        return setting or Setting()
    if isinstance(setting, Value):
        return Setting(recorded=derive(setting))
    if isinstance(setting, Derivation):
        return Setting(recorded=setting)
    if isinstance(setting, os.PathLike) or (isinstance(setting, str) and ":" not in setting):
        return read_setting(setting)
    if isinstance(setting, str):
        lines = [line.partition(":") for line in setting.splitlines() if line.strip()]
        found = [Declaration(k, key.strip().lower(), value.strip()) for k, (key, _, value) in enumerate(lines, 1)]
        return declared_setting(found, "the setting", strict=True)
    raise TypeError(
        f"a setting is a recorded loss, a derivation, declarations or the path of a file of them, found "
        f"{type(setting).__name__}."
    )


def grade_files(paths, *, setting=None, jobs=1) -> list[Document]:
    """Grade the documents in files and in folders; one that cannot be graded has its error in place of claims.

    Args:
        paths: of files; of folders, of which every text, Markdown, LaTeX file and notebook is read, in order of their
            names; and ``"-"`` for standard input.
        setting: a :class:`~autograd.grading.setting.Setting` that holds for all of them.
        jobs: how many processes grade at a time.
    """
    tasks = [(each, setting, each != path) for path in [_as_path(p) for p in paths] for each in _files_of(path)]
    if jobs <= 1 or len(tasks) < 2:
        return [_graded(*task) for task in tasks]
    found: list = []
    with ProcessPoolExecutor(min(jobs, len(tasks)), mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(_graded, *task) for task in tasks]
        for task, future in zip(tasks, waiting, strict=True):
            try:
                found.append(future.result())
            except Exception as error:  # a process that ended: its document has that for an error
                found.append(_refused(task[0], f"grading it ended with {type(error).__name__}: {error}"))
    return found


def status(documents) -> int:
    """Return the exit status: the worst of the documents."""
    return max([document.status for document in documents], default=0)


def _as_path(path):
    return "-" if str(path) == "-" else Path(path)


def _files_of(path):
    """Return the files a path stands for; the path itself where it has none, which then says why."""
    if path == "-":
        return [path]
    try:
        found = sorted(each for each in path.iterdir() if each.suffix.lower() in _ENDINGS) if path.is_dir() else []
    except OSError:
        found = []
    return found or [path]


def _graded(path, setting, is_among_others) -> Document:
    """Return the document in one file, whatever it holds; one without formulas is no fault in a folder."""
    name = "standard input" if path == "-" else path.name
    try:
        found = grade_text(_text_of(path), setting, None, name)
        return replace(found, file=str(path))
    except UnicodeDecodeError as error:
        return _refused(path, f"{name} is no UTF-8 text: save it as UTF-8 ({error}).")
    except NoFormula as error:
        if is_among_others:
            return Document(name, confirm="there is no formula in it", file=str(path))
        return _refused(path, str(error))
    except (OSError, SheetError) as error:
        return _refused(path, str(error))
    except Exception as error:  # a fault of ours: the other documents still get their grades
        return _refused(path, f"reading it failed with {type(error).__name__}: {error}. Please report this.")


def _refused(path, error):
    return Document("standard input" if path == "-" else path.name, error=error, file=str(path))


def _text_of(path):
    if path == "-":
        return _decoded(sys.stdin.buffer.read(_MAX_BYTES + 1))
    if path.is_dir():
        raise SheetError(f"{path.name} is a folder without a document: give one with {', '.join(_ENDINGS)} files.")
    if path.exists() and not path.is_file():
        raise SheetError(f"{path.name} is no file but a device or a pipe, which may never end: give a file.")
    with path.open("rb") as file:
        return _decoded(file.read(_MAX_BYTES + 1))


def _decoded(data):
    if len(data) > _MAX_BYTES:
        raise SheetError(f"it has more than {_MAX_BYTES:,} bytes: split it.")
    return decoded(data)
