"use strict";
// The page: state in the address, views drawn from it. Texts and names become text nodes, never
// elements. Types are checked by `make check`.

/** @typedef {string | string[]} Name one text, or one in English and one in Azerbaijani */
/**
 * @typedef {object} Organisation see `_tell_body` of explorer_data.py
 * @property {string} id
 * @property {Name} name
 * @property {number} category
 * @property {number | null} score
 * @property {number} services
 * @property {number | null} rank
 * @property {number | null} ranked
 * @property {number} [announced]
 * @property {[number | null, number | null][]} parts
 * @property {{both: number[] | null, method: number[] | null, score: number[] | null}} draws
 * @property {[number, boolean] | null} change
 * @property {[number, number | null, number | null, number | null][]} history
 * @property {[Name, number, string | null, number | null][]} lowest
 * @property {[string, number, number | null][]} first
 * @property {[Name, number | null, number | null, string][]} next
 * @property {[Name, number, number][]} suggested
 */
/**
 * @typedef {object} Model
 * @property {{id: string, kind: string, decimals: number, year: number, label: Name, top: number, title: Name, citation: Name}} about
 * @property {Name[]} categories
 * @property {{name: Name, short: Name, weight: number}[]} parts
 * @property {Organisation[]} bodies
 * @property {{body: number[], weight: number[] | null}} services
 * @property {Record<string, Name>} items
 * @property {{year: number, label: Name, comparable: boolean}[]} editions
 * @property {{editions: [number, number | null][], parts: (number | null)[]}[]} means
 * @property {number[][]} orders
 * @property {Method} method
 * @property {{choices: string[], services: (number | null)[][][], pooled: (number | null)[][][] | null}} scores
 * @property {Record<string, [string, string]>} texts
 * @property {{group: string, decimal: string}[]} signs
 */
/**
 * @typedef {object} State everything that the address carries
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
const VIEWS = ["ranking", "body", "compare", "weights"];
const COLUMNS = ["rank", "name", "score", "interval", "change", "services"];
/** @type {Model} */
const model = JSON.parse(one("#data").textContent || "{}");
const SVG = /** @type {HTMLTemplateElement} */ (one("#drawing")).content.querySelector("svg");

/* ---- elements ---- */

/**
 * @param {string} selector
 * @param {ParentNode} [inside]
 * @returns {HTMLElement}
 */
function one(selector, inside = document) {
  return /** @type {HTMLElement} */ (inside.querySelector(selector));
}

/** @typedef {Node | string | null} Child */
/** @typedef {Record<string, string | number | boolean | null>} Attributes */

/**
 * @template {Element} E
 * @param {E} element
 * @param {Attributes} attributes null and false are left out
 * @param {Child[]} children
 * @returns {E}
 */
function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : String(value));
  }
  for (const child of children) if (child !== null) element.append(child);
  return element;
}

/**
 * @param {string} tag
 * @param {Attributes} [attributes]
 * @param {Child[]} children
 */
function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/**
 * A part of a drawing.
 * @param {string} tag
 * @param {Attributes} [attributes]
 * @param {Child[]} children
 */
function draw(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG && SVG.namespaceURI, tag), attributes, children);
}

/**
 * @param {string} tag
 * @param {() => void} act
 * @param {Attributes} attributes
 * @param {Child[]} children
 */
function press(tag, act, attributes, ...children) {
  const element = make(tag, attributes, ...children);
  element.addEventListener("click", act);
  return element;
}

/* ---- words ---- */

/**
 * @param {string} key
 * @param {Record<string, string>} [values]
 */
function say(key, values = {}) {
  const text = (model.texts[key] || [key, key])[state.lang];
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** @param {Name} name */
function tell(name) {
  return typeof name === "string" ? name : name[state.lang];
}

/**
 * A number in the reader's form, rounded as Python's format does: exact halves to even.
 * @param {number | null | undefined} value
 * @param {number} [digits]
 * @param {boolean} [sign]
 */
function number(value, digits = 0, sign = false) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  let text = Math.abs(value).toFixed(digits);
  const exact = Math.abs(value).toFixed(80);
  const point = exact.indexOf(".");
  const kept = digits ? point + 1 + digits : point;
  if (/^\.?50*$/.test(exact.slice(kept)) && Number(exact[kept - 1]) % 2 === 0) text = exact.slice(0, kept);
  const { group, decimal } = model.signs[state.lang];
  const [whole, rest] = text.split(".");
  const zero = !/[1-9]/.test(text);
  const before = zero ? "" : value < 0 ? "−" : sign ? "+" : "";
  return before + whole.replace(/\B(?=(\d{3})+$)/g, group) + (rest ? decimal + rest : "");
}

/** @param {number | null | undefined} value */
function points(value) {
  return number(value, model.about.decimals);
}

/** @param {number | null | undefined} value places may be halves */
function place(value) {
  return number(value, value && value % 1 ? 1 : 0);
}

/** @param {number[] | null} span @param {(value: number) => string} form */
function range(span, form) {
  if (!span) return "–";
  const [low, high] = span.map(form);
  return low === high ? low : say("span", { low, high });
}

/**
 * A name for comparison, as `fold` of data/names.py.
 * @param {string} text
 */
