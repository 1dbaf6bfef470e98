// SPDX-License-Identifier: Apache-2.0
// The page's state, and what keys, the pointer and the search do to it.

class App {
  constructor(model) {
    this.model = model;
    this.chart = document.getElementById("chart");
    this.overview = document.getElementById("overview");
    this.panel = document.getElementById("panel");
    this.found = [];
    this.view = {
      model, layout: makeLayout(model, 0), from: model.start, to: model.end, scroll: 0, selected: -1, focus: 0,
      colours: readColours(), matches: new Set(), width: 0, height: 0, font: getComputedStyle(document.body).fontFamily,
      dimmed: () => false,
      matchesInSight: (x) => this.found.length > 2000 ? [] : this.found.filter((event) => x(model.raw.t[event]) >= gutter && x(model.raw.t[event]) <= this.view.width),
    };
    const facts = document.getElementById("facts");
    facts.append(count(model.count, "event"), " · ", count([...model.lanes.values()].filter((lane) => lane.isTask).length, "task"), " · ");
    facts.append(element("b", { textContent: model.losses.length ? count(model.losses.length, "lost value") : "" }), model.losses.length ? "" : "nothing lost");
    this.listen();
    fillPanel(this.panel, this);
    this.readAddress();
    this.redraw();
    document.documentElement.dataset.ready = "true";
  }

  // MARK: Moving

  redraw() {
    if (this.pending) return;
    this.pending = requestAnimationFrame(() => {
      this.pending = 0;
      this.view.width = this.chart.clientWidth;
      this.view.height = this.chart.clientHeight;
      this.clamp();
      const start = performance.now();
      drawChart(this.chart, this.view);
      drawOverview(this.overview, this.view);
      document.documentElement.dataset.drawn = (performance.now() - start).toFixed(1);
    });
  }

  clamp() {
    const { model, view } = this;
    const whole = model.end - model.start, shown = Math.min(Math.max(view.to - view.from, 20), whole * 1.04);
    view.from = Math.max(model.start - whole * 0.02, Math.min(view.from, model.end + whole * 0.02 - shown));
    view.to = view.from + shown;
    view.scroll = Math.max(0, Math.min(view.scroll, view.layout.height - view.height + axisHeight + 12));
  }

  zoom(factor, at = (this.view.from + this.view.to) / 2) {
    const { view } = this;
    view.from = at - (at - view.from) * factor;
    view.to = at + (view.to - at) * factor;
    this.redraw();
  }

  pan(part, rows) {
    const { view } = this;
    const shift = (view.to - view.from) * part;
    view.from += shift;
    view.to += shift;
    view.scroll += rows;
    this.redraw();
  }

  fit() {
    const { view, model } = this;
    const facts = view.focus ? this.familyFacts(view.focus) : model;
    const margin = (facts.end - facts.start) * 0.03 + 10;
    view.from = facts.start - margin;
    view.to = facts.end + margin;
    this.redraw();
  }

  // Brings an event into sight, and closer if so much is shown that it couldn't be told from its neighbours.
  show(event) {
    const { view, model } = this;
    const time = model.raw.t[event], shown = view.to - view.from;
    const facts = model.family[event] ? this.familyFacts(model.family[event]) : { start: time, end: time };
    const near = Math.max((facts.end - facts.start) * 3, 2000);
    if (!view.focus && shown > near * 6) {
      view.from = time - near / 2;
      view.to = time + near / 2;
    } else if (time < view.from + shown * 0.06 || time > view.to - shown * 0.06) {
      view.from = time - shown / 2;
      view.to = view.from + shown;
    }
    const row = view.layout.rowOfLane.get(model.raw.l[event]);
    const height = this.chart.clientHeight - axisHeight;
    if (row && (row.top < view.scroll + 30 || row.top + row.height > view.scroll + height - 30)) view.scroll = row.top - height / 3;
  }

  // MARK: Selecting

