// Weights that a reader moves: the sliders, the choice of a rule, the list that follows them.

/** @type {Field[]} by choice of the rule on what is not applicable */
const fields = model.scores.choices.map((_, choice) => {
  /** @param {(number | null)[][]} rows */
  const arrays = (rows) => rows.map((scores) => Float64Array.from(scores, (score) => score ?? NaN));
  /** @type {number[][]} */
  const members = model.bodies.map(() => []);
  model.services.body.forEach((body, at) => members[body].push(at));
  return {
    services: arrays(model.scores.services[choice]), pooled: model.scores.pooled && arrays(model.scores.pooled[choice]),
    members, by: model.services.weight ?? model.services.body.map(() => 1), category: model.bodies.map((body) => body.category),
  };
});
/** The method's weights in percent, and where the sliders end. */
const shares = model.parts.map((part) => 100 * part.weight / total);
const far = Math.min(100, Math.max(40, 10 * Math.ceil(Math.max(0, ...shares) / 5)));
/** Categories whose order was announced. */
const announced = new Set(model.bodies.filter((body) => body.announced !== undefined).map((body) => body.category));

function showWeights() {
  if (model.method.refused) return [make("p", {}, say(`weights.refused.${model.method.refused}`))];
  const bench = make("div", { class: "bench" }, make("p", { class: "outcome", id: "outcome" }), weightForm(), weighedList());
  rerank(bench, false);
  return [categoryChoices(), bench];
}

function weightForm() {
  const form = make("form", {}, soft("weights.text"),
    make("div", { class: "buttons" },
      button("own", () => weigh(null), { class: "button", id: "own" }, say("weights.own")),
      button("even", () => weigh(100 / model.parts.length), { class: "button", id: "even" }, say("weights.equal"))),
    make("fieldset", {}, make("legend", {}, say("weights.legend")), ...model.parts.map((part, at) => slider(part.name, at))),
    ruleChoice());
  form.addEventListener("submit", (event) => event.preventDefault());
  return form;
}

/** @param {Name} name @param {number} at */
function slider(name, at) {
  const input = field(`weight-${at}`, { type: "range", min: 0, max: far, step: 1, "aria-describedby": `own-${at}` });
  input.value = String(state.weights[at] ?? shares[at]);
  input.addEventListener("input", () => {
    state.weights[at] = Number(input.value);
    rerank(document, false);
  });
  input.addEventListener("change", () => settle(input.id));
  return make("div", { class: "slider" },
    make("output", { id: `share-${at}`, for: input.id }), make("label", { for: input.id }, tell(name)), input,
    make("span", { id: `own-${at}`, class: "heard" }, say("weights.method", { own: percent(shares[at]) })));
}

function ruleChoice() {
  const { choices } = model.scores;
  if (choices.length < 2) return soft("weights.na.same");
  return make("fieldset", {}, make("legend", {}, say("weights.na")), ...choices.map(ruleRadio));
}

/** @param {string} choice @param {number} at */
function ruleRadio(choice, at) {
  const input = field(`na-${choice}`, { type: "radio", name: "na" });
  input.checked = at === state.choice;
  input.addEventListener("change", () => { state.choice = at; settle("choice"); });
  const own = at === model.method.notApplicable ? ` ${say("weights.na.own")}` : "";
  return make("label", { class: "radio", for: input.id }, input, say(`weights.na.${choice}`) + own);
}

/** @param {number | null} weight of every part; null: that of the method */
function weigh(weight) {
  state.weights = model.parts.map(() => weight);
  shares.forEach((share, at) => {
    /** @type {HTMLInputElement} */ (one(`#weight-${at}`)).value = String(weight ?? share);
  });
  settle(String(weight));
}

/**
 * A hand has let go of a control: the outcome is told and kept in the address.
 * @param {string} control
 */
function settle(control) {
  rerank(document, true);
  showLinks();
  keep(control);
}

/** The links of the page carry the state as it is now. */
function showLinks() {
  for (const view of VIEWS) one(`[data-key="view-${view}"]`).setAttribute("href", address({ view }));
  model.categories.forEach((_, category) => one(`#weights [data-key="category-${category}"]`)?.setAttribute("href", address({ category })));
  for (const link of every("#weights tbody a")) link.setAttribute("href", address({ view: "body", body: Number(link.dataset.at) }));
}

function weighedList() {
  const caption = say("weights.caption", { category: tell(model.categories[state.category]) });
  const against = say(announced.has(state.category) ? "weights.announced" : "weights.nominal");
  /** @type {Column[]} */
  const columns = [[say("place"), "rank"], [say("name"), ""], [say("score"), "score"], [say("weights.move"), "move"]];
  return make("div", { class: "list" }, table("weighed", `${caption}. ${against}`, columns, bodiesOf(state.category).map(weighedRow)));
}

/** @param {number} at */
function weighedRow(at) {
  const link = bodyLink(at, { "data-at": at, "data-key": `weighed-${at}` });
  return row([cell("rank", ""), rowHead(link), scoreCell("", null), cell("move", "")], { "data-row": at });
}
