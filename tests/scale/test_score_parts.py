"""Parts against the tables in memory, to the last bit, however they are cut and wherever run."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from parts_of import ROOT, write_parts

from asan_analysis.analysis.breakdown import spread_categories
from asan_analysis.analysis.coverage import count_answers, cover_categories
from asan_analysis.audit.description import describe_nodes, widen_scores, widen_status
from asan_analysis.audit.importance import compare_weights
from asan_analysis.audit.structure import _covariances, alpha_of
from asan_analysis.data.datasets import load_dataset, load_outline, select_edition
from asan_analysis.errors import DataError, FrameworkError, ParameterError
from asan_analysis.index.method import find_method
from asan_analysis.index.ranking import rank_organisations
from asan_analysis.index.rollup import score_categories, score_organisations
from asan_analysis.index.scoring import score_services
from asan_analysis.processes import spread_over
from asan_analysis.scale.scoring import plan_scoring, score_edition, score_parts

YEAR = 2023
ROOT_DATA = ROOT / "data"


def score(folder, *, audit=False, **named):
    data = load_outline(str(folder))
    return score_parts(data, plan_scoring(data, YEAR, audit=audit), **named)


def rules_of(folder, **changes):
    """Change the rules of a copied dataset."""
    path = next(iter(sorted(folder.glob("rules*.toml"))))
    for path in folder.glob("rules*.toml"):
        kept = [line for line in path.read_text("utf-8").splitlines()
                if line.split("=")[0].strip() not in changes]  # fmt: skip
        lines = [f"{key} = {value}" for key, value in changes.items()]
        path.write_text("\n".join([*lines, *kept, ""]), "utf-8")
    return folder


def in_memory(folder):
    """The tables by the functions that reports use."""
    data = load_dataset(str(folder))
    one, edition = select_edition(data, YEAR)
    tree, rules = find_method(one, edition)
    scores = score_organisations(one.assessments, one.services, tree, rules)
    ranks = rank_organisations(
        scores, one.organisations, tree, rules, decimals=int(data.about["decimals"]),
        min_services=int(data.about["min_services"]),
    )  # fmt: skip
    categories = [str(category) for category in data.categories["id"]]
    return {
        "organisations": scores,
        "ranks": ranks,
        "categories": score_categories(scores, one.organisations),
        "spread": spread_categories(ranks, categories),
        "coverage": cover_categories(one, tree),
        "items": count_answers(one, tree),
    }


def assert_same(found, expected):
    """Equal to the last bit, rows by their keys, types of whole numbers aside."""
    assert set(expected) <= set(found)
    for name, table in expected.items():
        keys = [column for column in table if table[column].dtype in ("str", object)]
        left, right = (one.sort_values(keys, ignore_index=True) for one in (found[name], table))
        pd.testing.assert_frame_equal(
            left, right[list(left)], check_exact=True, check_dtype=False, obj=name
        )


METHODS = {
    "as shipped": {},
    "missing is zero": {"not_answered": '"zero"', "not_applicable": '"zero"'},
    "pooled": {"roll_up": '"pooled"'},
    "weighted": {"roll_up": '"weighted"', "roll_up_weight": '"size"'},
    "rounded": {"round": "{0 = 2, 1 = 2}", "round_service": "2", "round_organisation": "2"},
    "covered": {"min_coverage": "0.9", "not_answered": '"exclude"'},
    "geometric": {"aggregation": '"geometric"', "not_answered": '"exclude"'},
    "narrow": {"range": "[1, 7]"},
}


@pytest.mark.parametrize("method", METHODS)
def test_parts_give_the_scores_in_memory_to_the_last_bit(tmp_path, method):
    """Under every kind of rule; services cut into three parts in another order."""
    changes, extra = METHODS[method], ()
    if method == "weighted":
        extra = ("size",)
    folder = rules_of(write_parts_sized(tmp_path, extra), **changes)
    found = score(folder)
    assert_same(found, in_memory(folder))
    assert_same(found, score_edition(load_dataset(str(folder)), plan_of(folder)))


def plan_of(folder, **named):
    return plan_scoring(load_outline(str(folder)), YEAR, **named)


def write_parts_sized(tmp_path, extra):
    """Parts of the sample, with a weight of each service that no sum of floats is exact for."""
    if not extra:
        return write_parts(tmp_path / "parts", shuffle=4)
    folder = write_parts(tmp_path / "parts", shuffle=4)
    services = pd.read_csv(folder / "services.csv", dtype=str)
    services["size"] = np.random.default_rng(8).uniform(1e-3, 1e6, len(services))
    services.to_csv(folder / "services.csv", index=False)
    size = services[services["edition_year"] == str(YEAR)].set_index("service_id")["size"]
    for path in sorted(folder.glob("assessments/*/*.parquet")):
        part = pd.read_parquet(path)
        part.assign(size=part["service_id"].map(size)).to_parquet(path, index=False)
    return folder


@pytest.mark.parametrize("cuts", [1, 2, 7])
@pytest.mark.parametrize("long", [False, True])
def test_no_bit_of_a_score_depends_on_cut_order_or_shape(tmp_path, cuts, long):
    whole = score(write_parts(tmp_path / "whole", cuts=1))
    other = score(write_parts(tmp_path / "other", cuts=cuts, long=long, shuffle=cuts))
    assert_same(other, whole)


def test_processes_change_no_bit_of_any_table(tmp_path):
    """Not even of the audit, whose sums follow the order of the parts."""
    folder = write_parts(tmp_path / "parts", cuts=6, shuffle=2)
    alone = score(folder, audit=True)
    many = score(folder, audit=True, spread=spread_over(3))
    for name, table in alone.items():
        pd.testing.assert_frame_equal(many[name], table, check_exact=True)


@pytest.mark.parametrize("dataset", ["asan_sample", "egov_benchmark_2023"])
def test_the_audit_of_parts_is_that_of_the_whole_table(tmp_path, dataset):
    """The statistics that reports show, from the whole table at once."""
    year = YEAR if dataset == "asan_sample" else 2023
    folder = write_parts(tmp_path / "parts", dataset, year=year, cuts=4, shuffle=9)
    found = score(folder, audit=True)["nodes"].set_index("node_id")
    data = load_dataset(str(ROOT_DATA / dataset))
    one, edition = select_edition(data, year)
    tree, rules = find_method(one, edition)
    scores = score_services(one.assessments, one.services, tree, rules)
    wide = widen_scores(scores, tree)
    status = widen_status(one.assessments, one.services, tree)
    expected = describe_nodes(wide, status, tree, scale=rules.range).set_index("node_id")
    pd.testing.assert_frame_equal(
        found[list(expected)], expected, check_exact=False, rtol=1e-9, atol=1e-9, check_dtype=False
    )
    weights = compare_weights(wide, tree).set_index("node_id")
    columns = ["weight", "correlation", "covariance_share", "weight_n"]
    pd.testing.assert_frame_equal(
        found[columns], weights[columns], check_exact=False, rtol=1e-9, atol=1e-9
    )
    for row in tree.inner_rows:
        below = [tree.node_ids[child] for child in tree.children[row] if tree.weights[child] > 0]
        covariance, kept, n = _covariances(wide[below], True)
        mine = found.loc[tree.node_ids[row]]
        assert mine["alpha"] == pytest.approx(alpha_of(covariance), abs=1e-9, nan_ok=True)
        assert (mine["alpha_children"], mine["alpha_n"]) == (len(kept), n)


def test_a_run_goes_on_where_it_was_stopped(tmp_path):
    """Parts that are done are not read again; the result is the same; nothing is left behind."""
    folder, kept = write_parts(tmp_path / "parts", cuts=5), tmp_path / "kept"
    expected = score(folder)

    def stop(services, done=[]):  # noqa: B006
        done.append(services)
        if len(done) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score(folder, kept=kept, progress=stop)
    assert len(list(kept.iterdir())) == 3
    told, asked = [], []

    def spread(function, parts):
        asked.extend(parts)
        return map(function, parts)

    assert_same(score(folder, kept=kept, spread=spread, tell=told.append), expected)
    assert told == ["3 of 5 parts were done by an earlier run"]
    assert [path.name for path in asked] == ["part-00003.parquet", "part-00004.parquet"]
    assert not kept.exists()


def test_what_is_kept_of_other_rules_or_other_data_is_not_used(tmp_path):
    folder, kept = write_parts(tmp_path / "parts", cuts=2), tmp_path / "kept"
    with pytest.raises(KeyboardInterrupt):
        score(folder, kept=kept, progress=stop_at_once)
    before = set(kept.iterdir())
    rules_of(folder, not_applicable='"zero"')
    with pytest.raises(KeyboardInterrupt):
        score(folder, kept=kept, progress=stop_at_once)
    assert before.isdisjoint(kept.iterdir())


def stop_at_once(services):
    raise KeyboardInterrupt


def test_an_item_whose_scale_needs_all_services_is_refused(tmp_path):
    folder = rules_of(write_parts(tmp_path / "parts"), normalisation='"zscore"')
    with pytest.raises(FrameworkError, match=r"zscore needs all services at once.*goalposts"):
        plan_of(folder)


def test_a_worker_of_another_version_refuses(tmp_path):
    """Its scores could be others, and nobody would see it."""
    folder = write_parts(tmp_path / "parts")
    plan = replace(plan_of(folder), version="0.0.0")
    with pytest.raises(ParameterError, match=r"the command 0\.0\.0; install the same version"):
        score_parts(load_outline(str(folder)), plan)


def test_no_parts_say_so(tmp_path):
    folder = write_parts(tmp_path / "parts")
    for path in folder.glob("assessments/*/*"):
        path.unlink()
    with pytest.raises(DataError, match=r"edition_year=2023: 1 problem\n  has no part-\*\.parquet"):
        score(folder)
