"""The planted benchmark: misspelt names find their body or nobody, never another."""

import sys

import pytest
from build_scripts import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))
import body_names


@pytest.mark.parametrize("seed", [17, 18])
def test_no_planted_name_finds_a_wrong_body(seed):
    judged = body_names.judge(seed, 250)
    known, unknown = judged[judged["known"]], judged[~judged["known"]]
    assert len(unknown) > 40 and len(known) > 150
    assert (judged["verdict"] != "wrong").all()
    assert (known["verdict"] == "right").mean() > 0.93


def test_a_wrong_answer_would_be_seen(monkeypatch):
    """A matcher that guesses is called wrong."""
    real = body_names.match_bodies

    def guess(texts, bodies):
        return real(texts, bodies).assign(organisation_id=bodies["organisation_id"].iloc[0])

    monkeypatch.setattr(body_names, "match_bodies", guess)
    assert (body_names.judge(17, 60)["verdict"] == "wrong").mean() > 0.9
