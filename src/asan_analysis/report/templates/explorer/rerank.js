// A new order: bodies placed under the weights of the state, told in a sentence, sorted in place.

/** @type {Placed | null} */
let placed = null;

/**
 * Places the bodies anew and shows what moved.
 * @param {ParentNode} inside
 * @param {boolean} aloud whether who listens is told
 */
function rerank(inside, aloud) {
  const weights = state.weights.map((weight, at) => weight ?? shares[at]);
  const some = weights.some((weight) => weight > 0);
  showShares(inside, weights);
  placed = some ? placeBodies(fields[state.choice], weights, model.method) : null;
  const told = placed ? tellMoves(placed) : say("weights.zero");
  one("#outcome", inside).textContent = told;
  if (aloud) hear(told);
  if (placed) order(inside, placed);
}

/** @param {ParentNode} inside @param {number[]} weights */
function showShares(inside, weights) {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  weights.forEach((weight, at) => {
    const [own, now] = [percent(shares[at]), sum > 0 ? percent(100 * weight / sum) : "–"];
    one(`#share-${at}`, inside).replaceChildren(...(own === now ? [] : [make("small", {}, `${own} → `)]), now);
    one(`#weight-${at}`, inside).setAttribute("aria-valuetext", now);
  });
  press("#own", state.weights.every((weight) => weight === null), inside);
  press("#even", state.weights.every((weight) => weight !== null && weight === weights[0]), inside);
}

/** @param {Organisation} body @returns {number | null} the place that moves are told against */
function placeBefore(body) {
  return announced.has(body.category) ? body.announced ?? null : body.rank;
}

/** @param {Placed} found @param {number} at @returns {number} places climbed; NaN where there is none */
function climbed(found, at) {
  return (placeBefore(model.bodies[at]) ?? NaN) - found.rank[at];
}

/** @param {Placed} found @returns {string} how many moved, and who moved most */
function tellMoves(found) {
  const climbs = bodiesOf(state.category).map((at) => ({ at, by: Math.abs(climbed(found, at)) })).filter(({ by }) => !Number.isNaN(by));
  const moved = climbs.filter(({ by }) => by > 0);
  const all = number(climbs.length);
  if (!moved.length) return say("weights.still", { all });
  const { at } = moved.reduce((best, each) => each.by > best.by ? each : best);
  return say("weights.told", {
    moved: number(moved.length), all, body: tell(model.bodies[at].name),
    before: place(placeBefore(model.bodies[at])), now: place(found.rank[at]),
  });
}

/**
 * Sorts the rows in place; they slide.
 * @param {ParentNode} inside
 * @param {Placed} found
 */
function order(inside, found) {
  const rows = every(".weighed tbody tr", inside);
  const last = model.bodies.length + 1;
  const sorted = rows.map((row) => ({ row, at: Number(row.dataset.row) })).sort((one, other) =>
    (found.rank[one.at] || last) - (found.rank[other.at] || last) || one.at - other.at);
  const moves = sorted.some(({ row }, now) => row !== rows[now]);
  const slides = moves && inside === document && matchMedia("(prefers-reduced-motion: no-preference)").matches;
  const before = slides ? rows.map((row) => row.offsetTop) : [];
  const tied = new Set(sorted.flatMap(({ at }, now) => found.rank[at] === found.rank[sorted[now - 1]?.at] ? [found.rank[at]] : []));
  for (const { row, at } of sorted) putRow(row, found, at, tied.has(found.rank[at]));
  if (moves) arrange(sorted.map(({ row }) => row));
  if (slides) slide(rows, before);
}

/** @param {HTMLElement} row @param {Placed} found @param {number} at @param {boolean} tied */
function putRow(row, found, at, tied) {
  const [rank, , score, move] = /** @type {HTMLElement[]} */ ([...row.children]);
  const value = found.score[at];
  put(rank, (tied ? "=" : "") + place(found.rank[at]));
  put(one(".number", score), points(value));
  const bar = one(".fill", score);
  bar.setAttribute("x", `${across(Math.min(value || 0, 0))}%`);
  bar.setAttribute("width", `${Math.abs(across(value || 0) - across(0))}%`);
  const places = String(climbed(found, at));
  if (move.dataset.places !== places) move.replaceChildren(...tellMove(Number(places), placeBefore(model.bodies[at])));
  move.dataset.places = places;
}

/** @param {HTMLElement} element @param {string} text nothing is drawn anew where it stands already */
function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {number} places @param {number | null} before */
function tellMove(places, before) {
  if (Number.isNaN(places)) return ["–"];
  if (places === 0) return [make("span", { class: "heard" }, say("weights.same"))];
  const up = places > 0;
  const [n, was] = [place(Math.abs(places)), place(before)];
  const seen = make("span", { class: up ? "up" : "down", "aria-hidden": "true" },
    `${up ? "▲" : "▼"} ${n}`, make("small", {}, say("weights.was", { n: was })));
  return [seen, make("span", { class: "heard" }, say(up ? "weights.up" : "weights.down", { n, before: was }))];
}

/** @param {HTMLElement[]} rows in their new order; the focus stays */
function arrange(rows) {
  const held = document.activeElement;
  rows[0].parentElement?.append(...rows);
  if (held instanceof HTMLElement && held !== document.activeElement) held.focus({ preventScroll: true });
}

/** @param {HTMLElement[]} rows @param {number[]} before where they stood */
function slide(rows, before) {
  const after = rows.map((row) => row.offsetTop);
  rows.forEach((row, at) => {
    row.classList.remove("slides");
    row.style.transform = before[at] === after[at] ? "" : `translateY(${before[at] - after[at]}px)`;
  });
  requestAnimationFrame(() => rows.forEach((row) => {
    row.classList.add("slides");
    row.style.transform = "";
  }));
}
