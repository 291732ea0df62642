"""The grading of documents: a text, files and folders, or standard input, in one or several processes."""

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

_MAX_BYTES = 4_000_000  # a notebook contains pictures
_ENDINGS = (".txt", ".md", ".markdown", ".tex", ".ipynb")

Document.as_section = staticmethod(section)  # for notebooks


def grade_document(
    text: str,
    *,
    setting: Value | Derivation | Setting | str | os.PathLike[str] | None = None,
    format: Literal["markdown", "latex", "notebook", "sheet"] | None = None,
) -> Document:
    r"""Grade a whole derivation: all of its claims, in the order in which they were written.

    The formulas are taken from the text with their lines. The letters mean what the document declares or, without a
    declaration, what its own definitions say. One reading applies to the whole document. A claim that is wrong by
    itself *follows* if it is derived from the writer's earlier results.

    Args:
        text: Markdown, LaTeX, the JSON of a notebook, or a sheet.
        setting: the setting, if the document does not declare it: a recorded loss (a Value), a Derivation, a text of
            declarations, the path of a file of declarations, or a :class:`~autograd.grading.setting.Setting`.
        format: ``"markdown"``, ``"latex"``, ``"notebook"`` or ``"sheet"``; by default, it is found from the text.

    Returns:
        A :class:`~autograd.grading.document.Document`. Print it to see all claims with their verdicts.

    Raises:
        SheetError: the document has no formula, a declaration is not understood, or the document is too large.
        TypeError: the text is not a str, or the setting has none of these types.
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
    """Grade the documents in files and in folders. A document that cannot be graded has an error and no claims.

    Args:
        paths: paths of files or folders, or ``"-"`` for standard input. In a folder, all text, Markdown and LaTeX files
            and notebooks are read, in the order of their names.
        setting: a :class:`~autograd.grading.setting.Setting` for all documents.
        jobs: the number of processes.
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
            except Exception as error:  # a process ended, and its document gets the error
                found.append(_refused(task[0], f"grading it ended with {type(error).__name__}: {error}"))
    return found


def status(documents) -> int:
    """Return the exit status, which is the highest one of the documents."""
    return max([document.status for document in documents], default=0)


def _as_path(path):
    return "-" if str(path) == "-" else Path(path)


def _files_of(path):
    """Return the files in a folder, or the path itself if it is a file or has none.

    Grading it then gives the reason.
    """
    if path == "-":
        return [path]
    try:
        found = sorted(each for each in path.iterdir() if each.suffix.lower() in _ENDINGS) if path.is_dir() else []
    except OSError:
        found = []
    return found or [path]


def _graded(path, setting, is_among_others) -> Document:
    """Return the document in one file. A file without formulas is an error unless it is in a folder."""
    name = "standard input" if path == "-" else path.name
    try:
        found = grade_text(_text_of(path), setting, None, name)
        return replace(found, file=str(path))
    except UnicodeDecodeError as error:
        return _refused(path, f"{name} is not UTF-8 text: save it as UTF-8 ({error}).")
    except NoFormula as error:
        if is_among_others:
            return Document(name, confirm="there is no formula in it", file=str(path))
        return _refused(path, str(error))
    except (OSError, SheetError) as error:
        return _refused(path, str(error))
    except Exception as error:  # an error in this code: the other documents still get their grades
        return _refused(path, f"reading it failed with {type(error).__name__}: {error}. Please report this.")


def _refused(path, error):
    return Document("standard input" if path == "-" else path.name, error=error, file=str(path))


def _text_of(path):
    if path == "-":
        return _decoded(sys.stdin.buffer.read(_MAX_BYTES + 1))
    if path.is_dir():
        raise SheetError(f"{path.name} is a folder without a document: give one with {', '.join(_ENDINGS)} files.")
    if path.exists() and not path.is_file():
        raise SheetError(f"{path.name} is not a file but a device or a pipe, which may never end: give a file.")
    with path.open("rb") as file:
        return _decoded(file.read(_MAX_BYTES + 1))


def _decoded(data):
    if len(data) > _MAX_BYTES:
        raise SheetError(f"it has more than {_MAX_BYTES:,} bytes: split it.")
    return decoded(data)
