"""Control charts: limits against the formulas written a second time in R (r/charts.R), and each rule on a series made for it."""

from __future__ import annotations

import numpy as np
import pytest

from effekt.errors import DataError
from effekt.estimates import c_chart, laney_p, laney_u, p_chart, u_chart, xmr
from effekt.estimates.control_charts import ControlChart
from tests.reference.frozen import frozen

R = frozen("charts")
EVEN = [10.0, 12.0] * 10


def charts(baseline: int | None) -> dict[str, ControlChart]:
    options = {"baseline": baseline}
    return {
        "xmr": xmr(R["values"], **options), "p": p_chart(R["events"], R["n"], **options), "u": u_chart(R["counts"], R["exposure"], **options),
        "c": c_chart(R["counts"], **options), "laney_p": laney_p(R["events"], R["n"], **options),
        "laney_u": laney_u(R["counts"], R["exposure"], **options),
    }  # fmt: skip


@pytest.mark.parametrize(("baseline", "key"), [(None, "all"), (R["baseline"], "frozen")])
@pytest.mark.parametrize("kind", ["xmr", "p", "u", "c", "laney_p", "laney_u"])
def test_centre_and_limits(kind: str, baseline: int | None, key: str) -> None:
    found, expected = charts(baseline)[kind], R[key][kind]
    assert found.centre == pytest.approx(expected["centre"], rel=1e-12)
    for name in ("low", "high"):
        assert np.asarray(getattr(found, name)) == pytest.approx(np.asarray(expected[name]), rel=1e-12)
    if "spread" in expected:
        assert found.spread == pytest.approx(expected["spread"], rel=1e-12)
    if "range_high" in expected:
        assert found.range_high == pytest.approx(expected["range_high"], rel=1e-12)


def test_points_after_the_baseline_do_not_move_the_limits() -> None:
    before, after = xmr([*EVEN, 11.0], baseline=20), xmr([*EVEN, 500.0], baseline=20)
    assert (before.centre, before.low, before.high) == (after.centre, after.low, after.high)
    assert [signal for signal in fired(before) if signal[0] != "hugging"] == []
    assert [signal for signal in fired(after) if signal[0] != "hugging"] == [("beyond_limits", 20, 20, "high")]
    assert before.range_signals == () and after.range_signals == (20,)


def fired(chart: ControlChart) -> list[tuple[str, int, int, str]]:
    return [tuple(row) for row in chart.signals.itertuples(index=False)]


def late(*points: float) -> list[tuple[str, int, int, str]]:
    """What fires when these follow a quiet baseline of 20 points with centre 11 and limits 5.68 and 16.32 (one sigma is 1.773)."""
    return [(rule, first - 20, last - 20, side) for rule, first, last, side in fired(xmr([*EVEN, *points], baseline=20)) if last >= 20]


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ((16.4,), [("beyond_limits", 0, 0, "high")]),
        ((16.3,), []),
        ((5.6,), [("beyond_limits", 0, 0, "low")]),
        ((10, 13, 12, 13, 12, 13, 12, 13, 12), [("shift", 1, 8, "high")]),
        ((10, 13, 12, 13, 12, 13, 12, 13), []),
        ((13, 12, 13, 12, 11, 13, 12, 13), [("shift", -1, 7, "high")]),
        ((10, 9, 9.5, 9, 9.5, 9, 9.5, 9), [("shift", 0, 7, "low")]),
        ((9, 10, 11, 12, 13, 14), [("trend", 0, 5, "high")]),
        ((9, 10, 11, 12, 13), []),
        ((9, 10, 10, 11, 12, 13, 14), [("trend", 0, 6, "high")]),
        ((13, 12.5, 12, 10, 9, 8), [("trend", 0, 5, "low")]),
        ((14.6, 10, 14.6), [("two_of_three", 0, 2, "high")]),
        ((14.6, 10, 10, 14.6), []),
        ((14.5, 10, 14.5), []),
        ((7.4, 14.6, 7.4), [("two_of_three", 0, 2, "low")]),
        ((14.6, 10, 14.6, 10, 14.6), [("two_of_three", 0, 4, "high")]),
        ((14.6, 14.6, 10, 10, 14.6, 14.6), [("two_of_three", 0, 1, "high"), ("two_of_three", 4, 5, "high")]),
    ],
)
def test_each_rule_fires_where_it_should_and_not_before(points: tuple[float, ...], expected: list) -> None:
    assert [signal for signal in late(*points) if signal[0] != "hugging"] == expected


def test_fifteen_points_near_the_centre_are_too_quiet() -> None:
    wide = [0.0, 0.0, 20.0, 20.0] * 4
    assert ("hugging", 16, 30, "both") in fired(xmr([*wide, *[9.0, 11.0] * 7, 9.0], baseline=16))
    assert not [signal for signal in fired(xmr([*wide, *[9.0, 11.0] * 7], baseline=16)) if signal[0] == "hugging"]


def test_a_constant_process_has_limits_without_width_and_says_so() -> None:
    for chart in (xmr([5.0] * 20), p_chart([0] * 20, [50] * 20), laney_p([0] * 20, [50] * 20), laney_u([0] * 20, [50] * 20), c_chart([0] * 20)):
        assert chart.cautions == ("no_variation",)
        assert chart.signals.empty
        assert np.all(np.asarray(chart.high) == chart.centre)


def test_one_period_is_enough_for_a_share_and_all_may_have_the_event() -> None:
    chart = p_chart([3, 8], [10, 8], baseline=1)
    assert chart.centre == 0.3 and chart.values.tolist() == [0.3, 1.0] and chart.baseline == 1
    assert fired(chart) == [("beyond_limits", 1, 1, "high")]


def test_signals_stand_in_order_of_time() -> None:
    places = xmr([*EVEN, 17.0, 10.0, 5.0], baseline=20).signals["first"]
    assert places.is_monotonic_increasing and {20, 22} <= set(places)


def test_a_short_baseline_is_said() -> None:
    assert xmr(EVEN, baseline=11).cautions == ("short_baseline",)
    assert xmr(EVEN, baseline=12).cautions == ()


@pytest.mark.parametrize(
    "call",
    [
        lambda: xmr([1.0]), lambda: xmr([]), lambda: xmr([1.0, np.nan]), lambda: xmr([1.0, np.inf]), lambda: xmr([1.0, 2.0], baseline=3),
        lambda: xmr([1.0, 2.0], baseline=1), lambda: xmr(["a", "b"]), lambda: p_chart([1, 2], [1, 1]), lambda: p_chart([1, 2], [3]),
        lambda: u_chart([1, 2], [3, 0]), lambda: u_chart([-1, 2], [3, 3]), lambda: c_chart([1, np.nan]), lambda: laney_p([1], [3]),
    ],
)  # fmt: skip
def test_what_cannot_be_charted_is_refused(call) -> None:
    with pytest.raises(DataError):
        call()
