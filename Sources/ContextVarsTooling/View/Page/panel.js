// SPDX-License-Identifier: Apache-2.0
// The panel: what is selected, or an overview of the losses.

function element(name, properties = {}, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function code(text) { return element("code", { textContent: text }); }

function action(label, key, run) {
  return element("button", { type: "button", onclick: run, title: key ? "Key: " + key : "" }, label);
}

function terms(pairs) {
  const list = element("dl");
  for (const [term, value] of pairs) if (value) list.append(element("dt", { textContent: term }), element("dd", {}, value));
  return list;
}

function fillPanel(panel, app) {
  panel.replaceChildren(...(app.view.selected >= 0 ? eventDetails(app) : summary(app)));
  panel.scrollTop = 0;
}

function summary(app) {
  const { model } = app;
  const groups = groupLosses(model);
  const nodes = [element("h2", { textContent: model.raw.program || "Contexts" })];
  nodes.push(element("p", {}, element("small", {
    textContent: count(model.count, "event") + ", " + count(model.contexts.size, "context") + ", " + formatDuration(model.end - model.start),
  })));
  if (model.raw.dropped) {
    nodes.push(element("p", { className: "callout" }, element("b", {
      textContent: model.raw.dropped.toLocaleString("en") + " events are missing: ",
    }), "the recorder had no room for them."));
  }
  if (!model.losses.length) {
    nodes.push(element("p", { textContent: "No value got lost." }));
  } else {
    nodes.push(element("h3", { textContent: count(model.losses.length, "lost value") + ", " + count(groups.length, "cause") }));
    const list = element("ul");
    for (const group of groups.slice(0, 200)) {
      list.append(element("li", {}, element("button", {
        type: "button", className: "loss", onclick: () => app.select(group.events[0], true),
      }, element("b", { textContent: group.variable + " " }), element("span", {
        textContent: "lost " + (group.events.length === 1 ? "once" : group.events.length.toLocaleString("en") + " times")
          + (group.via ? " after " + group.via : ""),
      }), group.place ? element("br") : null, group.place ? code(group.place) : null)));
    }
    nodes.push(list);
  }
  nodes.push(element("h3", { textContent: "Reading it" }));
  nodes.push(element("p", {
    textContent: "A bar is a context that is current in a task or on a thread. Contexts that come from one another share a colour. "
      + "An arrow leads from where a context was handed over to where it arrived; a dashed red one to where it was missed.",
  }));
  nodes.push(element("p", {}, element("small", { textContent: "Press ? for the keys." })));
  return nodes;
}

function eventDetails(app) {
  const { model, view } = app;
  const { raw, text, kind } = model;
  const event = view.selected, lane = model.lanes.get(raw.l[event]);
  const context = raw.c[event], family = model.family[event];
  const flow = model.flows.get(raw.f[event]);
  const nodes = [element("h2", {}, swatch(family, app), describeEvent(model, event))];
  const span = spanAt(lane, raw.t[event], context);
  nodes.push(terms([
    ["where", lane.name], ["when", formatDuration(raw.t[event] - model.start)],
    ["context", context ? String(context - 1) : "none"], ["lasts", span ? formatDuration(span.end - span.start) : ""],
    ["in", text(raw.at[event]) ? code(text(raw.at[event])) : ""],
  ]));
  if (raw.k[event] === kind.lost) nodes.push(lossDetails(app, event, flow));
  nodes.push(eventActions(app, event, flow, family));
  const shown = context || (flow ? raw.c[flow.from] : 0);
  if (shown) nodes.push(...valueList(app, shown, context ? event : flow.from, context ? "Values here" : "Values at the handover"));
  if (family) nodes.push(...familyFacts(app, family));
  return nodes;
}

function swatch(family, app) {
  const node = element("span", { className: "swatch" });
  node.style.background = familyColour(family, 0, app.view.colours.isDark);
  return node;
}

function lossDetails(app, event, flow) {
  const { raw, text } = app.model;
  if (!flow) return element("p", { className: "callout" }, element("b", { textContent: "Lost here. " }), "No handover is known that led here.");
  return element("p", { className: "callout" }, element("b", { textContent: "Lost here. " }),
    text(raw.n[event]) + " had a value where " + (text(raw.via[flow.from]) || "a callback") + " took this work over, and no context came along. ",
    text(raw.at[flow.from]) ? "It was handed over at " : "", text(raw.at[flow.from]) ? code(text(raw.at[flow.from])) : null);
}

function eventActions(app, event, flow, family) {
  const { model } = app;
  const { raw, kind } = model;
  const actions = element("div", { className: "actions" });
  if (raw.k[event] === kind.lost && flow) actions.append(action("Go to the handover", "H", () => app.goToHandOver()));
  if (raw.k[event] === kind.handover && flow && (flow.to >= 0 || flow.losses.length)) {
    actions.append(action(flow.to >= 0 ? "Follow to the arrival" : "Follow to where it was missed", "Enter", () => app.follow()));
  }
  if (raw.k[event] === kind.arrived && flow) actions.append(action("Back to the handover", "Enter", () => app.follow()));
  if (family) actions.append(action(app.view.focus === family ? "Show everything" : "Show its whole way", "F", () => app.toggleWay()));
  return actions;
}

function valueList(app, context, event, title) {
  const values = [...valuesAt(app.model, context, event)].sort(([a], [b]) => a.localeCompare(b, "en"));
  if (!values.length) return [];
  const list = element("dl");
  for (const [name, { value, event: source }] of values) {
    list.append(element("dt", { textContent: name }), element("dd", {}, element("a", {
      href: "#", textContent: value || "(not printable)", title: "Go to where it was set",
      onclick: (click) => { click.preventDefault(); app.select(source, true); },
    })));
  }
  return [element("h3", { textContent: title }), list];
}

function familyFacts(app, family) {
  const { model } = app;
  const facts = app.familyFacts(family);
  return [element("h3", { textContent: "Its request" }), terms([
    ["contexts", facts.contexts.toLocaleString("en")], ["tasks, threads", facts.lanes.toLocaleString("en")],
    ["lasts", formatDuration(facts.end - facts.start)], ["lost values", facts.losses ? String(facts.losses) : ""],
  ])];
}

function spanAt(lane, time, context) {
  return lane.spans.findLast((span) => span.start <= time && span.end >= time && span.context === context);
}
