"""Work spread over processes: the results of `map`, whatever the number."""

import os
from functools import partial

import pytest

from asan_analysis.errors import FrameworkError, Problem, ReportError, refuse
from asan_analysis.processes import spread_over
from asan_analysis.refusals import Refusal


def add(more: int, number: int) -> int:
    return number + more


def refuse_odd(number: int) -> int:
    if number % 2:
        refuse(FrameworkError, [Problem("f.csv", number, "a", "1", "is odd", "write an even one")])
    return number


def stop(number: int) -> int:
    if number == 3:
        os._exit(9)  # as the system ends a process that takes too much memory
    return number


def tell_threads(number: int) -> str | None:
    return os.environ.get("OPENBLAS_NUM_THREADS")


class Sent:
    """A function that writes down every time it arrives somewhere."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __setstate__(self, state: dict) -> None:
        self.__dict__ = state
        with open(self.path, "a") as file:
            file.write("x")

    def __call__(self, number: int) -> int:
        return -number


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 7])
def test_results_are_those_of_map_in_order(workers, count):
    found = spread_over(workers)(partial(add, 10), range(count))
    assert list(found) == list(range(10, 10 + count))


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_arrives_whole(workers):
    with pytest.raises(FrameworkError, match=r"row 5, a: 1 is odd") as caught:
        list(spread_over(workers)(refuse_odd, [2, 4, 5, 6]))
    assert caught.value.problems[0].row == 5


def test_a_process_that_is_killed_is_told_once():
    with pytest.raises(ReportError, match="a process was killed"):
        list(spread_over(2)(stop, range(6)))


def test_the_function_is_sent_to_each_process_once(tmp_path):
    """40 items, two processes; where it stays here it is not sent at all."""
    sent = Sent(str(tmp_path / "sent"))
    assert list(spread_over(2)(sent, range(40))) == [-number for number in range(40)]
    assert len((tmp_path / "sent").read_text()) == 2


def test_processes_have_one_thread_and_this_one_is_left_alone(monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    assert list(spread_over(2)(tell_threads, [1, 2])) == ["1", "1"]
    assert os.environ["OPENBLAS_NUM_THREADS"] == "2" and "MKL_NUM_THREADS" not in os.environ


def test_nobody_waits_for_results_that_are_not_asked_for():
    """A reader who stops after the first result ends the processes."""
    results = iter(spread_over(2)(partial(add, 1), range(1000)))
    assert next(results) == 1
    results.close()
    assert not list(results)


def refuse_all(number: int) -> int:
    raise Refusal("no answer", code="few")


def test_a_refusal_keeps_its_code():
    with pytest.raises(Refusal, match="no answer") as caught:
        list(spread_over(2)(refuse_all, [1, 2]))
    assert caught.value.code == "few"