function fold(text) {
  const plain = { "ə": "e", "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ß": "ss" };
  return text.normalize("NFKC").replace(/İ/g, "i").replace(/I/g, "ı").toLowerCase().normalize("NFKD")
    .replace(/\p{M}/gu, "").replace(/[əıøłđðþæœß]/g, (sign) => plain[/** @type {keyof plain} */ (sign)])
    .replace(/['`´‘’ʼ\u00ad\u200b-\u200f\u202a-\u202e\u2060]/g, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}

/* ---- state ---- */

/** @type {State} */
let state = initial();

/** @returns {State} */
function initial() {
  return {
    lang: 1, view: "ranking", category: model.bodies.length ? model.bodies[0].category : 0, body: 0,
    other: Math.min(1, model.bodies.length - 1), sort: "rank", weights: model.parts.map(() => null),
    choice: model.method.notApplicable, theme: "",
  };
}

/**
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
  const bodies = model.bodies.map((body) => body.id);
  const category = Number(asked.get("c"));
  if (asked.has("c") && category in model.categories) found.category = category;
  const body = bodies.indexOf(asked.get("b") ?? "");
  found.body = body >= 0 ? body : Math.max(0, model.bodies.findIndex((each) => each.category === found.category));
  const next = model.bodies.findIndex((each, at) => at !== found.body && each.category === model.bodies[found.body]?.category);
  const other = bodies.indexOf(asked.get("o") ?? "");
  found.other = other >= 0 ? other : next >= 0 ? next : found.body === 0 ? found.other : 0;
  const sort = asked.get("s") ?? "";
  if (COLUMNS.includes(sort.replace(/^-/, ""))) found.sort = sort;
  const weights = (asked.get("w") ?? "").split(" ");
  if (weights.length === model.parts.length) {
    found.weights = weights.map((text) => /^\d+(\.\d+)?(e-\d+)?$/.test(text) ? Math.min(Number(text), 100) : null);
  }
  const choice = model.scores.choices.indexOf(asked.get("na") ?? "");
  if (choice >= 0) found.choice = choice;
  if (["light", "dark"].includes(asked.get("t") ?? "")) found.theme = asked.get("t") ?? "";
  return found;
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

/** Draws the page anew from the address; the focus stays, or goes to the heading of a new view. */
function arrive() {
  if (window.location.hash === "#main") return;
  window.clearTimeout(waits);
  lastKept = "";
  const before = state;
  state = read(window.location.hash);
  show();
  if (before.view !== state.view || (state.view === "body" && before.body !== state.body)) {
    window.scrollTo(0, 0);
    one("h2", one(`#${state.view}`)).focus({ preventScroll: true });
  }
}

/** @param {string} text for who listens; repeated texts are told once */
function hear(text) {
  one("#told").textContent = text;
}

/* ---- the frame of the page ---- */

function show() {
  const held = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.key : undefined;
  document.documentElement.lang = LANGUAGES[state.lang];
  if (state.theme) document.documentElement.dataset.theme = state.theme;
  else delete document.documentElement.dataset.theme;
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-text]"))) {
    element.textContent = say(keyOf(element.dataset.text));
  }
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-label]"))) {
    element.setAttribute("aria-label", say(keyOf(element.dataset.label)));
  }
  const [dataset, label] = [tell(model.about.title), tell(model.about.label)];
  const title = dataset.includes(label) ? dataset : say("title", { dataset, label });
  one("#title").textContent = title;
  document.title = `${say(`view.${state.view}`)} – ${title}`;
  one("#citation").textContent = tell(model.about.citation);
  LANGUAGES.forEach((lang, place) => one(`#${lang}`).setAttribute("aria-pressed", String(place === state.lang)));
  const dark = state.theme ? state.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  one("#dark").setAttribute("aria-pressed", String(dark));
  one("#light").setAttribute("aria-pressed", String(!dark));
  one("#views").replaceChildren(...VIEWS.map((view) => make("a", {
    href: address({ view }), "data-key": `view-${view}`, "aria-current": view === state.view ? "page" : null,
  }, say(`view.${view}`))));
  one("#find").replaceChildren(picker("find", say("find"), "", findable(), (found) => go(found.go)));
  for (const view of VIEWS) one(`#${view}`).hidden = view !== state.view;
  const view = one(".view", one(`#${state.view}`));
  const content = { ranking: showRanking, body: showBody, compare: showCompare, weights: showWeights };
  view.replaceChildren(...content[/** @type {keyof content} */ (state.view)]().filter((part) => part !== null));
  for (const [holder, drawing] of waiting.splice(0)) holder.append(drawing(holder.clientWidth));
  if (held) one(`[data-key="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
}

/** @param {string | undefined} key */
function keyOf(key) {
  return (key ?? "").replace(/^explorer\./, "");
}

/** @type {[HTMLElement, (width: number) => Node][]} drawings that need the width of their place */
const waiting = [];

/**
 * A place for a drawing that is made when the page knows its width.
 * @param {(width: number) => Node} drawing
 */
function later(drawing) {
  const holder = make("div", { class: "chart" });
  waiting.push([holder, drawing]);
  return holder;
}

/** @param {Partial<State>} [more] */
function categoryChoices(more = {}) {
  if (model.categories.length < 2) return null;
  return make("nav", { class: "choices", "aria-label": say("category") }, ...model.categories.map((name, category) =>
    make("a", {
      href: address({ category, ...more }), "data-key": `category-${category}`,
      "aria-current": category === state.category ? "true" : null,
    }, tell(name))));
}

/** @typedef {{name: string, note: string, words: string, go: Partial<State>, at: number}} Findable */

/**
 * Bodies in the order of the alphabet; categories before them.
 * @param {boolean} [alone] bodies only
 * @returns {Findable[]}
 */
function findable(alone = false) {
  /** @type {Findable[]} */
  const categories = alone ? [] : model.categories.map((name, category) => ({
    name: tell(name), note: say("find.category"), words: folded(name), at: -1,
    go: { view: state.view === "weights" ? "weights" : "ranking", category },
  }));
  return categories.concat(model.orders[state.lang].map((at) => {
    const { name, category, id } = model.bodies[at];
    return {
      name: tell(name), note: tell(model.categories[category]), words: `${folded(name)} ${fold(id)}`, at,
      go: { view: "body", body: at, category },
    };
  }));
}

/** @param {Name} name */
function folded(name) {
  return [name].flat().map(fold).join(" ");
}

/**
 * A field that searches a list: typed words stand anywhere in a name; arrows, Enter, Escape.
 * @param {string} id
 * @param {string} label
 * @param {string} value the name chosen now
 * @param {Findable[]} list
 * @param {(found: Findable) => void} choose
 */
function picker(id, label, value, list, choose) {
  const options = make("ul", { id: `${id}-list`, role: "listbox", "aria-label": label, hidden: true, tabindex: "-1" });
  const input = /** @type {HTMLInputElement} */ (make("input", {
    id: `${id}-input`, type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "data-key": `pick-${id}`,
    placeholder: id === "find" ? label : null, "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": `${id}-list`,
  }));
  input.value = value;
  /** @type {Findable[]} */
  let found = [];
  let active = -1;
  const close = () => {
    options.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    active = -1;
  };
  /** @param {number} place */
  const mark = (place) => {
    active = place;
    [...options.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === place)));
    if (place < 0) return;
    input.setAttribute("aria-activedescendant", `${id}-${place}`);
    options.children[place].scrollIntoView({ block: "nearest" });
  };
  /** @param {Findable} one */
  const take = (one) => {
    close();
    choose(one);
  };
  const open = () => {
    const asked = input.value === value ? [] : fold(input.value).split(" ").filter(Boolean);
    found = list.filter((each) => asked.every((word) => each.words.includes(word))).slice(0, 100);
    options.replaceChildren(...found.map((each, at) => {
      const option = make("li", { role: "option", id: `${id}-${at}`, "aria-selected": "false" }, make("bdi", {}, each.name), make("small", {}, each.note));
      option.addEventListener("mousedown", (event) => { event.preventDefault(); take(each); });
      return option;
    }));
    if (!found.length) options.append(make("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, say("find.none")));
    options.hidden = false;
    input.setAttribute("aria-expanded", "true");
    hear(found.length ? say("find.count", { n: number(found.length) }) : say("find.none"));
    mark(asked.length && found.length ? 0 : -1);
  };
  input.addEventListener("input", open);
  input.addEventListener("click", () => { input.select(); open(); });
  input.addEventListener("blur", () => { close(); input.value = value; });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (options.hidden) open();
      else if (found.length) mark((active + step + found.length) % found.length);
    } else if (event.key === "Enter" && !options.hidden && found[active]) {
      event.preventDefault();
      take(found[active]);
    } else if (event.key === "Escape" && !options.hidden) {
      event.preventDefault();
      close();
      input.value = value;
    }
  });
  return make("div", { class: "picker" }, make("label", { for: `${id}-input` }, label), input, options);
}

/* ---- tables and drawings ---- */

/** @param {string} name @param {Child[]} children @param {Attributes} [more] */
function cell(name, children, more = {}) {
  return make("td", { class: name, role: "cell", ...more }, ...children);
}

/**
 * A table; on a narrow page its rows stack, so the roles are told outright.
 * @param {string} name
 * @param {string} caption
 * @param {[Child, string][]} columns heading and class
 * @param {HTMLElement[]} rows
 */
function table(name, caption, columns, rows) {
  const head = columns.map(([title, kind]) => make("th", { scope: "col", role: "columnheader", class: kind },
    title === "" ? make("span", { class: "heard" }, say("chart")) : make("span", {}, title)));
  return make("table", { class: name, role: "table" }, caption ? make("caption", {}, caption) : null,
    make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...head)),
    make("tbody", { role: "rowgroup" }, ...rows));
}

/** @param {Child[]} cells @param {Attributes} [more] */
function row(cells, more = {}) {
  return make("tr", { role: "row", ...more }, ...cells);
}

/** @param {Child[]} children @param {Attributes} [more] */
function rowHead(children, more = {}) {
  return make("th", { scope: "row", role: "rowheader", ...more }, ...children);
}

/** @param {number} at @param {Attributes} [more] */
function bodyLink(at, more = {}) {
  const { name, category } = model.bodies[at];
  return make("a", { href: address({ view: "body", body: at, category }), ...more }, make("bdi", {}, tell(name)));
}

const lowest = Math.min(0, ...model.bodies.flatMap((body) => [body.score ?? 0, ...body.parts.map((part) => part[0] ?? 0)]));
const highest = Math.max(model.about.top, ...model.bodies.flatMap((body) => [body.score ?? 0, ...body.parts.map((part) => part[0] ?? 0)]));

/** @param {number} score in percent of the width of a drawing */
function across(score) {
  return 100 * (score - lowest) / (highest - lowest || 1);
}

/** @param {number | null | undefined} score @param {string} [kind] */
function bar(score, kind = "fill") {
  const known = score !== null && score !== undefined && !Number.isNaN(score);
  const [from, to] = known ? [across(Math.min(score, 0)), across(Math.max(score, 0))] : [0, 0];
  return draw("svg", { class: "bar", "aria-hidden": "true" },
    draw("rect", { class: "track", width: "100%", height: 8, rx: 2 }),
    draw("rect", { class: kind, x: `${from}%`, width: `${to - from}%`, height: 8, rx: 2 }));
}

/** @param {Organisation} body @param {number} height */
function strip(body, height) {
  const all = body.ranked || 1;
  const middle = height / 2;
  /** @param {number[] | null} span @param {string} kind @param {number} thick */
  const part = (span, kind, thick) => span && draw("rect", {
    class: kind, x: `${100 * (span[0] - 1) / all}%`, width: `${100 * (span[1] - span[0] + 1) / all}%`,
    y: middle - thick / 2, height: thick, rx: 2,
  });
  return [
    draw("line", { class: "rule", x1: 0, x2: "100%", y1: middle, y2: middle }),
    part(body.draws.both, "pale", height > 20 ? 12 : 8), part(body.draws.method, "fill", height > 20 ? 12 : 8),
    body.rank ? draw("circle", { class: "dot", cx: `${100 * (body.rank - 0.5) / all}%`, cy: middle, r: height > 20 ? 6 : 4.5 }) : null,
  ];
}

/** @param {Organisation} body */
function drawsAlt(body) {
  return say("draws.alt", {
    rank: place(body.rank), ranked: number(body.ranked), both: range(body.draws.both, place), method: range(body.draws.method, place),
  });
}

/* ---- ranking ---- */

/** @param {Organisation} body @returns {string} a tie is marked */
function placeOf(body) {
  if (body.rank === null) return "–";
  const tied = model.bodies.filter((each) => each.category === body.category && each.rank === body.rank).length > 1;
  return (tied ? "=" : "") + place(body.rank);
}

/** @returns {number[]} bodies of the category in the order asked for; what is missing stands last */
function sortedBodies() {
  const column = state.sort.replace(/^-/, "");
  const turn = state.sort.startsWith("-") ? -1 : 1;
  const own = model.bodies.map((_, at) => at).filter((at) => model.bodies[at].category === state.category);
  const alphabet = new Map(model.orders[state.lang].map((at, order) => [at, order]));
  /** @type {Record<string, (body: Organisation, at: number) => number | null | undefined>} */
  const keys = {
    rank: (body) => body.rank, name: (_, at) => alphabet.get(at), score: (body) => body.score,
    interval: (body) => body.draws.both && body.draws.both[0] + body.draws.both[1] / 1000,
    change: (body) => body.change && body.change[0], services: (body) => body.services,
  };
  const key = keys[column];
  return own.sort((a, b) => {
    const [one, other] = [key(model.bodies[a], a) ?? NaN, key(model.bodies[b], b) ?? NaN];
    if (Number.isNaN(one) || Number.isNaN(other)) return Number(Number.isNaN(one)) - Number(Number.isNaN(other)) || a - b;
    return turn * (one - other) || a - b;
  });
}

function showRanking() {
  const changes = model.bodies.some((body) => body.change);
  const draws = model.bodies.some((body) => body.draws.both);
  const columns = COLUMNS.filter((column) => (column !== "change" || changes) && (column !== "interval" || draws));
  const column = state.sort.replace(/^-/, "");
  const falls = state.sort.startsWith("-");
  const label = { category: tell(model.categories[state.category]), label: tell(model.about.label) };
  const head = columns.map((each) => {
    const large = ["score", "change", "services"].includes(each);
    const next = each === column ? (falls ? each : `-${each}`) : large ? `-${each}` : each;
    const button = press("button", () => { go({ sort: next }); hear(say("ranking.sorted", { column: title(each) })); },
      { type: "button", "data-key": `sort-${each}` }, title(each));
    return make("th", {
      scope: "col", role: "columnheader", class: `${kindOf(each)} ${each}`,
      "aria-sort": each === column ? (falls ? "descending" : "ascending") : null,
    }, button);
  });
  const rows = sortedBodies().map((at) => row(columns.map((each) => rankingCell(each, at))));
  return [
    categoryChoices(),
    make("table", { class: "ranking", role: "table" }, make("caption", {}, say("ranking.caption", label)),
      make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...head)), make("tbody", { role: "rowgroup" }, ...rows)),
    make("div", { class: "note" },
      draws ? make("p", {}, say("interval.means")) : null,
      changes ? make("p", {}, say("change.means")) : null,
      model.bodies.some((body) => body.rank === null) ? make("p", {}, say("no_place.means", { n: number(model.method.minServices) })) : null),
  ];
}

/** @param {string} column */
function title(column) {
  return say(column === "rank" ? "place" : column);
}

/** @param {string} column */
function kindOf(column) {
  return ["change", "services"].includes(column) ? "number" : "";
}

/** @param {string} column @param {number} at */
function rankingCell(column, at) {
  const body = model.bodies[at];
  if (column === "rank") return cell("rank", [placeOf(body)]);
  if (column === "name") return rowHead([bodyLink(at, { "data-key": `body-${body.id}` })]);
  if (column === "score") return cell("score", [make("div", { class: "measure" }, make("span", { class: "number" }, points(body.score)), bar(body.score))]);
  if (column === "services") return cell("number services", [number(body.services)], { "data-name": say("services") });
  if (column === "change") {
    return cell("number change", [make("span", { class: body.change && !body.change[1] ? "maybe" : "" },
      number(body.change && body.change[0], model.about.decimals, true))]);
  }
  return cell("interval", [make("div", { class: "measure" },
    draw("svg", { class: "bar", "aria-hidden": "true" }, ...strip(body, 8)), make("span", { class: "number" }, range(body.draws.both, place)))]);
}

/* ---- profile ---- */

/** @param {Organisation} body */
function standing(body) {
  const category = tell(model.categories[body.category]);
  return body.rank === null ? say("body.no_place", { category })
    : say("body.category", { category, rank: placeOf(body), ranked: number(body.ranked) });
}

function showBody() {
  const body = model.bodies[state.body];
  if (!body) return [];
  one("#body-title").replaceChildren(make("bdi", {}, tell(body.name)));
  document.title = `${tell(body.name)} – ${tell(model.about.title)}`;
  const alike = model.bodies.map((_, at) => at).filter((at) => model.bodies[at].category === body.category);
  const at = alike.indexOf(state.body);
  const rival = alike[at - 1] ?? alike[at + 1] ?? (state.body ? 0 : 1);
  /** @param {number | undefined} near @param {string} text */
  const step = (near, text) => near === undefined ? null
    : make("a", { href: address({ view: "body", body: near }), "data-key": text }, say(text, { body: tell(model.bodies[near].name) }));
  const figures = [
    [points(body.score), say("score")], [body.rank === null ? "–" : say("rank_of", { rank: placeOf(body), ranked: number(body.ranked) }), say("place")],
    body.draws.both ? [range(body.draws.both, place), say("interval")] : null,
    body.change ? [number(body.change[0], model.about.decimals, true), say("change")] : null, [number(body.services), say("services")],
  ];
  return [
    make("p", { class: "soft" }, standing(body)),
    make("p", { class: "steps" }, step(alike[at - 1], "body.before"), step(alike[at + 1], "body.after"),
      model.bodies[rival] ? make("a", { href: address({ view: "compare", other: rival }), "data-key": "to-compare" },
        say("body.compare", { body: tell(model.bodies[rival].name) })) : null),
    make("ul", { class: "numbers" }, ...figures.map((figure) => figure && make("li", {}, make("b", {}, figure[0]), make("span", {}, figure[1])))),
    changedWeights() ? make("p", { class: "soft" }, say("body.nominal")) : null,
    body.rank === null ? null : block("body.draws", ...drawsBlock(body)),
    model.parts.length ? block("body.parts", ...partsBlock(body)) : null,
    block("body.first", ...firstBlock(body)), block("body.lowest", ...lowestBlock(body)), block("body.history", ...historyBlock(body)),
    body.suggested.length ? block("body.suggested", make("p", { class: "soft" }, say("body.suggested.text")),
      make("ul", { class: "plain" }, ...body.suggested.map(([name, n, others]) => make("li", {}, make("bdi", {}, tell(name)),
        make("span", {}, say("body.suggested.of", { n: number(n), others: number(others) })))))) : null,
  ];
}

/** @param {string} key @param {Child[]} children */
function block(key, ...children) {
  return make("div", { class: "block" }, make("h3", {}, say(key)), ...children);
}

/** @param {Organisation} body */
function drawsBlock(body) {
  if (!body.draws.both) return [make("p", { class: "soft" }, say("body.draws.none"))];
  const ends = [draw("text", { x: 0, y: 42 }, "1"), draw("text", { x: "100%", y: 42, "text-anchor": "end" }, number(body.ranked))];
  return [
    draw("svg", { class: "strip", role: "img", "aria-label": drawsAlt(body) }, ...strip(body, 26), ...ends),
    make("p", {}, say("body.draws.text", {
      rank: placeOf(body), ranked: number(body.ranked), both: range(body.draws.both, place),
      method: range(body.draws.method, place), score: range(body.draws.score, points),
    })),
    make("p", { class: "soft" }, say("body.draws.how")),
  ];
}

/** @param {Organisation} body */
function partsBlock(body) {
  const all = model.parts.reduce((sum, part) => sum + part.weight, 0);
  const most = model.parts.map((part) => model.about.top * part.weight / all);
  const widest = Math.max(...most, ...body.parts.map((part) => part[1] ?? 0)) || 1;
  const plain = model.method.power !== 1 || lowest < 0;
  const means = model.means[body.category].parts;
  const rows = model.parts.map((part, at) => {
    const [score, brings] = body.parts[at];
    const mean = means[at];
    /** @param {number} value */
    const wide = (value) => `${Math.max(0, 100 * value / widest)}%`;
    const drawing = draw("svg", { class: "bar", style: "height: 18px", "aria-hidden": "true" },
      plain ? null : draw("rect", { class: "frame", width: wide(Math.max(most[at], brings ?? 0)), height: 18, rx: 2 }),
      draw("rect", { class: "fill", width: wide(brings ?? 0), height: 18, rx: 2 }),
      plain || mean === null ? null : draw("line", { class: "mean", x1: wide(mean / model.about.top * most[at]), x2: wide(mean / model.about.top * most[at]), y1: -3, y2: 21 }));
    return row([
      rowHead([tell(part.name)]), cell("wide full", [drawing]),
      cell("number", [plain ? points(brings) : say("part.of", { points: points(brings), most: points(most[at]) })], { "data-name": say("part.points") }),
      cell("number", [points(score)], { "data-name": say("part.score") }), cell("number", [points(mean)], { "data-name": say("part.mean") }),
    ]);
  });
  return [
    make("p", { class: "soft" }, say(plain ? "body.parts.plain" : "body.parts.text")),
    table("stack parts", "", [[say("part"), ""], ["", "wide"], [say("part.points"), "number"], [say("part.score"), "number"], [say("part.mean"), "number"]], rows),
  ];
}

/** @param {Organisation} body */
function firstBlock(body) {
  const [next] = body.next;
  let told = body.rank === 1 ? say("body.next.first") : say("body.next.none");
  if (next && next[2] !== null && ["proved", "proved_among", "not_proved"].includes(next[3])) {
    told = say(next[3] === "proved" ? "body.next.least" : "body.next.found",
      { needed: number(next[1], Math.max(2, model.about.decimals)), rival: tell(next[0]), answers: number(next[2]) });
  }
  const most = Math.max(...body.first.map((one) => one[2] ?? 0)) || 1;
  const rows = body.first.map(([item, services, gain]) => row([
    rowHead([tell(model.items[item])], { class: "full" }),
    cell("wide full", [draw("svg", { class: "bar", "aria-hidden": "true" }, draw("rect", { class: "fill", width: `${100 * (gain ?? 0) / most}%`, height: 8, rx: 2 }))]),
    cell("number", [number(services)], { "data-name": say("item.services") }),
    cell("number", [number(gain, 2, true)], { "data-name": say("item.gain") }),
  ]));
  return [
    make("p", {}, told),
    make("p", { class: "soft" }, say(rows.length ? "body.first.text" : "body.first.none")),
    rows.length ? table("stack first", "", [[say("item"), ""], ["", "wide"], [say("item.services"), "number"], [say("item.gain"), "number"]], rows) : null,
  ];
}

/** @param {Organisation} body */
function lowestBlock(body) {
  const rows = body.lowest.map(([service, score, item, cost]) => row([
    rowHead([tell(service)]),
    cell("score", [make("div", { class: "measure" }, make("span", { class: "number" }, points(score)), bar(score))]),
    cell("full soft", [item === null ? "–" : `${tell(model.items[item])} (${number(cost, model.about.decimals, true)})`], { "data-name": say("service.item") }),
  ]));
  if (!rows.length) return [make("p", { class: "soft" }, say("body.lowest.none"))];
  return [make("p", { class: "soft" }, say("body.lowest.text")),
    table("stack lowest", "", [[say("service"), ""], [say("score"), "score"], [say("service.item"), ""]], rows)];
}

/** @param {Organisation} body */
function historyBlock(body) {
  const known = scoresOf(body);
  if (known.filter((score) => score !== null).length < 2) return [make("p", { class: "soft" }, say("body.history.one"))];
  const means = new Map(model.means[body.category].editions);
  const mean = model.editions.map((edition) => means.get(edition.year) ?? null);
  const rows = model.editions.map((edition, at) => {
    const own = body.history.find((each) => each[0] === edition.year);
    return row([rowHead([tell(edition.label)]), cell("number", [points(known[at])]),
      cell("number", [own && own[2] !== null ? say("rank_of", { rank: place(own[2]), ranked: number(own[3]) }) : "–"]), cell("number", [points(mean[at])])]);
  });
  return [
    make("p", { class: "soft" }, say("body.history.text")),
    later((width) => lines(width, [[mean, "grey", ""], [known, "line", "strong"]])),
    make("details", {}, make("summary", {}, say("body.history.table")), table("", "", [[say("edition"), ""], [say("score"), "number"],
      [say("place"), "number"], [say("part.mean"), "number"]], rows)),
  ];
}

/** @param {Organisation} body @returns {(number | null)[]} its score in each edition */
function scoresOf(body) {
  const scores = new Map(body.history.map((each) => [each[0], each[1]]));
  return model.editions.map((edition) => scores.get(edition.year) ?? null);
}

/**
 * Lines over the editions, broken where two do not compare; numbers stand at the points.
 * @param {number} wide
 * @param {[(number | null)[], string, string][]} series scores, class of the line, of its numbers
 */
function lines(wide, series) {
  const width = Math.max(240, wide);
  const height = 210;
  const all = series.flatMap(([scores]) => scores).filter((score) => score !== null);
  const low = Math.min(...all);
  const high = Math.max(...all);
  const count = model.editions.length;
  /** @param {number} at */
  const x = (at) => 24 + (width - 48) * (count > 1 ? at / (count - 1) : 0.5);
  /** @param {number} score */
  const y = (score) => height - 46 - (height - 84) * (high > low ? (score - low) / (high - low) : 0.5);
  const told = series.filter(([, , kind]) => kind);
  const apart = (width - 48) / Math.max(1, count - 1);
  /** @param {number} at @param {number} room @returns {boolean} whether a text of that width fits here; the last one always stands */
  const fits = (at, room) => (count - 1 - at) % Math.ceil(room / apart) === 0;
  const alt = say("body.history.alt", {
    series: told.map(([scores]) => scores.map((score, at) => score === null ? "" : `${tell(model.editions[at].label)}: ${points(score)}`).filter(Boolean).join("; ")).join(" | "),
  });
  const drawing = draw("svg", { width, height, role: "img", "aria-label": alt });
  model.editions.forEach((edition, at) => {
    if (at && !edition.comparable) {
      const middle = (x(at) + x(at - 1)) / 2;
      drawing.append(draw("line", { class: "cut", x1: middle, x2: middle, y1: 8, y2: height - 30 }));
    }
    if (!fits(at, 74)) return;
    const end = at === count - 1 && count > 1;
    drawing.append(draw("text", { x: end ? x(at) + 20 : x(at), y: height - 6, "text-anchor": end ? "end" : at ? "middle" : "start", dx: at ? 0 : -20 }, tell(edition.label)));
  });
  for (const [scores, kind, strong] of series) {
    let path = "";
    scores.forEach((score, at) => {
      if (score === null) return;
      const joined = at > 0 && scores[at - 1] !== null && model.editions[at].comparable;
      path += `${joined ? "L" : "M"}${x(at).toFixed(1)} ${y(score).toFixed(1)}`;
    });
    drawing.append(draw("path", { class: kind, d: path }));
    scores.forEach((score, at) => {
      if (score === null) return;
      if (!strong) { drawing.append(draw("circle", { cx: x(at), cy: y(score), r: 2, style: "fill: var(--soft)" })); return; }
      const others = series.filter(([other]) => other !== scores).map(([other]) => other[at]);
      const above = others.every((other) => other === null || other === undefined || other <= score);
      drawing.append(draw("circle", { class: `dot ${kind === "line" ? "dot1" : "dot2"}`, cx: x(at), cy: y(score), r: 4 }));
      if (!fits(at, 38)) return;
      drawing.append(draw("text", { class: strong, x: x(at), y: y(score) + (above ? -11 : 21), "text-anchor": "middle" }, number(score, Math.min(1, model.about.decimals))));
    });
  }
  return drawing;
}

/* ---- two bodies ---- */

function showCompare() {
  const [first, second] = [model.bodies[state.body], model.bodies[state.other]];
  if (!first || !second || model.bodies.length < 2) return [make("p", {}, say("compare.one"))];
  const list = findable(true);
  const two = [
    picker("first", say("compare.first"), tell(first.name), list, (found) => go({ body: found.at })),
    picker("second", say("compare.second"), tell(second.name), list, (found) => go({ other: found.at })),
  ];
  const axis = axisOf([first, second]);
  const gap = first.score === null || second.score === null ? null : first.score - second.score;
  /** @param {string} key @param {(body: Organisation) => string} form @param {string} [difference] */
  const line = (key, form, difference = "") => row([rowHead([say(key)]), cell("wide full", []),
    cell("number one", [form(first)], { "data-name": tell(first.name) }), cell("number other", [form(second)], { "data-name": tell(second.name) }),
    cell("number", [difference], difference ? { "data-name": say("compare.difference") } : {})]);
  const rows = [
    row([rowHead([say("score")]), cell("wide full", [dumbbell(first.score, second.score, axis)]), ...pairOf(first.score, second.score)]),
    line("place", (body) => body.rank === null ? "–" : say("rank_of", { rank: placeOf(body), ranked: number(body.ranked) })),
    first.draws.both || second.draws.both ? line("interval", (body) => range(body.draws.both, place)) : null,
    line("services", (body) => number(body.services)),
  ];
  const parts = model.parts.map((part, at) => {
    const [one, other] = [first.parts[at][0], second.parts[at][0]];
    return row([rowHead([tell(part.name)]), cell("wide full", [dumbbell(one, other, axis)]), ...pairOf(one, other)]);
  });
  /** @returns {[Child, string][]} */
  const heads = () => [
    [make("span", { class: "heard" }, say("part")), ""], [make("span", { class: "axis" }, make("span", {}, number(axis[0])), make("span", {}, number(axis[1]))), "wide"],
    [bodyLink(state.body, { class: "one" }), "number"], [bodyLink(state.other, { class: "other" }), "number"], [say("compare.difference"), "number"],
  ];
  /** @type {[Child, string][]} */
  const again = [[make("span", { class: "heard" }, say("part")), ""], ["", "wide"], [tell(first.name), "number"], [tell(second.name), "number"], [say("compare.difference"), "number"]];
  const over = [first, second].map(scoresOf);
  return [
    make("div", { class: "two" }, two[0], press("button", () => go({ body: state.other, other: state.body }),
      { type: "button", class: "button", "data-key": "swap", "aria-label": say("compare.swap"), title: say("compare.swap") }, "⇄"), two[1]),
    first.category === second.category ? null : make("p", { class: "soft" }, say("compare.apart")),
    make("p", { class: "said" }, compared(first, second, gap)),
    table("stack two-bodies", say("compare.caption", { label: tell(model.about.label) }), heads(), rows.filter((each) => each !== null)),
    parts.length ? make("div", {}, make("h3", { class: "next" }, say("compare.parts")), table("stack two-bodies again", "", again, parts)) : null,
    over.some((scores) => scores.filter((score) => score !== null).length > 1)
      ? block("compare.history", make("p", { class: "soft" }, 
        make("span", { class: "legend" }, make("span", { class: "swatch", "aria-hidden": "true" }), make("bdi", {}, tell(first.name))),
        make("span", { class: "legend" }, make("span", { class: "swatch second", "aria-hidden": "true" }), make("bdi", {}, tell(second.name)))),
      later((width) => lines(width, [[over[0], "line", "strong"], [over[1], "line2", "strong2"]]))) : null,
  ];
}

/** @param {Organisation} first @param {Organisation} second @param {number | null} gap */
function compared(first, second, gap) {
  if (gap === null) return "";
  if (Math.abs(gap) < 10 ** -model.about.decimals / 2) return say("compare.level");
  const [ahead, behind] = gap > 0 ? [first, second] : [second, first];
  const gaps = model.parts.map((_, at) => (ahead.parts[at][1] ?? 0) - (behind.parts[at][1] ?? 0));
  const most = gaps.indexOf(Math.max(...gaps));
  if (most < 0) return "";
  return say("compare.sentence", {
    ahead: tell(ahead.name), points: points(Math.abs(gap)), part: tell(model.parts[most].name),
    difference: number(gaps[most], model.about.decimals, true),
  });
}

/** @param {number | null} one @param {number | null} other */
function pairOf(one, other) {
  const gap = one === null || other === null ? null : one - other;
  return [cell("number one", [points(one)], { "data-name": tell(model.bodies[state.body].name) }),
    cell("number other", [points(other)], { "data-name": tell(model.bodies[state.other].name) }),
    cell("number", [number(gap, model.about.decimals, true)], { "data-name": say("compare.difference") })];
}

/** @param {Organisation[]} bodies @returns {[number, number]} round numbers around their scores */
function axisOf(bodies) {
  const scores = bodies.flatMap((body) => [body.score, ...body.parts.map((part) => part[0])]).filter((score) => score !== null);
  if (!scores.length) return [lowest, highest];
  const step = (highest - lowest) / 10;
  const low = step * Math.floor(Math.min(...scores) / step);
  return [low, Math.max(low + step, step * Math.ceil(Math.max(...scores) / step))];
}

/** @param {number | null} one @param {number | null} other @param {[number, number]} axis */
function dumbbell(one, other, [low, high]) {
  /** @param {number} score */
  const x = (score) => `${100 * (score - low) / (high - low)}%`;
  return draw("svg", { class: "bar", style: "height: 14px", "aria-hidden": "true" },
    draw("line", { class: "rule", x1: 0, x2: "100%", y1: 7, y2: 7 }),
    one === null || other === null ? null : draw("line", { class: "grey", x1: x(one), x2: x(other), y1: 7, y2: 7, style: "stroke-width: 3" }),
    other === null ? null : draw("circle", { class: "dot dot2", cx: x(other), cy: 7, r: 6.5 }),
    one === null ? null : draw("circle", { class: "dot dot1", cx: x(one), cy: 7, r: 6.5 }));
}

/* ---- weights ---- */

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
const total = model.parts.reduce((sum, part) => sum + part.weight, 0);
const shares = model.parts.map((part) => 100 * part.weight / total);
const far = Math.min(100, Math.max(40, 10 * Math.ceil(Math.max(0, ...shares) / 5)));
/** Categories whose order was announced. */
const announced = new Set(model.bodies.filter((body) => body.announced !== undefined).map((body) => body.category));

/** @param {State} [of] */
function weightsOf(of = state) {
  return of.weights.map((weight, at) => weight ?? shares[at]);
}

function changedWeights() {
  return state.weights.some((weight) => weight !== null) || state.choice !== model.method.notApplicable;
}

/** @param {Organisation} body the place that moves are told against */
function basis(body) {
  return announced.has(body.category) ? body.announced ?? null : body.rank;
}

/** @type {Placed | null} */
let placed = null;

function showWeights() {
  if (model.method.refused) return [make("p", {}, say(`weights.refused.${model.method.refused}`))];
  placed = null;
  const even = 100 / model.parts.length;
  const form = make("form", {},
    make("p", { class: "soft" }, say("weights.text")),
    make("div", { class: "buttons" },
      press("button", () => weigh(model.parts.map(() => null)), { type: "button", class: "button", id: "own", "data-key": "own" }, say("weights.own")),
      press("button", () => weigh(model.parts.map(() => even)), { type: "button", class: "button", id: "even", "data-key": "even" }, say("weights.equal"))),
    make("fieldset", {}, make("legend", {}, say("weights.legend")), ...model.parts.map((part, at) => slider(part.name, at))),
    choices());
  form.addEventListener("submit", (event) => event.preventDefault());
  const list = make("div", { class: "list" });
  const name = tell(model.categories[state.category]);
  const caption = `${say("weights.caption", { category: name })}. ${say(announced.has(state.category) ? "weights.announced" : "weights.nominal")}`;
  list.append(table("weighed", caption, [[say("place"), "rank"], [say("name"), ""], [say("score"), "score"], [say("weights.move"), "move"]],
    model.bodies.flatMap((body, at) => body.category === state.category ? [weighedRow(at)] : [])));
  const bench = make("div", { class: "bench" }, make("p", { class: "outcome", id: "outcome" }), form, list);
  rerank(bench, false);
  return [categoryChoices(), bench];
}

/** @param {Name} name @param {number} at */
function slider(name, at) {
  const input = /** @type {HTMLInputElement} */ (make("input", {
    type: "range", min: 0, max: far, step: 1, id: `weight-${at}`, "data-key": `weight-${at}`, "aria-describedby": `own-${at}`,
  }));
  input.value = String(state.weights[at] ?? shares[at]);
  input.addEventListener("input", () => {
    state.weights[at] = Number(input.value);
    rerank(document, false);
  });
  input.addEventListener("change", () => { rerank(document, true); keep(input.id); });
  return make("div", { class: "slider" },
    make("output", { id: `share-${at}`, for: `weight-${at}` }), make("label", { for: `weight-${at}` }, tell(name)), input,
    make("span", { id: `own-${at}`, class: "heard" }, say("weights.method", { own: percent(shares[at]) })));
}

/** @param {number} value */
function percent(value) {
  return `${number(value, 1)}%`;
}

function choices() {
  const { choices: known } = model.scores;
  if (known.length < 2) return make("p", { class: "soft" }, say("weights.na.same"));
  return make("fieldset", {}, make("legend", {}, say("weights.na")), ...known.map((choice, at) => {
    const input = /** @type {HTMLInputElement} */ (make("input", { type: "radio", name: "na", id: `na-${choice}`, "data-key": `na-${choice}` }));
    input.checked = at === state.choice;
    input.addEventListener("change", () => { state.choice = at; rerank(document, true); keep("choice"); });
    return make("label", { class: "radio", for: `na-${choice}` }, input,
      say(`weights.na.${choice}`) + (at === model.method.notApplicable ? ` ${say("weights.na.own")}` : ""));
  }));
}

let waits = 0;
let lastKept = "";

/**
 * Puts the state into the address, once a hand rests: browsers limit how often. Going back undoes
 * all that was done to one control.
 * @param {string} control
 */
function keep(control) {
  showLinks();
  window.clearTimeout(waits);
  waits = window.setTimeout(() => {
    const next = address();
    if (next === window.location.hash) return;
    if (control === lastKept) window.history.replaceState(null, "", next);
    else window.history.pushState(null, "", next);
    lastKept = control;
  }, 200);
}

/** The links of the page carry the state as it is now. */
function showLinks() {
  for (const view of VIEWS) one(`[data-key="view-${view}"]`).setAttribute("href", address({ view }));
  model.categories.forEach((_, category) => one(`#weights [data-key="category-${category}"]`)?.setAttribute("href", address({ category })));
  for (const link of document.querySelectorAll("#weights tbody a")) {
    const at = Number(link.getAttribute("data-at"));
    link.setAttribute("href", address({ view: "body", body: at }));
  }
}

