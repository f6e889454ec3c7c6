// The profile of one body: where it stands, what its score is made of, what could lift it.

function showBody() {
  const body = model.bodies[state.body];
  if (!body) return [];
  one("#body-title").replaceChildren(make("bdi", {}, tell(body.name)));
  document.title = `${tell(body.name)} – ${tell(model.about.title)}`;
  return [
    standing(body), steps(body), figures(body), changedWeights() ? soft("body.nominal") : null,
    body.rank === null ? null : block("body.draws", ...drawsBlock(body)),
    model.parts.length ? block("body.parts", ...partsBlock(body)) : null,
    block("body.first", ...firstBlock(body)), block("body.lowest", ...lowestBlock(body)),
    block("body.history", ...historyBlock(body)),
    body.suggested.length ? block("body.suggested", ...suggestedBlock(body)) : null,
  ];
}

/** @param {Organisation} body */
function standing(body) {
  const category = tell(model.categories[body.category]);
  if (body.rank === null) return soft("body.no_place", { category });
  return soft("body.category", { category, rank: placeOf(body), ranked: number(body.ranked) });
}

/** @param {Organisation} body links to those before and after it, and to a comparison */
function steps(body) {
  const alike = bodiesOf(body.category);
  const at = alike.indexOf(state.body);
  const [before, after] = [alike[at - 1], alike[at + 1]];
  const rival = before ?? after ?? nextTo(state.body);
  return make("p", { class: "steps" },
    stepTo(before, "body.before", { view: "body", body: before }, "body.before"),
    stepTo(after, "body.after", { view: "body", body: after }, "body.after"),
    rival === state.body ? null : stepTo(rival, "body.compare", { view: "compare", other: rival }, "to-compare"));
}

/** @param {number | undefined} at @param {string} text @param {Partial<State>} changes @param {string} key */
function stepTo(at, text, changes, key) {
  return at === undefined ? null
    : make("a", { href: address(changes), "data-key": key }, say(text, { body: tell(model.bodies[at].name) }));
}

/** @param {Organisation} body */
function figures(body) {
  const told = [
    [points(body.score), "score"], [placeAmong(body), "place"],
    ...(body.draws.both ? [[range(body.draws.both, place), "interval"]] : []),
    ...(body.change ? [[gain(body.change[0]), "change"]] : []), [number(body.services), "services"],
  ];
  return make("ul", { class: "numbers" }, ...told.map(([figure, key]) =>
    make("li", {}, make("b", {}, figure), make("span", {}, say(key)))));
}

/** @param {Organisation} body */
function drawsBlock(body) {
  const { both, method, score } = body.draws;
  if (!both) return [soft("body.draws.none")];
  const told = {
    rank: placeOf(body), ranked: number(body.ranked), both: range(both, place), method: range(method, place), score: range(score, points),
  };
  const alt = say("draws.alt", { ...told, rank: place(body.rank) });
  return [
    draw("svg", { class: "strip", role: "img", "aria-label": alt }, ...strip(body, true),
      draw("text", { x: 0, y: 42 }, "1"), draw("text", { x: "100%", y: 42, "text-anchor": "end" }, told.ranked)),
    make("p", {}, say("body.draws.text", told)),
    soft("body.draws.how"),
  ];
}

/** @param {Organisation} body */
function partsBlock(body) {
  const most = model.parts.map((part) => model.about.top * part.weight / total);
  const widest = Math.max(...most, ...body.parts.map((part) => part[1] ?? 0)) || 1;
  const plain = model.method.power !== 1 || lowest < 0;
  const rows = model.parts.map((part, at) => {
    const [score, brings] = body.parts[at];
    const mean = model.means[body.category].parts[at];
    const told = plain ? points(brings) : say("part.of", { points: points(brings), most: points(most[at]) });
    return row([
      rowHead(tell(part.name)), cell("wide full", partBar(brings ?? 0, plain ? null : most[at], mean, widest)),
      cell("number", told, say("part.points")), cell("number", points(score), say("part.score")),
      cell("number", points(mean), say("part.mean")),
    ]);
  });
  return [soft(plain ? "body.parts.plain" : "body.parts.text"),
    table("stack parts", "", [[say("part"), ""], ["", "wide"], ...numberHeads("part.points", "part.score", "part.mean")], rows)];
}

