// SPDX-License-Identifier: Apache-2.0
// Which lane is in which row. All tasks of a trace share as few rows as they need; those of one request have a row each.

const rowPadding = 3, headingHeight = 22, deepest = 4;

// One request has room for larger bars, and for what happens in them.
function sizes(only) {
  return only ? { bar: 24, text: 15 } : { bar: 15, text: 0 };
}

function makeLayout(model, only) {
  const tasks = [], threads = [];
  for (const lane of model.lanes.values()) {
    if (!lane.events.length) continue;
    if (only && !lane.events.some((event) => model.family[event] === only)) continue;
    (lane.isTask ? tasks : threads).push(lane);
  }
  const rows = [], size = sizes(only);
  let top = 0;
  const add = (title, groups) => {
    if (!groups.length) return;
    rows.push({ heading: title, top, height: headingHeight, lanes: [] });
    top += headingHeight;
    for (const lanes of groups) {
      const row = makeRow(model, lanes, only, top, size);
      row.striped = rows.length % 2 === 0;
      rows.push(row);
      top += row.height;
    }
  };
  const byStart = (a, b) => a.start - b.start || a.id - b.id;
  tasks.sort(byStart);
  threads.sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }) || a.id - b.id);
  const packed = only ? tasks.map((lane) => [lane]) : pack(tasks);
  add(count(tasks.length, "task") + (packed.length < tasks.length ? " in " + count(packed.length, "row") : ""), packed);
  add(count(threads.length, "thread"), threads.map((lane) => [lane]));
  const rowOfLane = new Map();
  for (const row of rows) for (const lane of row.lanes) rowOfLane.set(lane.id, row);
  return { rows, height: top, rowOfLane, only, ...size };
}

function count(number, noun) {
  return number.toLocaleString("en") + " " + noun + (number === 1 ? "" : "s");
}

// Puts each lane in the row that became free first; a heap keeps the rows by the end of their last lane.
function pack(lanes) {
  const rows = [], heap = [];
  const swap = (a, b) => { [heap[a], heap[b]] = [heap[b], heap[a]]; };
  const up = (index) => {
    while (index && heap[(index - 1) >> 1].end > heap[index].end) { swap(index, (index - 1) >> 1); index = (index - 1) >> 1; }
  };
  const down = (index) => {
    for (;;) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2]) if (child < heap.length && heap[child].end < heap[least].end) least = child;
      if (least === index) return;
      swap(index, least);
      index = least;
    }
  };
  for (const lane of lanes) {
    if (heap.length && heap[0].end < lane.start) {
      heap[0].lanes.push(lane);
      heap[0].end = lane.end;
      down(0);
    } else {
      const row = { lanes: [lane], end: lane.end };
      rows.push(row.lanes);
      heap.push(row);
      up(heap.length - 1);
    }
  }
  return rows;
}

// The spans of a row by depth, and its other events, each sorted by time: drawing and pointing search in them.
function makeRow(model, lanes, only, top, size) {
  const depths = [], marks = [], losses = [];
  const { raw, kind, family } = model;
  for (const lane of lanes) {
    for (const span of lane.spans) {
      if (only && span.family !== only) continue;
      const depth = Math.min(span.depth, deepest - 1);
      while (depths.length <= depth) depths.push([]);
      depths[depth].push(span);
    }
    for (const event of lane.events) {
      const k = raw.k[event];
      if (k === kind.entered || k === kind.left || (only && family[event] !== only)) continue;
      (k === kind.lost ? losses : marks).push(event);
    }
  }
  const height = Math.max(1, depths.length) * size.bar + size.text + 2 * rowPadding;
  return { lanes, depths, marks, losses, top, height, name: lanes.length === 1 ? lanes[0].name : "" };
}

// The first index of a sorted list at which `isAfter` holds.
function firstIndex(list, isAfter) {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isAfter(list[middle])) high = middle; else low = middle + 1;
  }
  return low;
}
