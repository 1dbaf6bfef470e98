// SPDX-License-Identifier: Apache-2.0
// Search: `name=value` for a variable with a value, else any text in names, values, places, services and lanes.

function search(model, query) {
  const wanted = query.trim().toLowerCase();
  if (!wanted) return [];
  const { raw } = model;
  const equals = wanted.indexOf("=");
  const hits = (part, exactly) => {
    const set = new Set();
    raw.strings.forEach((string, index) => {
      const lower = string.toLowerCase();
      if (exactly ? lower === part : lower.includes(part)) set.add(index + 1);
    });
    return set;
  };
  const found = [];
  if (equals > 0) {
    const names = hits(wanted.slice(0, equals).trim(), false);
    const value = wanted.slice(equals + 1).trim();
    // A whole value where there is one, so that r-1 doesn't find r-17 as well.
    let values = hits(value, true);
    if (!values.size) values = hits(value, false);
    for (let event = 0; event < model.count; event++) {
      if (names.has(raw.n[event]) && values.has(raw.v[event])) found.push(event);
    }
    return found;
  }
  const texts = hits(wanted, false);
  const lanes = new Set([...model.lanes.values()].filter((lane) => lane.name.toLowerCase().includes(wanted)).map((lane) => lane.id));
  const loss = wanted === "lost";
  for (let event = 0; event < model.count; event++) {
    if (texts.has(raw.n[event]) || texts.has(raw.v[event]) || texts.has(raw.at[event]) || texts.has(raw.via[event])
      || texts.has(raw.peer[event]) || (lanes.has(raw.l[event]) && raw.k[event] === model.kind.entered)
      || (loss && raw.k[event] === model.kind.lost)) found.push(event);
  }
  return found;
}

// Losses that have the same variable, handover and place have one cause.
function groupLosses(model) {
  const { raw, text } = model;
  const groups = new Map();
  for (const event of model.losses) {
    const arrow = model.flows.get(raw.f[event]);
    const via = arrow ? text(raw.via[arrow.from]) : "", place = arrow ? text(raw.at[arrow.from]) : "";
    const key = [raw.n[event], via, place].join("\n");
    let group = groups.get(key);
    if (!group) groups.set(key, group = { variable: text(raw.n[event]), via, place, events: [] });
    group.events.push(event);
  }
  return [...groups.values()].sort((a, b) => b.events.length - a.events.length);
}
