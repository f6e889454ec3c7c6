// What the page shows now: all of it stands in the address, so that a link carries it.

/**
 * @typedef {object} State
 * @property {number} lang
 * @property {string} view
 * @property {number} category
 * @property {number} body
 * @property {number} other
 * @property {string} sort a column; `-` before it: the last first
 * @property {(number | null)[]} weights of each part in percent; null: that of the method
 * @property {number} choice of the rule on what is not applicable
 * @property {string} theme
 */

const LANGUAGES = ["en", "az"];
const THEMES = ["light", "dark"];
const VIEWS = ["ranking", "body", "compare", "weights"];
const COLUMNS = ["rank", "name", "score", "interval", "change", "services"];

/** @type {State} */
let state = initial();

/** @returns {State} */
function initial() {
  return {
    lang: 1, view: "ranking", category: model.bodies[0]?.category ?? 0, body: 0, other: 0, sort: "rank",
    weights: model.parts.map(() => null), choice: model.method.notApplicable, theme: "",
  };
}

/**
 * The state of an address; what is not known there is as at first.
 * @param {string} address
 * @returns {State}
 */
function read(address) {
  const found = initial();
  const [path, query] = address.replace(/^#/, "").split("?");
  for (const step of path.split("/")) {
    if (LANGUAGES.includes(step)) found.lang = LANGUAGES.indexOf(step);
    if (VIEWS.includes(step)) found.view = step;
  }
  const asked = new URLSearchParams(query || "");
  /** @param {string} key */
  const value = (key) => asked.get(key) ?? "";
  if (value("c") && Number(value("c")) in model.categories) found.category = Number(value("c"));
  [found.body, found.other] = readPair(value("b"), value("o"), found.category);
  if (COLUMNS.includes(value("s").replace(/^-/, ""))) found.sort = value("s");
  const weights = value("w").split(" ");
  if (weights.length === model.parts.length) found.weights = weights.map(readWeight);
  const choice = model.scores.choices.indexOf(value("na"));
  if (choice >= 0) found.choice = choice;
  if (THEMES.includes(value("t"))) found.theme = value("t");
  return found;
}

/**
 * Bodies of two ids; without the first, that of the category; without the second, one alike.
 * @param {string} first
 * @param {string} second
 * @param {number} category
 */
function readPair(first, second, category) {
  const [asked, other] = [first, second].map((id) => model.bodies.findIndex((body) => body.id === id));
  const body = asked >= 0 ? asked : bodiesOf(category)[0] ?? 0;
  const near = bodiesOf(model.bodies[body]?.category).find((at) => at !== body);
  return [body, other >= 0 ? other : near ?? nextTo(body)];
}

/** @param {number} body @returns {number} any other body, where there is one */
function nextTo(body) {
  return body ? 0 : Math.min(1, model.bodies.length - 1);
}

/** @param {string} text */
function readWeight(text) {
  return /^\d+(\.\d+)?(e-\d+)?$/.test(text) ? Math.min(Number(text), 100) : null;
}

/**
 * The address of a state; what is as at first is left out.
 * @param {Partial<State>} [changes]
 */
function address(changes = {}) {
  const next = { ...state, ...changes };
  const first = initial();
  const query = new URLSearchParams();
  if (next.category !== first.category) query.set("c", String(next.category));
  if (["body", "compare"].includes(next.view) && model.bodies[next.body]) query.set("b", model.bodies[next.body].id);
  if (next.view === "compare" && model.bodies[next.other]) query.set("o", model.bodies[next.other].id);
  if (next.sort !== first.sort) query.set("s", next.sort);
  if (next.weights.some((weight) => weight !== null)) query.set("w", next.weights.map((weight) => weight ?? "m").join(" "));
  if (next.choice !== first.choice) query.set("na", model.scores.choices[next.choice]);
  if (next.theme) query.set("t", next.theme);
  const told = query.toString();
  return `#${LANGUAGES[next.lang]}/${next.view}${told ? `?${told}` : ""}`;
}

/** @param {Partial<State>} changes */
function go(changes) {
  const next = address(changes);
  if (next === window.location.hash) show();
  else window.location.hash = next;
}

let waits = 0;
let lastKept = "";

/**
 * Puts the state into the address, once a hand rests: browsers limit how often. Going back undoes
 * all that was done to one control.
 * @param {string} control
 */
function keep(control) {
  window.clearTimeout(waits);
  waits = window.setTimeout(() => {
    const next = address();
    if (next === window.location.hash) return;
    if (control === lastKept) window.history.replaceState(null, "", next);
    else window.history.pushState(null, "", next);
    lastKept = control;
  }, 200);
}

/** Forgets what waits to be kept: another address came first. */
function drop() {
  window.clearTimeout(waits);
  lastKept = "";
}

/** Whether other weights or another rule stand than those of the method. */
function changedWeights() {
  return state.weights.some((weight) => weight !== null) || state.choice !== model.method.notApplicable;
}