/** @param {(number | null)[]} weights */
function weigh(weights) {
  state.weights = weights;
  weights.forEach((weight, at) => {
    const input = /** @type {HTMLInputElement} */ (one(`#weight-${at}`));
    input.value = String(weight ?? shares[at]);
  });
  rerank(document, true);
  keep(String(weights[0]));
}

/** @param {number} at */
function weighedRow(at) {
  return row([cell("rank", [""]), rowHead([bodyLink(at, { "data-at": at, "data-key": `weighed-${at}` })]),
    cell("score", [make("div", { class: "measure" }, make("span", { class: "number" }), bar(null))]), cell("move", [""])], { "data-row": at });
}

/**
 * Places the bodies anew under the weights of the state and shows what moved.
 * @param {ParentNode} inside
 * @param {boolean} aloud whether who listens is told
 */
function rerank(inside, aloud) {
  const weights = weightsOf();
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const outcome = one("#outcome", inside);
  weights.forEach((weight, at) => {
    const [own, now] = [percent(shares[at]), sum > 0 ? percent(100 * weight / sum) : "–"];
    one(`#share-${at}`, inside).replaceChildren(...(own === now ? [] : [make("small", {}, `${own} → `)]), now);
    one(`#weight-${at}`, inside).setAttribute("aria-valuetext", now);
  });
  one("#own", inside).setAttribute("aria-pressed", String(!changedWeights() || state.weights.every((weight) => weight === null)));
  one("#even", inside).setAttribute("aria-pressed", String(state.weights.every((weight) => weight === weights[0] && weight !== null)));
  if (!(sum > 0)) {
    outcome.textContent = say("weights.zero");
    if (aloud) hear(say("weights.zero"));
    return;
  }
  placed = placeBodies(fields[state.choice], weights, model.method);
  const told = sentence(placed);
  outcome.textContent = told;
  if (aloud) hear(told);
  order(inside, placed);
}

