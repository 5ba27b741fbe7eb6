"""The examples of docs/PYTHON.md run, one after the other, and say what is true."""

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs/PYTHON.md"


def test_examples_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    examples = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    for i, example in enumerate(examples):
        exec(compile(example, f"{PAGE.name}, example {i + 1}", "exec"), names)
    assert names["score"].accuracy >= 0.98
    assert names["fitted"].fit(names["A"], names["b"]).r_squared > 0.98
    assert names["loss"].item() < 1.5
    assert names["losses"][-1] < names["losses"][0]
