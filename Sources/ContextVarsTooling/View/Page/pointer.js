// SPDX-License-Identifier: Apache-2.0
// What the pointer does: dragging, zooming, pointing at things and selecting them.

function listenToPointer(app) {
  const { chart, view } = app;
  let drag = null;
  chart.addEventListener("pointerdown", (event) => {
    drag = { x: event.offsetX, y: event.offsetY, from: view.from, to: view.to, scroll: view.scroll, moved: false };
    chart.setPointerCapture(event.pointerId);
  });
  chart.addEventListener("pointermove", (event) => {
    if (!drag) return point(app, event);
    const dx = event.offsetX - drag.x, dy = event.offsetY - drag.y;
    drag.moved ||= Math.abs(dx) + Math.abs(dy) > 3;
    if (!drag.moved) return;
    const shift = (dx / (view.width - gutter)) * (drag.to - drag.from);
    Object.assign(view, { from: drag.from - shift, to: drag.to - shift, scroll: drag.scroll - dy });
    app.redraw();
  });
  chart.addEventListener("pointerup", (event) => {
    if (drag && !drag.moved) app.select(eventAt(app, event.offsetX, event.offsetY));
    drag = null;
  });
  chart.addEventListener("pointerleave", () => { document.getElementById("tip").hidden = true; });
  chart.addEventListener("wheel", (event) => {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) return app.zoom(Math.exp(event.deltaY / 300), timeAt(app, event.offsetX));
    app.pan((event.shiftKey ? event.deltaY : event.deltaX) / (view.width - gutter), event.shiftKey ? 0 : event.deltaY);
  }, { passive: false });
  const jump = (event) => {
    const part = (event.offsetX - gutter) / (app.overview.clientWidth - gutter);
    const half = (view.to - view.from) / 2, middle = app.model.start + part * (app.model.end - app.model.start);
    Object.assign(view, { from: middle - half, to: middle + half });
    app.redraw();
  };
  app.overview.addEventListener("pointerdown", (event) => { app.overview.setPointerCapture(event.pointerId); jump(event); });
  app.overview.addEventListener("pointermove", (event) => { if (event.buttons) jump(event); });
  app.overview.addEventListener("wheel", (event) => { event.preventDefault(); app.zoom(Math.exp(event.deltaY / 300)); }, { passive: false });
}

function timeAt(app, x) {
  return app.view.from + ((x - gutter) / (app.view.width - gutter)) * (app.view.to - app.view.from);
}

// The event under the pointer: a loss, a mark, or the beginning of the bar.
function eventAt(app, x, y) {
  const { view, model } = app;
  const row = view.layout.rows.find((row) => row.top <= y - axisHeight + view.scroll && y - axisHeight + view.scroll < row.top + row.height);
  if (!row || row.heading || x < gutter) return -1;
  const time = timeAt(app, x), reach = ((view.to - view.from) / (view.width - gutter)) * 6;
  const nearest = (events) => {
    const index = firstIndex(events, (event) => model.raw.t[event] >= time);
    const [a, b] = [events[index - 1], events[index]];
    const distance = (event) => (event === undefined ? Infinity : Math.abs(model.raw.t[event] - time));
    const best = distance(a) < distance(b) ? a : b;
    return distance(best) <= reach ? best : -1;
  };
  const loss = nearest(row.losses);
  if (loss >= 0) return loss;
  const mark = nearest(row.marks);
  if (mark >= 0) return mark;
  const depth = Math.floor((y - axisHeight + view.scroll - row.top - rowPadding) / view.layout.bar);
  for (let level = Math.min(depth, row.depths.length - 1); level >= 0; level--) {
    const span = row.depths[level][firstIndex(row.depths[level], (span) => span.start > time) - 1];
    if (span && span.end >= time - reach) return span.event;
  }
  return -1;
}

function point(app, pointer) {
  const event = eventAt(app, pointer.offsetX, pointer.offsetY), tip = document.getElementById("tip");
  app.chart.style.cursor = event >= 0 ? "pointer" : "default";
  tip.hidden = event < 0;
  if (event < 0) return;
  const { model } = app;
  const lane = model.lanes.get(model.raw.l[event]), context = model.raw.c[event];
  const values = context ? [...valuesAt(model, context, event)].slice(0, 6) : [];
  tip.replaceChildren(element("div", { textContent: describeEvent(model, event) }),
    element("small", { textContent: lane.name + " · " + formatDuration(model.raw.t[event] - model.start) }),
    ...values.map(([name, { value }]) => element("div", {}, code(name + " = " + (value || "…")))));
  tip.style.left = Math.min(pointer.offsetX + 14, app.view.width - tip.offsetWidth - 8) + "px";
  tip.style.top = Math.min(pointer.offsetY + app.overview.clientHeight + 14, app.view.height - tip.offsetHeight) + "px";
}
