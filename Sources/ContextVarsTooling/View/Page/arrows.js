// SPDX-License-Identifier: Apache-2.0
// Drawing: arrows from handovers to where they led.

// The middle of an event's bar.
function eventPoint(view, event, x) {
  const { model, layout } = view;
  const row = layout.rowOfLane.get(model.raw.l[event]);
  if (!row) return null;
  return { x: x(model.raw.t[event]), y: row.top - view.scroll + axisHeight + rowPadding + view.layout.bar / 2 - 1, row };
}

function drawArrows(g, view, rows, x, width, height) {
  const { model } = view;
  const shown = new Set(rows), arrows = [];
  const isSelected = (event) => view.selected >= 0 && model.raw.f[event] && model.raw.f[event] === model.raw.f[view.selected];
  // All arrows of a whole trace are a grey cloud; those of one request, or of a short time, can be followed.
  const limit = 400;
  for (const row of rows) {
    const first = firstIndex(row.marks || [], (event) => model.raw.t[event] >= view.from);
    for (let index = first; index < (row.marks || []).length && model.raw.t[row.marks[index]] <= view.to; index++) {
      const event = row.marks[index];
      if (model.raw.k[event] !== model.kind.handover) continue;
      arrows.push(event);
      if (arrows.length > limit) break;
    }
    if (arrows.length > limit) break;
  }
  if (view.selected >= 0 && model.raw.f[view.selected]) {
    const flow = model.flows.get(model.raw.f[view.selected]);
    if (flow) arrows.push(flow.from);
  }
  const tooMany = arrows.length > limit;
  const quiet = arrows.length > 60 ? 0.22 : 0.55;
  for (const event of new Set(arrows)) {
    const flow = model.flows.get(model.raw.f[event]);
    const strong = isSelected(event);
    if (!strong && (tooMany || view.dimmed(model.family[event]))) continue;
    const ends = (flow.to >= 0 ? [flow.to] : []).concat(strong || view.layout.only ? flow.losses : flow.losses.slice(0, 1));
    const start = eventPoint(view, event, x);
    for (const target of ends) {
      const end = eventPoint(view, target, x);
      if (!start || !end || (!shown.has(start.row) && !shown.has(end.row))) continue;
      const isLoss = model.raw.k[target] === model.kind.lost;
      drawArrow(g, start, end, isLoss ? view.colours.lost : strong ? view.colours.accent : view.colours.soft, strong ? 2 : 1, isLoss, strong ? 1 : isLoss ? 0.6 : quiet);
    }
  }
}

function drawArrow(g, start, end, colour, weight, dashed, opacity) {
  const bend = Math.max(14, Math.min(70, Math.abs(end.x - start.x) / 2));
  g.strokeStyle = g.fillStyle = colour;
  g.lineWidth = weight;
  g.globalAlpha = opacity;
  g.setLineDash(dashed ? [4, 3] : []);
  g.beginPath();
  g.moveTo(start.x, start.y);
  g.bezierCurveTo(start.x + bend, start.y, end.x - bend, end.y, end.x - 5, end.y);
  g.stroke();
  g.setLineDash([]);
  g.beginPath();
  g.moveTo(end.x, end.y); g.lineTo(end.x - 6, end.y - 3.2); g.lineTo(end.x - 6, end.y + 3.2);
  g.fill();
  g.globalAlpha = 1;
}
