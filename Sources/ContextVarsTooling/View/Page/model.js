// SPDX-License-Identifier: Apache-2.0
// The trace and what follows from it: contexts and their families, spans, arrows, losses.

function readModel(raw) {
  const count = raw.t.length;
  const kind = Object.fromEntries(raw.kinds.map((name, index) => [name, index]));
  const text = (number) => (number ? raw.strings[number - 1] : "");
  const lanes = new Map(raw.lanes.map(([id, isTask, name]) => [id, {
    id, isTask: isTask === 1, name: text(name) || (isTask ? "task " : "thread ") + id, events: [], spans: [], start: Infinity, end: -Infinity,
  }]));
  const contexts = new Map();
  const flows = new Map();
  const losses = [];
  const start = count ? raw.t[0] : 0;
  const end = count ? Math.max(raw.t[count - 1], start + 1) : 1;

  const contextOf = (id) => {
    let context = contexts.get(id);
    if (!context) contexts.set(id, context = { id, parent: 0, root: 0, changes: [], copiedAt: 0 });
    return context;
  };
  // `root` leads towards the first ancestor, and is shortened on the way: a chain of copies may be very long.
  const rootOf = (id) => {
    let root = id;
    for (let next = contexts.get(root)?.root; next; next = contexts.get(root)?.root) root = next;
    for (let next = id; next !== root; ) {
      const context = contexts.get(next);
      next = context.root;
      context.root = root;
    }
    return root;
  };
  const adopt = (child, parent, event) => {
    if (!child) return;
    const context = contextOf(child);
    // A recorder that started late may know two contexts only by each other. A child without a parent is its own root,
    // and so an ancestor of just those whose root it is.
    if (context.parent || !parent || rootOf(parent) === child) return;
    context.parent = context.root = parent;
    context.copiedAt = event;
  };

  for (let event = 0; event < count; event++) {
    const lane = lanes.get(raw.l[event]);
    lane.events.push(event);
    lane.start = Math.min(lane.start, raw.t[event]);
    lane.end = Math.max(lane.end, raw.t[event]);
    const context = raw.c[event], flow = raw.f[event];
    if (context) contextOf(context);
    switch (raw.k[event]) {
      case kind.made: case kind.copied: adopt(context, raw.p[event], event); break;
      case kind.set: case kind.reset: case kind.received: if (context) contextOf(context).changes.push(event); break;
      case kind.handover: flows.set(flow, { from: event, to: -1, losses: [] }); break;
      case kind.arrived: {
        const arrow = flows.get(flow);
        if (arrow) { arrow.to = event; adopt(context, raw.c[arrow.from], arrow.from); }
        break;
      }
      case kind.lost: losses.push(event); flows.get(flow)?.losses.push(event); break;
    }
  }

  readSpans(raw, kind, lanes, end);

  // What descends from a context that no event of its own mentions is in no family.
  const familyOf = (id) => (contexts.has(rootOf(id)) ? rootOf(id) : 0);
  const family = new Int32Array(count);
  for (let event = 0; event < count; event++) {
    const arrow = flows.get(raw.f[event]);
    family[event] = familyOf(raw.c[event] || raw.p[event] || (arrow ? raw.c[arrow.from] : 0));
  }
  for (const lane of lanes.values()) {
    for (const span of lane.spans) span.family = familyOf(span.context);
  }
  return { raw, count, kind, text, lanes, contexts, flows, losses, family, start, end, rootOf: familyOf };
}

// Pairs `entered` and `left` of each lane. A span without an end lasts until the end of the trace.
function readSpans(raw, kind, lanes, end) {
  for (const lane of lanes.values()) {
    const open = [];
    for (const event of lane.events) {
      if (raw.k[event] === kind.entered) {
        const span = { lane, context: raw.c[event], event, start: raw.t[event], end, depth: open.length, family: 0 };
        lane.spans.push(span);
        open.push(span);
      } else if (raw.k[event] === kind.left && open.length) {
        const match = open.findLastIndex((span) => span.context === raw.c[event]);
        for (const span of open.splice(match < 0 ? open.length - 1 : match)) span.end = raw.t[event];
      }
    }
    if (open.length) lane.end = end;
  }
}

// The values that a context has right after an event: its own changes, over those that it was copied with.
function valuesAt(model, context, event) {
  const { raw, kind, text } = model;
  const chain = [];
  for (let id = context, until = event; id; ) {
    const record = model.contexts.get(id);
    if (!record) break;
    chain.push(record.changes.filter((change) => change <= until));
    until = Math.min(until, record.copiedAt || until);
    id = record.parent;
  }
  const values = new Map();
  for (const changes of chain.reverse()) {
    for (const change of changes) {
      const name = text(raw.n[change]);
      if (!name) continue;
      if (raw.k[change] === kind.reset && !raw.v[change]) values.delete(name);
      else values.set(name, { value: text(raw.v[change]), event: change, context: raw.c[change] });
    }
  }
  return values;
}

function describeEvent(model, event) {
  const { raw, text } = model;
  const name = raw.kinds[raw.k[event]], variable = text(raw.n[event]), value = text(raw.v[event]);
  const peer = text(raw.peer[event]), context = raw.c[event] || raw.p[event];
  switch (name) {
    case "set": return variable + " = " + (value || "…");
    case "reset": return "reset " + variable + (value ? " to " + value : "");
    case "lost": return variable + " lost";
    case "handover": return "handed over by " + (text(raw.via[event]) || "a copy");
    case "arrived": return context ? "arrived as context " + (context - 1) : "arrived";
    case "sent": return "sent " + (peer ? "to " + peer : "values");
    case "received": return "received " + (peer ? "from " + peer : "values") + (variable ? ": " + variable + " = " + value : "");
    default: return context ? name + " context " + (context - 1) : name;
  }
}

function formatTime(nanoseconds, step) {
  const unit = step >= 1e9 ? ["s", 1e9] : step >= 1e6 ? ["ms", 1e6] : step >= 1e3 ? ["µs", 1e3] : ["ns", 1];
  const digits = Math.max(0, Math.ceil(-Math.log10(step / unit[1]) - 1e-9));
  return (nanoseconds / unit[1]).toFixed(Math.min(3, digits)) + " " + unit[0];
}

function formatDuration(nanoseconds) {
  const unit = nanoseconds >= 1e9 ? ["s", 1e9] : nanoseconds >= 1e6 ? ["ms", 1e6] : nanoseconds >= 1e3 ? ["µs", 1e3] : ["ns", 1];
  // 999.6 would become "1.00e+3" otherwise.
  const value = nanoseconds / unit[1];
  if (value >= 999.5) return Math.round(value).toLocaleString("en") + " " + unit[0];
  return value.toPrecision(3).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "") + " " + unit[0];
}
