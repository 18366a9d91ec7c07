"""Settings for people: a file to begin with, and where each one is from."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnilint.config.file import read
from cnilint.config.options import in_file
from cnilint.config.schema import faults
from cnilint.config.settings import settings
from cnilint.config.text import shown, template
from tests.clusters import placed
from tests.house import CARD


@pytest.fixture(autouse=True)
def bare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(text: str, name: str = ".cnilint.yaml") -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


def test_a_new_file_sets_nothing_and_names_every_setting() -> None:
    written(template())
    assert read(".cnilint.yaml").values == {}
    lines = [line for line in template().splitlines() if not line.startswith("##")]
    assert all(line.startswith("# ") for line in lines if line)
    switched_on = "\n".join(line.removeprefix("# ") for line in lines)
    written(switched_on)
    values = read(".cnilint.yaml").values
    assert list(values) == [key for key, one in in_file().items() if one.option.exposed]
    assert list(faults(values)) == []
    placed(Path("cni-rules"), {"ACME101.yaml": CARD})
    assert settings({}, {}).severity == {"CNI102": "error", "CNI913": "warning"}
    assert all(len(line) <= 101 for line in template().splitlines())


def test_settings_are_shown_with_where_they_are_from() -> None:
    written(
        "severity:\n  CNI101: note\nselect: [CNI1, CNI2]\n"
        "ignores:\n  - {rule: CNI101, kind: Pod, expires: 2026-12-31}\n"
    )
    lines = shown(settings({"fail_on": "never"}, {"CNILINT_RUNTIME": "cri-o"})).splitlines()
    found = {line.split()[0]: line.split(maxsplit=1)[1].strip() for line in lines}
    assert found["fail-on"].split() == ["never", "--fail-on"]
    assert found["runtime"].split() == ["cri-o", "CNILINT_RUNTIME"]
    assert found["severity.CNI101"].split() == ["note", ".cnilint.yaml:2"]
    assert found["select"].split(", ", 1)[1].split() == ["CNI2", ".cnilint.yaml:3"]
    assert found["ignores"].endswith(".cnilint.yaml:5")
    assert found["ignores"].startswith("CNI101 kind=Pod until 2026-12-31")
    assert found["baseline"].split() == ["-", "built", "in"]
    assert not any(line.endswith(" ") for line in lines)