/** @param {Placed} found @param {number} at @returns {number} places climbed; NaN where there is none */
function climbed(found, at) {
  return (basis(model.bodies[at]) ?? NaN) - found.rank[at];
}

/** @param {Placed} found */
function sentence(found) {
  const own = model.bodies.map((_, at) => at).filter((at) => model.bodies[at].category === state.category && !Number.isNaN(climbed(found, at)));
  const moved = own.filter((at) => climbed(found, at) !== 0);
  if (!moved.length) return say("weights.still", { all: number(own.length) });
  const most = moved.reduce((best, at) => Math.abs(climbed(found, at)) > Math.abs(climbed(found, best)) ? at : best);
  return say("weights.told", {
    moved: number(moved.length), all: number(own.length), body: tell(model.bodies[most].name),
    before: place(basis(model.bodies[most])), now: place(found.rank[most]),
  });
}

/** @param {HTMLElement} element @param {string} text nothing is drawn anew where it stands already */
function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Sorts the rows in place; they slide.
 * @param {ParentNode} inside
 * @param {Placed} found
 */
function order(inside, found) {
  const rows = /** @type {HTMLElement[]} */ ([...inside.querySelectorAll(".weighed tbody tr")]);
  const last = model.bodies.length + 1;
  const sorted = rows.map((each, at) => ({ each, at, body: Number(each.dataset.row) })).sort((one, other) =>
    (found.rank[one.body] || last) - (found.rank[other.body] || last) || one.body - other.body);
  const slides = inside === document && sorted.some(({ at }, now) => at !== now)
    && matchMedia("(prefers-reduced-motion: no-preference)").matches;
  const before = slides ? rows.map((each) => each.offsetTop) : [];
  const tied = new Map();
  for (const { body } of sorted) tied.set(found.rank[body], (tied.get(found.rank[body]) ?? 0) + 1);
  for (const { each, body } of sorted) {
    const rank = found.rank[body];
    const [rankCell, , scoreCell, moveCell] = /** @type {HTMLElement[]} */ ([...each.children]);
    put(rankCell, Number.isNaN(rank) ? "–" : (tied.get(rank) > 1 ? "=" : "") + place(rank));
    put(one(".number", scoreCell), points(found.score[body]));
    const drawn = scoreCell.querySelector(".fill");
    drawn?.setAttribute("x", `${across(Math.min(found.score[body] || 0, 0))}%`);
    drawn?.setAttribute("width", `${Math.abs(across(found.score[body] || 0) - across(0))}%`);
    const places = String(climbed(found, body));
    if (moveCell.dataset.places !== places) moveCell.replaceChildren(...move(Number(places), basis(model.bodies[body])));
    moveCell.dataset.places = places;
  }
  if (sorted.some(({ at }, now) => at !== now)) {
    const held = document.activeElement;
    sorted[0].each.parentElement?.append(...sorted.map(({ each }) => each));
    if (held instanceof HTMLElement && held !== document.activeElement) held.focus({ preventScroll: true });
  }
  if (!slides) return;
  const after = rows.map((each) => each.offsetTop);
  rows.forEach((each, at) => {
    each.classList.remove("slides");
    each.style.transform = before[at] === after[at] ? "" : `translateY(${before[at] - after[at]}px)`;
  });
  requestAnimationFrame(() => rows.forEach((each) => {
    each.classList.add("slides");
    each.style.transform = "";
  }));
}

