"""Sheets of formulas, and the command line that grades them."""

import json
import os
import subprocess
import sys

import pytest

from autograd import derive
from autograd.__main__ import main
from autograd.engine.errors import SheetError
from autograd.grading import Grader, grade_documents
from autograd.grading.sheets import LOSSES, build, grade_sheet, read_sheet

RIGHT = r"""
# a sheet without a mistake
name: Ada
network: 2-3-2 sigmoid
loss: half_sse

\delta_o = -(t_o - y_o)\, y_o (1 - y_o)
$$\delta_h = a_h (1 - a_h) \sum_o \delta_o w_{ho}$$
w_ho[h,o]: d_o[o]*a[h]
dL/dw_ih[i,h] = d_h[h]*x[i]
\begin{aligned}
\frac{\partial L}{\partial b_o} &= \frac{\partial L}{\partial s_o} \\
&= \delta_o
\end{aligned}
$$
w'_{ho} = w_{ho} - \eta \delta_o a_h
$$
"""
WRONG = "network: 2-3-2 sigmoid\nw_ho[1,2]: d_o[1]*a[1]\nb_o[1]: d_o[1]\n"
UNREADABLE = "network: 2-3-2 sigmoid\nw_ho[1,2]: d_q[1]*a[1]\nw_ho[1,2]: d_o[2]*a[1]\n"


def write(folder, **sheets):
    paths = []
    for name, text in sheets.items():
        path = folder / f"{name}.txt"
        path.write_text(text, encoding="utf-8")
        paths.append(str(path))
    return paths


def test_reading_a_sheet():
    sheet = read_sheet(RIGHT)
    assert sheet.name == "Ada"
    assert sheet.declared == {"name": "Ada", "network": "2-3-2 sigmoid", "loss": "half_sse"}
    assert [(number, target) for number, target, _ in sheet.formulas] == [
        (7, None), (8, None), (9, "w_ho[h,o]"), (10, None), (11, None), (15, None),
    ]  # fmt: skip
    assert {grade.verdict for _, _, grade in grade_sheet(sheet).rows} == {"equal"}


def test_exit_status(tmp_path, capsys):
    right, wrong, unreadable = write(tmp_path, right=RIGHT, wrong=WRONG, unreadable=UNREADABLE)
    assert main(["grade", right]) == 0
    assert main(["grade", wrong]) == 1
    assert main(["grade", unreadable]) == 2
    assert main(["grade", right, wrong]) == 1
    assert main(["grade", right, wrong, unreadable]) == 2
    assert main(["grade", str(tmp_path / "missing.txt")]) == 2
    out = capsys.readouterr().out
    assert "the delta of the wrong neuron: wrote d_o[1] where d_o[2] belongs" in out
    assert "right: dL/dw_ho[1,2] = d_o[2]*a[1]" in out


def test_unproved_is_not_called_equal(tmp_path):
    (path,) = write(tmp_path, root="network: 2-3-2 sigmoid\nw_ho[1,2]: sqrt(a[1]**2)*d_o[2]\n")
    assert main(["grade", path]) == 1


def test_many_sheets_give_one_table(tmp_path, capsys):
    paths = write(
        tmp_path, **{f"s{k:02d}": WRONG if k % 3 else RIGHT.replace("Ada", f"student {k}") for k in range(60)}
    )
    assert main(["grade", "--brief", *paths]) == 1
    lines = capsys.readouterr().out.strip().splitlines()
    assert len(lines) == 61
    assert lines[0].split() == ["sheet", "equal", "wrong", "unproved", "unreadable", "first", "finding"]
    assert lines[1].split()[:6] == ["student", "0", "6", "0", "0", "0"]
    assert "line 2: the delta of the wrong neuron" in lines[2]