  select(event, show = false) {
    const { view, model } = this;
    view.selected = event;
    if (event >= 0) {
      if (view.focus && model.family[event] !== view.focus) this.setWay(0);
      if (show) this.show(event);
      const lane = model.lanes.get(model.raw.l[event]);
      document.getElementById("status").textContent = describeEvent(model, event) + ", " + lane.name;
    }
    document.documentElement.dataset.selected = event >= 0 ? model.raw.kinds[model.raw.k[event]] : "";
    fillPanel(this.panel, this);
    this.updateWayButton();
    this.redraw();
  }

  goToHandOver() {
    const { model, view } = this;
    const flow = view.selected >= 0 ? model.flows.get(model.raw.f[view.selected]) : null;
    if (flow) this.select(flow.from, true);
  }

  follow() {
    const { model, view } = this;
    if (view.selected < 0) return;
    const flow = model.flows.get(model.raw.f[view.selected]);
    if (!flow) return;
    this.select(view.selected === flow.from ? (flow.to >= 0 ? flow.to : flow.losses[0] ?? flow.from) : flow.from, true);
  }

  step(events, direction) {
    if (!events.length) return;
    const selected = this.view.selected;
    let index = firstIndex(events, (event) => event > selected);
    if (direction < 0) index = firstIndex(events, (event) => event >= selected) - 1;
    if (selected < 0 && direction > 0) index = firstIndex(events, (event) => this.model.raw.t[event] >= this.view.from);
    this.select(events[(index + events.length) % events.length], true);
    const position = this.found.indexOf(this.view.selected);
    if (this.found.length) document.getElementById("matches").textContent = (position < 0 ? "" : position + 1 + " / ") + this.found.length.toLocaleString("en");
  }

  stepInLane(direction) {
    const { model, view } = this;
    if (view.selected >= 0) this.step(model.lanes.get(model.raw.l[view.selected]).events, direction);
  }

  // MARK: One request

  familyFacts(family) {
    this.facts ??= new Map();
    let facts = this.facts.get(family);
    if (facts) return facts;
    const { model } = this;
    const lanes = new Set(), contexts = new Set();
    facts = { start: Infinity, end: -Infinity, losses: 0 };
    for (let event = 0; event < model.count; event++) {
      if (model.family[event] !== family) continue;
      facts.start = Math.min(facts.start, model.raw.t[event]);
      facts.end = Math.max(facts.end, model.raw.t[event]);
      lanes.add(model.raw.l[event]);
      if (model.raw.c[event]) contexts.add(model.raw.c[event]);
      if (model.raw.k[event] === model.kind.lost) facts.losses++;
    }
    Object.assign(facts, { lanes: lanes.size, contexts: contexts.size });
    this.facts.set(family, facts);
    return facts;
  }

  toggleWay() {
    const { model, view } = this;
    const chosen = view.selected >= 0 ? view.selected : this.found[0] ?? -1;
    if (view.focus || chosen < 0) return this.setWay(0);
    this.setWay(model.family[chosen]);
    if (view.selected < 0) this.select(chosen);
  }

  setWay(family) {
    const { view, model } = this;
    if (view.focus === family) return;
    if (family) this.before = { from: view.from, to: view.to, scroll: view.scroll };
    view.focus = family;
    view.layout = makeLayout(model, family);
    if (family) { view.scroll = 0; this.fit(); } else if (this.before) Object.assign(view, this.before);
    document.documentElement.dataset.lanes = view.layout.rowOfLane.size;
    this.updateWayButton();
    fillPanel(this.panel, this);
    this.redraw();
  }

  updateWayButton() {
    const button = document.getElementById("way");
    button.setAttribute("aria-pressed", this.view.focus ? "true" : "false");
    button.disabled = !this.view.focus && this.view.selected < 0 && !this.found.length;
  }

  // MARK: Searching

