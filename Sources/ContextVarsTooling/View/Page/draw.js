// SPDX-License-Identifier: Apache-2.0
// Drawing: rows of bars and marks. Only what can be seen is looked at.

const axisHeight = 24, gutter = 132;

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const probe = document.createElement("span");
  document.body.append(probe);
  const colour = (name) => {
    probe.style.color = style.getPropertyValue(name);
    return getComputedStyle(probe).color;
  };
  const names = ["paper", "raised", "band", "line", "ink", "soft", "accent", "lost"];
  const colours = Object.fromEntries(names.map((name) => [name, colour("--" + name)]));
  probe.remove();
  colours.isDark = (colours.paper.match(/\d+/g) || [255]).slice(0, 3).every((part) => Number(part) < 90);
  return colours;
}

// A family of contexts has one hue; the golden angle keeps neighbours apart.
function familyColour(family, depth, isDark) {
  if (!family) return isDark ? "#4a505b" : "#c3bfb4";
  const hue = (family * 137.508) % 360;
  return isDark ? `hsl(${hue} 38% ${44 - depth * 6}%)` : `hsl(${hue} 46% ${75 - depth * 8}%)`;
}

function prepareCanvas(canvas) {
  const scale = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = "11px " + getComputedStyle(document.body).fontFamily;
  context.textBaseline = "middle";
  return { context, width, height };
}

function drawChart(canvas, view) {
  const { context: g, width, height } = prepareCanvas(canvas);
  const { model, layout, colours } = view;
  const x = (time) => gutter + ((time - view.from) / (view.to - view.from)) * (width - gutter);
  const visible = layout.rows.filter((row) => row.top + row.height > view.scroll && row.top < view.scroll + height - axisHeight);
  g.save();
  g.beginPath();
  g.rect(0, axisHeight, width, height - axisHeight);
  g.clip();
  drawBands(g, view, visible, width);
  drawGrid(g, view, x, width, height);
  visible.forEach((row) => drawRow(g, view, row, row.top - view.scroll + axisHeight, x, width));
  drawArrows(g, view, visible, x, width, height);
  visible.forEach((row) => drawLosses(g, view, row, row.top - view.scroll + axisHeight, x, width));
  drawSelection(g, view, x);
  drawNames(g, view, visible, colours, height);
  g.restore();
  drawAxis(g, view, x, width);
}

function drawBands(g, view, rows, width) {
  g.fillStyle = view.colours.band;
  for (const row of rows) {
    if (row.striped) g.fillRect(gutter, row.top - view.scroll + axisHeight, width - gutter, row.height);
  }
}

function drawRow(g, view, row, top, x, width) {
  if (row.heading) return;
  const { model, colours } = view;
  row.depths.forEach((spans, depth) => drawSpans(g, view, spans, depth, top + rowPadding + depth * view.layout.bar, x, width));
  const first = firstIndex(row.marks, (event) => model.raw.t[event] >= view.from);
  let last = -10;
  g.fillStyle = colours.ink;
  for (let index = first; index < row.marks.length && model.raw.t[row.marks[index]] <= view.to; index++) {
    const event = row.marks[index], at = x(model.raw.t[event]);
    if (at - last < 4 || at < gutter) continue;
    last = at;
    const k = model.raw.k[event];
    g.globalAlpha = view.matches.has(event) ? 1 : 0.62;
    if (k === model.kind.set || k === model.kind.reset) {
      const base = top + row.height - view.layout.text - rowPadding;
      g.beginPath();
      g.moveTo(at - 2.5, base); g.lineTo(at + 2.5, base); g.lineTo(at, base - 4.5);
      g.fill();
    } else if (k === model.kind.sent || k === model.kind.received) {
      g.fillRect(at - 2, top + 0.5, 4, 4);
    }
  }
  g.globalAlpha = 1;
  if (view.layout.text) drawTexts(g, view, row, top + row.height - view.layout.text / 2 - 1, x, width);
}

// What happened, in words, below the bar; what would overlap is left out.
function drawTexts(g, view, row, y, x, width) {
  const { model, colours } = view;
  g.font = "10.5px " + view.font;
  let free = gutter;
  for (const event of [...row.marks, ...row.losses].sort((a, b) => a - b)) {
    const k = model.raw.k[event], at = x(model.raw.t[event]);
    if (k === model.kind.made || k === model.kind.copied || k === model.kind.arrived || at < free || at > width) continue;
    const text = describeEvent(model, event), size = g.measureText(text).width;
    g.fillStyle = k === model.kind.lost ? colours.lost : k === model.kind.handover ? colours.soft : colours.ink;
    g.fillText(text, at - 2, y);
    free = at + size + 8;
  }
  g.font = "11px " + view.font;
}

