// SPDX-License-Identifier: Apache-2.0
// Drawing: the axis of time, and the overview of the whole trace.

function timeStep(view, width) {
  const raw = ((view.to - view.from) / Math.max(1, width - gutter)) * 110;
  const power = 10 ** Math.floor(Math.log10(Math.max(raw, 1)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= raw) || power * 10;
}

// Round times since the start of the trace.
function ticks(view, step) {
  const { start } = view.model, times = [];
  for (let time = start + Math.ceil((view.from - start) / step) * step; time <= view.to; time += step) times.push(time);
  return times;
}

function drawGrid(g, view, x, width, height) {
  const step = timeStep(view, width);
  g.strokeStyle = view.colours.line;
  g.globalAlpha = 0.6;
  g.lineWidth = 1;
  g.beginPath();
  for (const time of ticks(view, step)) {
    const at = Math.round(x(time)) + 0.5;
    g.moveTo(at, axisHeight); g.lineTo(at, height);
  }
  g.stroke();
  g.globalAlpha = 1;
}

function drawAxis(g, view, x, width) {
  const { colours } = view;
  const step = timeStep(view, width);
  g.fillStyle = colours.raised;
  g.fillRect(0, 0, width, axisHeight);
  g.strokeStyle = colours.line;
  g.beginPath();
  g.moveTo(0, axisHeight - 0.5); g.lineTo(width, axisHeight - 0.5);
  g.stroke();
  g.font = "11px " + view.font;
  g.fillStyle = colours.soft;
  for (const time of ticks(view, step)) {
    const at = x(time);
    if (at >= gutter - 1 && at < width - 30) g.fillText(formatTime(time - view.model.start, step), at + 4, axisHeight / 2);
  }
  g.fillText(formatDuration(view.to - view.from) + " shown", 12, axisHeight / 2);
}

// How much happened when, where values got lost, and which part is shown below.
function drawOverview(canvas, view) {
  const { context: g, width, height } = prepareCanvas(canvas);
  const { model, colours } = view;
  const inner = width - gutter, bins = Math.max(1, Math.floor(inner / 3));
  const { all, mine, lost } = overviewBins(view, bins);
  const most = Math.max(1, ...all);
  const bar = inner / bins;
  for (let bin = 0; bin < bins; bin++) {
    const size = (value) => (value ? Math.max(2, Math.sqrt(value / most) * (height - 14)) : 0);
    g.fillStyle = colours.soft;
    g.globalAlpha = view.focus ? 0.18 : 0.42;
    g.fillRect(gutter + bin * bar, height - 4 - size(all[bin]), bar - 0.6, size(all[bin]));
    g.globalAlpha = 1;
    if (mine[bin]) {
      g.fillStyle = colours.accent;
      g.fillRect(gutter + bin * bar, height - 4 - size(mine[bin]), bar - 0.6, size(mine[bin]));
    }
    if (lost[bin]) {
      g.fillStyle = colours.lost;
      g.fillRect(gutter + bin * bar, height - 3, bar - 0.6, 3);
    }
  }
  const x = (time) => gutter + ((time - model.start) / (model.end - model.start)) * inner;
  const left = Math.max(x(view.from), gutter), right = Math.min(Math.max(x(view.to), left + 3), width);
  g.fillStyle = colours.accent;
  g.globalAlpha = 0.12;
  g.fillRect(left, 0, right - left, height);
  g.globalAlpha = 1;
  g.strokeStyle = colours.accent;
  g.lineWidth = 1.5;
  g.strokeRect(left + 0.75, 0.75, right - left - 1.5, height - 1.5);
  g.fillStyle = colours.soft;
  g.fillText("overview", 12, height / 2);
}

let binsOfOverview = { key: "" };

function overviewBins(view, bins) {
  const { model } = view;
  const key = bins + "/" + view.focus;
  if (binsOfOverview.key === key) return binsOfOverview;
  const [all, mine, lost] = [0, 0, 0].map(() => new Array(bins).fill(0));
  const scale = bins / (model.end - model.start);
  for (let event = 0; event < model.count; event++) {
    const bin = Math.min(bins - 1, Math.floor((model.raw.t[event] - model.start) * scale));
    all[bin]++;
    if (view.focus && model.family[event] === view.focus) mine[bin]++;
    if (model.raw.k[event] === model.kind.lost) lost[bin]++;
  }
  return binsOfOverview = { key, all, mine, lost };
}
