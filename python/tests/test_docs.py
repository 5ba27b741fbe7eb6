"""The examples of docs/PYTHON.md and README.md run, a page's one after the other, and say what is true."""

import re
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]


def names_after(page):
    """What a page's examples leave; nothing where it has none."""
    names = {}
    text = (TOP / page).read_text(encoding="utf-8")
    for i, example in enumerate(re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)):
        exec(compile(example, f"{page}, example {i + 1}", "exec"), names)
    return names


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_page():
    names = names_after("docs/PYTHON.md")
    assert names["score"].accuracy >= 0.98
    assert names["fitted"].fit(names["A"], names["b"]).r_squared > 0.98
    assert names["loss"].item() < 1.5
    assert names["losses"][-1] < names["losses"][0]


def test_the_first_lines():
    names = names_after("README.md")
    assert not names or names["score"].accuracy >= 0.98