function drawSpans(g, view, spans, depth, top, x, width) {
  const { model, colours } = view;
  let index = firstIndex(spans, (span) => span.end > view.from);
  while (index < spans.length && spans[index].start < view.to) {
    const span = spans[index];
    const left = Math.max(x(span.start), gutter), right = Math.min(Math.max(x(span.end), left + 1), width + 1);
    g.globalAlpha = view.dimmed(span.family) ? 0.18 : 1;
    g.fillStyle = familyColour(span.family, depth, colours.isDark);
    if (right - left < 3) {
      g.fillRect(left, top, Math.max(right - left, 1), view.layout.bar - 2);
      // What would fall on the same pixel isn't looked at.
      const next = view.from + ((left + 1 - gutter) / (width - gutter)) * (view.to - view.from);
      index = Math.max(index + 1, firstIndex(spans, (other) => other.end > next));
      continue;
    }
    g.beginPath();
    g.roundRect(left, top, right - left - 0.5, view.layout.bar - 2, 3);
    g.fill();
    if (right - left > 34) drawLabel(g, view, span, left, right, top);
    index++;
  }
  g.globalAlpha = 1;
}

function drawLabel(g, view, span, left, right, top) {
  g.fillStyle = view.colours.isDark ? "#f2f3f5" : "#1d2024";
  const label = view.layout.only || right - left > 160 ? span.lane.name + " · context " + (span.context - 1) : "context " + (span.context - 1);
  const room = Math.floor((right - left - 10) / 6);
  g.fillText(label.length > room ? label.slice(0, Math.max(0, room - 1)) + "…" : label, left + 6, top + view.layout.bar / 2 - 0.5);
}

function drawLosses(g, view, row, top, x, width) {
  if (row.heading) return;
  const { raw } = view.model;
  let index = firstIndex(row.losses, (event) => raw.t[event] >= view.from), last = -10;
  for (; index < row.losses.length && raw.t[row.losses[index]] <= view.to; index++) {
    const event = row.losses[index], at = x(raw.t[event]);
    if (at - last < 3) continue;
    last = at;
    drawDiamond(g, at, top + rowPadding + view.layout.bar / 2 - 1, 5, view.colours.lost, view.colours.paper);
  }
}

function drawDiamond(g, x, y, size, fill, edge) {
  g.beginPath();
  g.moveTo(x, y - size); g.lineTo(x + size, y); g.lineTo(x, y + size); g.lineTo(x - size, y);
  g.closePath();
  g.fillStyle = fill;
  g.fill();
  g.strokeStyle = edge;
  g.lineWidth = 1.2;
  g.stroke();
}

function drawSelection(g, view, x) {
  for (const event of view.matchesInSight(x)) {
    const point = eventPoint(view, event, x);
    if (!point) continue;
    g.strokeStyle = view.colours.accent;
    g.lineWidth = 1.5;
    g.beginPath();
    g.arc(point.x, point.y, 6.5, 0, 2 * Math.PI);
    g.stroke();
  }
  if (view.selected < 0) return;
  const point = eventPoint(view, view.selected, x);
  if (!point) return;
  g.strokeStyle = view.colours.ink;
  g.lineWidth = 2;
  g.beginPath();
  g.arc(point.x, point.y, 9, 0, 2 * Math.PI);
  g.stroke();
  g.globalAlpha = 0.35;
  g.lineWidth = 1;
  g.beginPath();
  g.moveTo(point.x, axisHeight); g.lineTo(point.x, view.height);
  g.stroke();
  g.globalAlpha = 1;
}

function drawNames(g, view, rows, colours, height) {
  g.fillStyle = colours.paper;
  g.fillRect(0, axisHeight, gutter, height);
  g.strokeStyle = colours.line;
  g.lineWidth = 1;
  g.beginPath();
  g.moveTo(gutter - 0.5, axisHeight); g.lineTo(gutter - 0.5, height);
  g.stroke();
  for (const row of rows) {
    const top = row.top - view.scroll + axisHeight;
    if (row.heading) {
      g.fillStyle = colours.soft;
      g.font = "600 11px " + view.font;
      g.fillText(row.heading, 12, top + row.height / 2);
      continue;
    }
    if (!row.name) continue;
    g.font = "11px " + view.font;
    g.fillStyle = colours.ink;
    let name = row.name;
    if (g.measureText(name).width > gutter - 22) {
      while (name && g.measureText(name + "…").width > gutter - 22) name = name.slice(0, -1);
      name += "…";
    }
    g.fillText(name, 12, top + rowPadding + view.layout.bar / 2);
  }
}
