// The ranking: bodies of a category in a table that its headings sort.

function showRanking() {
  const columns = shownColumns();
  const caption = say("ranking.caption", { category: tell(model.categories[state.category]), label: tell(model.about.label) });
  const rows = sortedBodies().map((at) => row(columns.map((column) => rankingCell(column, at))));
  return [categoryChoices(), table("ranking", caption, columns.map(sortHead), rows), rankingNotes(columns)];
}

/** @returns {string[]} without those that nothing is known for */
function shownColumns() {
  const without = new Set();
  if (!model.bodies.some((body) => body.change)) without.add("change");
  if (!model.bodies.some((body) => body.draws.both)) without.add("interval");
  return COLUMNS.filter((column) => !without.has(column));
}

/** @returns {{column: string, falls: boolean}} what the rows are sorted by */
function sorting() {
  return { column: state.sort.replace(/^-/, ""), falls: state.sort.startsWith("-") };
}

/** @type {Record<string, (body: Organisation, at: number) => number | null | undefined>} */
const sortKeys = {
  rank: (body) => body.rank,
  name: (_, at) => model.orders[state.lang].indexOf(at),
  score: (body) => body.score,
  interval: (body) => body.draws.both && body.draws.both[0] + body.draws.both[1] / 1000,
  change: (body) => body.change && body.change[0],
  services: (body) => body.services,
};

/** @returns {number[]} bodies of the category in the order asked for; what is missing stands last */
function sortedBodies() {
  const { column, falls } = sorting();
  const turn = falls ? -1 : 1;
  const keyed = bodiesOf(state.category).map((at) => ({ at, key: sortKeys[column](model.bodies[at], at) ?? null }));
  return keyed.sort((one, other) => one.key === null || other.key === null
    ? Number(one.key === null) - Number(other.key === null) || one.at - other.at
    : turn * (one.key - other.key) || one.at - other.at).map(({ at }) => at);
}

/** @param {string} column @returns {Column} a heading that sorts, and turns the order when it has sorted */
function sortHead(column) {
  const now = sorting();
  const own = column === now.column;
  const largeFirst = ["score", "change", "services"].includes(column);
  const next = (own ? !now.falls : largeFirst) ? `-${column}` : column;
  const title = say(column === "rank" ? "place" : column);
  const head = button(`sort-${column}`, () => { go({ sort: next }); hear(say("ranking.sorted", { column: title })); }, {}, title);
  const kind = ["change", "services"].includes(column) ? `number ${column}` : column;
  return [head, kind, { "aria-sort": own ? (now.falls ? "descending" : "ascending") : null }];
}

/** @param {string} column @param {number} at */
function rankingCell(column, at) {
  const body = model.bodies[at];
  if (column === "rank") return cell("rank", placeOf(body));
  if (column === "name") return rowHead(bodyLink(at, { "data-key": `body-${body.id}` }));
  if (column === "score") return scoreCell(points(body.score), body.score);
  if (column === "interval") return intervalCell(body);
  if (column === "services") return cell("number services", number(body.services), say("services"));
  const [change, sure] = body.change ?? [null, true];
  return cell("number change", make("span", { class: sure ? "" : "maybe" }, gain(change)));
}

/** @param {Organisation} body */
function intervalCell(body) {
  return cell("interval", make("div", { class: "measure" },
    strap(null, ...strip(body)), make("span", { class: "number" }, range(body.draws.both, place))));
}

/** @param {string[]} columns */
function rankingNotes(columns) {
  return make("div", { class: "note" },
    columns.includes("interval") ? make("p", {}, say("interval.means")) : null,
    columns.includes("change") ? make("p", {}, say("change.means")) : null,
    model.bodies.some((body) => body.rank === null)
      ? make("p", {}, say("no_place.means", { n: number(model.method.minServices) })) : null);
}
