# SPDX-License-Identifier: Apache-2.0
"""Draws the charts of a run: plot.py FIGURES.json FOLDER, or plot.py --check. Called by `compare --plot FOLDER`."""

import json
import pathlib
import sys

try:
    import matplotlib
except ImportError:
    sys.exit("--plot needs matplotlib: python3 -m pip install matplotlib, or Debian's python3-matplotlib")

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend comes first)
from matplotlib.ticker import LogLocator  # noqa: E402

OK, MISS, PLAIN = "#2a7f62", "#c0492f", "#6b7a8f"


def draw_ratios(bars, folder):
    """One bar for each row on a logarithmic scale, with its ratio beside it and a mark where the row's bar is."""
    figure, axes = plt.subplots(figsize=(11, 1.2 + 0.26 * len(bars)))
    left = min(bar["ratio"] for bar in bars) / 2
    for place, bar in enumerate(bars):
        limit = bar.get("bar")
        reaches = limit is None or (bar["ratio"] >= limit if bar["higherIsBetter"] else bar["ratio"] <= limit)
        color = PLAIN if limit is None else OK if reaches else MISS
        axes.barh(place, bar["ratio"] - left, left=left, color=color)
        axes.text(left * 1.03, place, f"{bar['ratio']:.2f}", va="center", fontsize=7, color="white")
        if limit is not None:
            axes.plot([limit, limit], [place - 0.4, place + 0.4], color="black")
    axes.set_yticks(range(len(bars)), [f"{bar['operation']}  |  {bar['peer']}" for bar in bars], fontsize=8)
    axes.set_ylim(len(bars) - 0.4, -0.6)
    axes.set_xscale("log")
    axes.set_xlim(left=left)
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter("")
    axes.axvline(1, color="gray", linestyle=":")
    axes.set_xlabel("ours / peer; black: the ratio to reach")
    figure.savefig(folder / "ratios.svg", bbox_inches="tight")
    plt.close(figure)


def draw_growth(lines, folder):
    """One curve for each operation that was measured at more than one number; one chart for each kind of number."""
    for parameter in sorted({line["parameter"] for line in lines}):
        curves = [line for line in lines if line["parameter"] == parameter and len(line["numbers"]) > 1]
        if not curves:
            continue
        figure, axes = plt.subplots(figsize=(8, 5))
        for line in curves:
            axes.plot(line["numbers"], line["figures"], marker="o", label=line["operation"])
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.set_xlabel(parameter)
        axes.set_ylabel(curves[0]["unit"])
        axes.legend()
        figure.savefig(folder / f"growth-by-{parameter.replace(' ', '-')}.svg", bbox_inches="tight")
        plt.close(figure)


def main():
    if sys.argv[1:] == ["--check"]:
        return
    figures = json.loads(pathlib.Path(sys.argv[1]).read_text())
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    if figures["bars"]:
        draw_ratios(figures["bars"], folder)
    draw_growth(figures["lines"], folder)
    print(f"Charts: {', '.join(sorted(str(path) for path in folder.glob('*.svg')))}")


main()
