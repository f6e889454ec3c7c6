// Tables and other blocks that several views are built of.

/** @typedef {[Child, string, Attributes?]} Column heading, class and more of its cell */

/**
 * A table; on a narrow page its rows stack, so the roles are told outright.
 * @param {string} name
 * @param {string} caption
 * @param {Column[]} columns
 * @param {HTMLElement[]} rows
 */
function table(name, caption, columns, rows) {
  return make("table", { class: name, role: "table" }, caption ? make("caption", {}, caption) : null,
    make("thead", { role: "rowgroup" }, row(columns.map(columnHead))),
    make("tbody", { role: "rowgroup" }, ...rows));
}

/** @param {Column} column one without a heading holds drawings */
function columnHead([title, kind, more = {}]) {
  const told = title instanceof Node ? title : title ? make("span", {}, title) : make("span", { class: "heard" }, say("chart"));
  return make("th", { scope: "col", role: "columnheader", class: kind, ...more }, told);
}

/** @param {Child[]} cells @param {Attributes} [more] */
function row(cells, more = {}) {
  return make("tr", { role: "row", ...more }, ...cells);
}

/** @param {Child} child @param {string | null} [kind] */
function rowHead(child, kind = null) {
  return make("th", { scope: "row", role: "rowheader", class: kind }, child);
}

/** @param {string} kind @param {Child} child @param {string | null} [label] what heads it where rows stack */
function cell(kind, child, label = null) {
  return make("td", { class: kind, role: "cell", "data-name": label }, child);
}

/** @param {string} text @param {number | null} score */
function scoreCell(text, score) {
  return cell("score", make("div", { class: "measure" }, make("span", { class: "number" }, text), bar(score)));
}

/** @param {number} at @param {Attributes} [more] */
function bodyLink(at, more = {}) {
  const { name, category } = model.bodies[at];
  return make("a", { href: address({ view: "body", body: at, category }), ...more }, make("bdi", {}, tell(name)));
}

/** @param {string} key @param {Child[]} children */
function block(key, ...children) {
  return make("div", { class: "block" }, make("h3", {}, say(key)), ...children);
}

function categoryChoices() {
  if (model.categories.length < 2) return null;
  return make("nav", { class: "choices", "aria-label": say("category") }, ...model.categories.map((name, category) =>
    make("a", {
      href: address({ category }), "data-key": `category-${category}`,
      "aria-current": category === state.category ? "true" : null,
    }, tell(name))));
}
