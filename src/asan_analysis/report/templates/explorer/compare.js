// Two bodies side by side: the same scores, places and editions.

function showCompare() {
  const [first, second] = [model.bodies[state.body], model.bodies[state.other]];
  if (!first || !second || model.bodies.length < 2) return [make("p", {}, say("compare.one"))];
  return [
    pickTwo(first, second),
    first.category === second.category ? null : soft("compare.apart"),
    make("p", { class: "said" }, compared(first, second)),
    ...compareTables(first, second),
    compareHistory(first, second),
  ];
}

/** @param {Organisation} first @param {Organisation} second */
function pickTwo(first, second) {
  const list = findableBodies();
  const swap = say("compare.swap");
  return make("div", { class: "two" },
    pick("first", say("compare.first"), tell(first.name), list, (found) => go({ body: found.at })),
    button("swap", () => go({ body: state.other, other: state.body }), { class: "button", "aria-label": swap, title: swap }, "⇄"),
    pick("second", say("compare.second"), tell(second.name), list, (found) => go({ other: found.at })));
}

/** @param {number | null} one @param {number | null} other */
function gapOf(one, other) {
  return one === null || other === null ? null : one - other;
}

/** @param {Organisation} first @param {Organisation} second @returns {string} who is ahead and which part makes most of it */
function compared(first, second) {
  const gap = gapOf(first.score, second.score);
  if (gap === null) return "";
  if (Math.abs(gap) < 10 ** -model.about.decimals / 2) return say("compare.level");
  const [ahead, behind] = gap > 0 ? [first, second] : [second, first];
  const gaps = model.parts.map((_, at) => (ahead.parts[at][1] ?? 0) - (behind.parts[at][1] ?? 0));
  const most = gaps.indexOf(Math.max(...gaps));
  if (most < 0) return "";
  return say("compare.sentence", {
    ahead: tell(ahead.name), points: points(Math.abs(gap)), part: tell(model.parts[most].name), difference: gain(gaps[most]),
  });
}

/** @param {Organisation} first @param {Organisation} second */
function compareTables(first, second) {
  const axis = axisOf([first, second]);
  /** @param {string} name @param {number | null} one @param {number | null} other */
  const scores = (name, one, other) => row([rowHead(name), cell("wide full", dumbbell(one, other, axis)),
    ...pairOf(points(one), points(other), gain(gapOf(one, other)))]);
  /** @param {string} key @param {(body: Organisation) => string} form */
  const facts = (key, form) => row([rowHead(say(key)), cell("wide full", null), ...pairOf(form(first), form(second))]);
  const rows = [
    scores(say("score"), first.score, second.score), facts("place", placeAmong),
    ...(first.draws.both || second.draws.both ? [facts("interval", (body) => range(body.draws.both, place))] : []),
    facts("services", (body) => number(body.services)),
  ];
  const parts = model.parts.map((part, at) => scores(tell(part.name), first.parts[at][0], second.parts[at][0]));
  const ends = make("span", { class: "axis" }, ...axis.map((end) => make("span", {}, number(end))));
  const links = [bodyLink(state.body, { class: "one" }), bodyLink(state.other, { class: "other" })];
  return [
    table("stack two-bodies", say("compare.caption", { label: tell(model.about.label) }), pairHeads(ends, links), rows),
    parts.length ? make("div", {}, make("h3", { class: "next" }, say("compare.parts")),
      table("stack two-bodies again", "", pairHeads("", [tell(first.name), tell(second.name)]), parts)) : null,
  ];
}

/** @param {Child} axis @param {Child[]} names @returns {Column[]} */
function pairHeads(axis, names) {
  return [[make("span", { class: "heard" }, say("part")), ""], [axis, "wide"], [names[0], "number"], [names[1], "number"],
    ...numberHeads("compare.difference")];
}

/** @param {string} one @param {string} other @param {string} [difference] */
function pairOf(one, other, difference = "") {
  return [cell("number one", one, tell(model.bodies[state.body].name)), cell("number other", other, tell(model.bodies[state.other].name)),
    cell("number", difference, difference ? say("compare.difference") : null)];
}

/** @param {Organisation} first @param {Organisation} second */
function compareHistory(first, second) {
  const series = [lineOf(first), lineOf(second, "2")];
  if (!series.some(({ scores }) => scores.filter((score) => score !== null).length > 1)) return null;
  return block("compare.history", make("p", { class: "soft" }, legend(first, "swatch"), legend(second, "swatch second")),
    later((width) => lines(width, series)));
}

/** @param {Organisation} body @param {string} swatch */
function legend(body, swatch) {
  return make("span", { class: "legend" }, make("span", { class: swatch, "aria-hidden": "true" }), make("bdi", {}, tell(body.name)));
}