/** @param {number} places @param {number | null} before @returns {Child[] & (Node | string)[]} */
function move(places, before) {
  if (Number.isNaN(places)) return ["–"];
  if (places === 0) return [make("span", { class: "heard" }, say("weights.same"))];
  const told = say(places > 0 ? "weights.up" : "weights.down", { n: place(Math.abs(places)), before: place(before) });
  return [make("span", { class: places > 0 ? "up" : "down", "aria-hidden": "true" }, `${places > 0 ? "▲" : "▼"} ${place(Math.abs(places))}`,
    make("small", {}, say("weights.was", { n: place(before) }))), make("span", { class: "heard" }, told)];
}

/* ---- start ---- */

for (const [place, lang] of LANGUAGES.entries()) one(`#${lang}`).addEventListener("click", () => go({ lang: place }));
for (const theme of ["light", "dark"]) one(`#${theme}`).addEventListener("click", () => go({ theme }));
one(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  one("#main").focus();
});
let wide = window.innerWidth;
window.addEventListener("resize", () => {
  if (window.innerWidth !== wide) show();
  wide = window.innerWidth;
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
window.addEventListener("hashchange", arrive);
window.addEventListener("popstate", () => { if (window.location.hash !== address()) arrive(); });
state = read(window.location.hash);
show();
if (window.location.hash && window.location.hash !== address()) {
  window.history.replaceState(null, "", address());
  window.addEventListener("load", () => window.scrollTo(0, 0)); // `#az` names an element too
}