  find(query) {
    this.found = search(this.model, query);
    this.view.matches = new Set(this.found);
    const output = document.getElementById("matches");
    output.textContent = query.trim() ? (this.found.length ? this.found.length.toLocaleString("en") : "none") : "";
    for (const id of ["next", "previous"]) document.getElementById(id).disabled = !this.found.length;
    this.updateWayButton();
    this.redraw();
  }

  // The address can say what to show: #q=request.id=r-17, #way, #lost, #theme=dark.
  readAddress() {
    const parts = location.hash.slice(1).split("&").filter(Boolean).map(decodeURIComponent);
    for (const part of parts) {
      if (part.startsWith("theme=")) this.setTheme(part.slice(6));
      if (part.startsWith("q=")) {
        document.getElementById("query").value = part.slice(2);
        this.find(part.slice(2));
        if (this.found.length) this.select(this.found[0], true);
      }
      if (part === "lost" && this.model.losses.length) this.select(this.model.losses[0], true);
      if (part === "way") this.toggleWay();
    }
    if (!this.found.length) this.find(document.getElementById("query").value);
  }

  setTheme(theme) {
    document.documentElement.dataset.theme = theme;
    this.view.colours = readColours();
    this.redraw();
  }

  // MARK: Events

  listen() {
    const on = (id, event, run) => document.getElementById(id).addEventListener(event, run);
    on("query", "input", (event) => this.find(event.target.value));
    on("search", "submit", (event) => { event.preventDefault(); this.step(this.found, 1); });
    on("query", "keydown", (event) => {
      if (event.key === "Enter") { event.preventDefault(); this.step(this.found, event.shiftKey ? -1 : 1); }
      // By itself the browser would empty the field.
      if (event.key === "Escape") { event.preventDefault(); this.chart.focus(); }
    });
    on("next", "click", () => this.step(this.found, 1));
    on("previous", "click", () => this.step(this.found, -1));
    on("way", "click", () => this.toggleWay());
    on("fit", "click", () => this.fit());
    on("theme", "click", () => this.setTheme(this.view.colours.isDark ? "light" : "dark"));
    on("help", "click", () => document.getElementById("keys").showModal());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { this.view.colours = readColours(); this.redraw(); });
    new ResizeObserver(() => this.redraw()).observe(this.chart);
    document.addEventListener("keydown", (event) => this.press(event));
    listenToPointer(this);
  }

  press(event) {
    if (event.target.matches("input, dialog *") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("button, a") && event.key === "Enter") return;
    const keys = {
      "/": () => document.getElementById("query").focus(), n: () => this.step(this.found, 1), N: () => this.step(this.found, -1),
      l: () => this.step(this.losses, 1), L: () => this.step(this.losses, -1), h: () => this.goToHandOver(), Enter: () => this.follow(),
      "[": () => this.stepInLane(-1), "]": () => this.stepInLane(1), f: () => this.toggleWay(), 0: () => this.fit(),
      ArrowLeft: () => this.pan(-0.15, 0), ArrowRight: () => this.pan(0.15, 0), ArrowUp: () => this.pan(0, -60), ArrowDown: () => this.pan(0, 60),
      PageUp: () => this.pan(0, 60 - this.view.height), PageDown: () => this.pan(0, this.view.height - 60),
      "+": () => this.zoom(1 / 1.5), "=": () => this.zoom(1 / 1.5), "-": () => this.zoom(1.5),
      d: () => this.setTheme(this.view.colours.isDark ? "light" : "dark"), "?": () => document.getElementById("keys").showModal(),
      Escape: () => (this.view.selected >= 0 ? this.select(-1) : this.setWay(0)),
    };
    const run = keys[event.key] || keys[event.key.toLowerCase()];
    if (!run) return;
    event.preventDefault();
    run();
  }

  // With one request shown, its own losses.
  get losses() {
    const { model, view } = this;
    return view.focus ? model.losses.filter((event) => model.family[event] === view.focus) : model.losses;
  }
}