/**
 * What a part brings, in the frame of the most that it can bring.
 * @param {number} brings
 * @param {number | null} most null: there is no such frame
 * @param {number | null} mean score of the category
 * @param {number} widest what fills the width
 */
function partBar(brings, most, mean, widest) {
  /** @param {number} value */
  const wide = (value) => Math.max(0, 100 * value / widest);
  const fill = box("fill", 0, wide(brings), 18);
  if (most === null) return strap(18, fill);
  const x = mean === null ? 0 : `${wide(mean / model.about.top * most)}%`;
  return strap(18, box("frame", 0, wide(Math.max(most, brings)), 18), fill,
    mean === null ? null : draw("line", { class: "mean", x1: x, x2: x, y1: -3, y2: 21 }));
}

/** @param {string[]} keys @returns {Column[]} */
function numberHeads(...keys) {
  return keys.map((key) => [say(key), "number"]);
}

/** @param {Organisation} body the items that lift it most */
function firstBlock(body) {
  const most = Math.max(...body.first.map((one) => one[2] ?? 0)) || 1;
  const rows = body.first.map(([item, services, lift]) => row([
    rowHead(tell(model.items[item]), "full"), cell("wide full", strap(null, box("fill", 0, 100 * (lift ?? 0) / most, 8))),
    cell("number", number(services), say("item.services")), cell("number", number(lift, 2, true), say("item.gain")),
  ]));
  return [
    make("p", {}, tellNext(body)),
    soft(rows.length ? "body.first.text" : "body.first.none"),
    rows.length ? table("stack first", "", [[say("item"), ""], ["", "wide"], ...numberHeads("item.services", "item.gain")], rows) : null,
  ];
}

/** @param {Organisation} body @returns {string} what the next place takes */
function tellNext(body) {
  const [rival, needed, answers, outcome] = body.next[0] ?? ["", null, null, ""];
  if (answers === null || !["proved", "proved_among", "not_proved"].includes(outcome)) {
    return say(body.rank === 1 ? "body.next.first" : "body.next.none");
  }
  return say(outcome === "proved" ? "body.next.least" : "body.next.found",
    { needed: number(needed, Math.max(2, model.about.decimals)), rival: tell(rival), answers: number(answers) });
}

/** @param {Organisation} body */
function lowestBlock(body) {
  const rows = body.lowest.map(([service, score, item, cost]) => row([
    rowHead(tell(service)), scoreCell(points(score), score),
    cell("full soft", item === null ? "–" : `${tell(model.items[item])} (${gain(cost)})`, say("service.item")),
  ]));
  if (!rows.length) return [soft("body.lowest.none")];
  return [soft("body.lowest.text"),
    table("stack lowest", "", [[say("service"), ""], [say("score"), "score"], [say("service.item"), ""]], rows)];
}

/** @param {Organisation} body */
function historyBlock(body) {
  const own = editionsOf(body);
  if (own.filter((score) => score !== null).length < 2) return [soft("body.history.one")];
  const means = new Map(model.means[body.category].editions);
  const mean = model.editions.map((edition) => means.get(edition.year) ?? null);
  const places = new Map(body.history.map(([year, , rank, ranked]) =>
    [year, rank === null ? "–" : say("rank_of", { rank: place(rank), ranked: number(ranked) })]));
  const rows = model.editions.map(({ year, label }, at) => row([
    rowHead(tell(label)), cell("number", points(own[at])), cell("number", places.get(year) ?? "–"), cell("number", points(mean[at])),
  ]));
  return [
    soft("body.history.text"),
    later((width) => lines(width, [greyLine(mean), lineOf(body)])),
    make("details", {}, make("summary", {}, say("body.history.table")),
      table("", "", [[say("edition"), ""], ...numberHeads("score", "place", "part.mean")], rows)),
  ];
}

/** @param {Organisation} body */
function suggestedBlock(body) {
  return [soft("body.suggested.text"), make("ul", { class: "plain" }, ...body.suggested.map(([name, n, others]) =>
    make("li", {}, make("bdi", {}, tell(name)), make("span", {}, say("body.suggested.of", { n: number(n), others: number(others) })))))];
}