def test_json_and_html(tmp_path, capsys):
    right, wrong = write(tmp_path, right=RIGHT, wrong=WRONG)
    page = tmp_path / "grades.html"
    assert main(["grade", "--json", "--html", str(page), right, wrong]) == 1
    data = json.loads(capsys.readouterr().out)
    assert [sheet["sheet"] for sheet in data] == ["Ada", "wrong.txt"]
    assert [f["verdict"] for f in data[1]["formulas"]] == ["wrong", "equal"]
    assert data[1]["formulas"][0]["mistakes"][0]["kind"] == "wrong delta"
    text = page.read_text(encoding="utf-8")
    assert "Graded derivations" in text
    assert "d_o[1]*a[1]" in text


def test_as_a_command(tmp_path):
    (path,) = write(tmp_path, wrong=WRONG)
    done = subprocess.run(
        [sys.executable, "-m", "autograd", "grade", path], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "wrong" in done.stdout


BAD = [
    ("", "has no formula"),
    ("network: 2-3-2\n", "has no formula"),
    ("network: big\nw: 1\n", "network is sizes and an activation"),
    ("network: 2-3-2 softmin\nw: 1\n", "no activation is called 'softmin'"),
    ("network: 2-3-2 tanh, tanh, tanh\nw: 1\n", "2 layers with weights and 3 activations"),
    ("network: 2-900-2\nw: 1\n", "a number from 1 to 64"),
    ("network: 2-0-2\nw: 1\n", "a number from 1 to 64"),
    ("network: 2-2-2-2-2-2-2-2-2\nw: 1\n", "2 to 7 layers"),
    ("network: 2-3-2\nloss: magic\nw: 1\n", "no loss is called 'magic'"),
    ("network: 2-3-2\nbias: maybe\nw: 1\n", "bias is yes or no"),
    ("network: 2-3-2\nsamples: 1000\nw: 1\n", "samples is a number from 1 to 12"),
    ("network: 2-3-2\nsamples: 3 median\nw: 1\n", "mean or sum"),
    ("network: 2-3-2\nconvention: 999\nw: 1\n", "no convention is called"),
    ("network: 2-3-2\nconvention: neilsen\nw: 1\n", "no convention is called 'neilsen': did you mean 'nielsen'"),
    ("author: Ada\nnetwork: 2-3-2\nd_o = 1\n", "line 1: 'author' is not a declaration: use one of network, "),
    ("Title: exercise 3\nnetwork: 2-3-2\nd_o = 1\n", "line 1: 'Title' is not a declaration: .*Begin a remark with #."),
    ("network: 2-3-2\ndelta: 0\nw: 1\n", "other than 0"),
    ("network: 2-3-2\ndelta: 1e400\nw: 1\n", "at most 1,000,000"),
    ("network: 2-3-2\ndelta: 1e999999999\nw: 1\n", "at most 1,000,000"),
    ("network: 2-3-2\ndelta: 1/0\nw: 1\n", "other than 0"),
    ("network: 64-64-64-64-64-64-64\nsamples: 12\nw: 1\n", "294,912 weights times samples, more than 20,000"),
    ("network: 2-1 sigmoid\nloss: cross_entropy\nw: 1\n", "two outputs or more"),
    ("network: 2-3-2\nd_o[1]: 1\nloss: sse\n", "was read as a formula"),
    ("network: 2-3-2\n" + "d_o[1]: 1\n" * 501, "more than 500 formulas"),
    ("x" * 1_000_001, "split it"),
    ("netwrok: 2-3-2 sigmoid\nd_o[1]: 1\n", "line 1: unknown declaration 'netwrok': did you mean 'network'"),
    ("# mine\nNetwork: 2-3-2\nlosss: sse\nd_o[1]: 1\n", "line 3: unknown declaration 'losss': did you mean 'loss'"),
    ("los: sse\nnetwork: 2-3-2\nd_o[1]: 1\n", "line 1: unknown declaration 'los': did you mean 'loss'"),
    ("network: 2-3-2\nrat: eta\nd_o[1]: 1\n", "line 2: unknown declaration 'rat': did you mean 'rate'"),
    ("network: 2-3-2\nBia: no\nd_o[1]: 1\n", "line 2: unknown declaration 'Bia': did you mean 'bias'"),
    ("sample: 3\nnetwork: 2-3-2\nd_o[1]: 1\n", "line 1: unknown declaration 'sample': did you mean 'samples'"),
]


@pytest.mark.parametrize(("text", "words"), BAD)
def test_bad_sheets_say_what_to_do(text, words, tmp_path, capsys):
    with pytest.raises(SheetError, match=words):
        grade_sheet(read_sheet(text))
    (path,) = write(tmp_path, bad=text)
    assert main(["grade", path]) == 2
    assert words[:20] in capsys.readouterr().out


def test_a_file_that_is_no_text(tmp_path, capsys):
    path = tmp_path / "sheet.txt"
    path.write_bytes(b"\xff\xfe\x00\x80")
    assert main(["grade", str(path)]) == 2
    assert "utf-8" in capsys.readouterr().out


def test_a_hostile_sheet(tmp_path, capsys):
    text = "network: 2-3-2\nname: <script>alert(1)</script>\x1b[31m\nw_ho[1,2]: <img src=x onerror=alert(1)>\n"
    (path,) = write(tmp_path, bad=text)
    page = tmp_path / "page.html"
    assert main(["grade", "--html", str(page), path]) == 2
    assert "\x1b" not in capsys.readouterr().out
    text = page.read_text(encoding="utf-8")
    assert "<script>" not in text
    assert "<img" not in text


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("samples", [1, 2])
def test_declared_networks_have_formulas(loss, samples):
    activations = ["tanh", "linear" if loss == "cross_entropy" else "sigmoid"]
    derivation = derive(build([2, 3, 3], activations, True, loss, samples))
    assert derivation.network.sizes == [2, 3, 3]
    assert derivation.network.samples == samples
    assert len(derivation.equations) >= 6


SMALL = "name: J\u010ceda\nnetwork: 2-3-2 sigmoid\nb_o[1]: d_o[1]\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_is_no_part_of_a_sheet(encoding, tmp_path, capsys):
    path = tmp_path / "sheet.txt"
    mark = "\ufeff" if encoding[-3:] in ("-le", "-be") else ""
    path.write_bytes((mark + SMALL).encode(encoding))
    assert main(["grade", "--brief", str(path)]) == 0
    assert "J\u010ceda" in capsys.readouterr().out
    assert read_sheet("\ufeff" + SMALL).declared["network"] == "2-3-2 sigmoid"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_what_other_editors_write_is_read(encoding, tmp_path, capsys):
    """Files may have no byte order mark, or another one, and the spaces of word processors."""
    path = tmp_path / "sheet.txt"
    path.write_bytes(SMALL.replace("network: ", "\u200b\ufeffnetwork:\xa0").replace("= ", "=\u202f").encode(encoding))
    assert main(["grade", "--brief", str(path)]) == 0
    assert "J\u010ceda" in capsys.readouterr().out


@pytest.mark.parametrize("page", ["", "folder", "missing/page.html"])
def test_a_page_that_cannot_be_written_loses_no_grade(page, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    write(tmp_path, sheet=SMALL)
    assert main(["grade", "sheet.txt", "--html", page]) == 2
    out = capsys.readouterr()
    assert "line 3, equal" in out.out
    assert "the page was not written" in out.err


def test_a_pipe_for_a_setting_is_refused(tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe")
    write(tmp_path, sheet=SMALL)
    assert main(["grade", str(tmp_path / "sheet.txt"), "--setting", str(tmp_path / "pipe")]) == 2
    assert "pipe is not a file" in capsys.readouterr().err


def run(*arguments, **options):
    command = [sys.executable, "-m", "autograd", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, timeout=60, **options)


C_LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp437", "latin-1", "", "ascii:surrogateescape"])
def test_a_console_that_cannot_print_a_name(encoding, tmp_path):
    (path,) = write(tmp_path, sheet=SMALL + "w_ho[1,2]: \U0001d6fc\n")
    done = run("grade", path, env={**os.environ, **C_LOCALE, "PYTHONIOENCODING": encoding})
    assert (done.returncode, done.stderr) == (2, b"")
    assert b"J\\u010ceda" in done.stdout


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes among the files of this system")
def test_a_pipe_among_the_sheets_is_no_sheet(tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe.txt")
    write(tmp_path, sheet=SMALL)
    assert main(["grade", str(tmp_path / "pipe.txt"), str(tmp_path / "sheet.txt")]) == 2
    out = capsys.readouterr().out
    assert "pipe.txt is not a file but a device or a pipe" in out
    assert "line 3, equal" in out


def test_a_folder_stands_for_its_sheets(tmp_path, capsys):
    write(tmp_path, b=SMALL.replace("J\u010ceda", "Bo"), a=SMALL.replace("J\u010ceda", "Al"))
    (tmp_path / "C.TXT").write_text(SMALL, encoding="utf-8")
    (tmp_path / "notes.md").write_text("nothing to grade", encoding="utf-8")
    (tmp_path / "inner").mkdir()
    assert main(["grade", "--brief", str(tmp_path)]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]]
    assert sorted(names) == ["Al", "Bo", "J\u010ceda", "notes.md"]
    assert names.index("Al") < names.index("Bo")
    assert main(["grade", "--brief", str(tmp_path / "inner"), str(tmp_path)]) == 2
    out = capsys.readouterr().out
    assert "inner is a folder without a document" in out
    assert "Bo" in out


def test_a_long_name_is_cut(tmp_path, capsys):
    paths = write(tmp_path, **{f"s{k}": SMALL.replace("J\u010ceda", "x" * 100_000) for k in range(3)})
    page = tmp_path / "page.html"
    assert main(["grade", "--html", str(page), *paths]) == 0
    assert len(capsys.readouterr().out) < 3_000
    assert len(page.read_text(encoding="utf-8")) < 10_000


@pytest.mark.parametrize("page", ["missing/page.html", "."])
def test_grades_are_printed_though_the_page_cannot_be_written(page, tmp_path, capsys):
    (path,) = write(tmp_path, sheet=SMALL)
    assert main(["grade", "--html", str(tmp_path / page), path]) == 2
    said = capsys.readouterr()
    assert "line 3, equal" in said.out
    assert "the page was not written" in said.err


@pytest.mark.parametrize("where", ["formula", "file"])
def test_a_fault_of_ours_costs_one_grade(where, tmp_path, capsys, monkeypatch):
    def fail(self, target, formula, rate=None):
        if "d_o[2]" in formula:
            raise RecursionError("too deep")
        return judge(self, target, formula, rate)

    def fail_at(text, *arguments):
        if "d_o[2]" in text:
            raise KeyError("nothing")
        return whole(text, *arguments)

    judge, whole = Grader.judge, grade_documents.grade_text
    if where == "formula":
        monkeypatch.setattr(Grader, "judge", fail)
    else:
        monkeypatch.setattr(grade_documents, "grade_text", fail_at)
    paths = write(tmp_path, a="network: 2-3-2\nb_o[2]: d_o[2]\nb_o[1]: d_o[1]\n", b=SMALL)
    assert main(["grade", *paths]) == 2
    out = capsys.readouterr().out
    assert "failed with" in out
    assert out.count("line 3, equal") == (2 if where == "formula" else 1)


def test_a_reader_that_stops_reading_is_no_fault(tmp_path):
    for arguments, status in ((["mutants", "--list"], 0), (["--help"], 0), (["grade", *write(tmp_path, s=WRONG)], 1)):
        read, written = os.pipe()
        os.close(read)
        done = subprocess.run(
            [sys.executable, "-m", "autograd", *arguments],
            stdout=written,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
        os.close(written)
        assert (done.returncode, done.stderr) == (status, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no full device")
def test_an_output_that_is_full_is_said(tmp_path):
    (path,) = write(tmp_path, sheet=SMALL)
    page = tmp_path / "page.html"
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "autograd", "grade", "--html", str(page), path],
            stdout=full, stderr=subprocess.PIPE, check=False, timeout=60,
        )  # fmt: skip
    assert done.returncode == 2
    assert b"the output cannot be written" in done.stderr
    assert "d_o[1]" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "line",
    ["d_h[h] = blah(s_h[h])", "d_o[o] = dsigma2(s_o[o])*(y[o] - t[o])", "d_h[h] = u", "w_ho[h,o] = 3*q"],
)
def test_a_claim_in_printed_names_that_is_unreadable_is_no_definition(line, tmp_path, capsys):
    (path,) = write(tmp_path, s=f"network: 2-3-2 sigmoid\n{line}\n")
    assert main(["grade", path]) == 2
    assert "line 2, unreadable" in capsys.readouterr().out


@pytest.mark.parametrize(
    "sizes",
    ["2-3-2", "2\u20133\u20132", "2 \u2013 3 \u2013 2", "2\u22123\u22122", "2x3x2", "2\u00d73\u00d72", "2 - 3 - 2"],
)
def test_sizes_as_word_processors_write_them(sizes, tmp_path, capsys):
    (path,) = write(tmp_path, s=f"network: {sizes} sigmoid\n\\delta_o = (y_o - t_o) y_o (1 - y_o)\n")
    assert main(["grade", path]) == 0
    assert "2-3-2 sigmoid" in capsys.readouterr().out


SIGNS = [
    ("standard", r"\delta_o = (t_o - y_o) y_o (1 - y_o)", 1),
    ("standard", r"\frac{\partial L}{\partial w_{ho}} = -\delta_o a_h", 1),
    ("standard", r"\delta_o = (y_o - t_o) y_o (1 - y_o)", 0),
    ("mitchell", r"\frac{\partial E}{\partial w_{ho}} = \delta_o a_h", 1),
    ("Mitchell", r"\frac{\partial E}{\partial w_{ho}} = -\delta_o a_h", 0),
]


@pytest.mark.parametrize(("name", "formula", "status"), SIGNS)
def test_a_convention_that_is_declared_says_what_a_delta_is(name, formula, status, tmp_path, capsys):
    (path,) = write(tmp_path, s=f"network: 2-3-2 sigmoid\nconvention: {name}\n{formula}\n")
    assert main(["grade", path]) == status


def test_a_page_and_a_table_show_what_a_formula_is_of_and_quote_it_as_it_stands(tmp_path, capsys):
    page = tmp_path / "page.html"
    (path,) = write(tmp_path, s="network: 2-3-2 sigmoid\nw_ho[h,o]: d_o[o]*a[h]\nb_h[h]: \\foo\n")
    assert main(["grade", path, "--html", str(page)]) == 2
    printed, shown = capsys.readouterr().out, page.read_text(encoding="utf-8")
    assert "line 2, equal: w_ho[h,o]: d_o[o]*a[h]" in printed
    assert "of w_ho[h,o]" in shown
    for text in (printed, shown):
        assert "\\foo" in text
        assert "\\\\foo" not in text


@pytest.mark.parametrize("name", ["ada.md", "ada.markdown", "ada.txt"])
def test_a_sheet_may_be_named_as_markdown(tmp_path, name):
    path = tmp_path / name
    path.write_text(
        "name: Ada\nnetwork: 2-3-2 sigmoid\n\n\\delta_o = -(t_o - y_o)\\, y_o (1 - y_o)\nw_ho[h,o]: d_o[o]\n"
    )
    (graded,) = grade_documents.grade_files([str(path)])
    assert (graded.name, graded.format) == ("Ada", "sheet")
    assert [claim.verdict for claim in graded.claims] == ["equal", "wrong"]


def test_markdown_without_formulas_is_no_sheet(tmp_path):
    path = tmp_path / "notes.md"
    path.write_text("network: 2-3-2 sigmoid\n\nThe network learns.\n")
    (graded,) = grade_documents.grade_files([str(path)])
    assert "has no formula: write equations between $$" in graded.error
