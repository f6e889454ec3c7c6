// Elements of the page. Texts and names become text nodes, never elements.

/** @typedef {Node | string | null} Child */
/** @typedef {Record<string, string | number | boolean | null>} Attributes */

const SVG = /** @type {HTMLTemplateElement} */ (one("#drawing")).content.firstElementChild?.namespaceURI;

/**
 * @param {string} selector
 * @param {ParentNode} [inside]
 * @returns {HTMLElement}
 */
function one(selector, inside = document) {
  return /** @type {HTMLElement} */ (inside.querySelector(selector));
}

/**
 * @param {string} selector
 * @param {ParentNode} [inside]
 * @returns {HTMLElement[]}
 */
function every(selector, inside = document) {
  return [.../** @type {NodeListOf<HTMLElement>} */ (inside.querySelectorAll(selector))];
}

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
  return fill(document.createElementNS(SVG ?? null, tag), attributes, children);
}

/**
 * An input; what it holds and what it does are set by who asks for it.
 * @param {string} id
 * @param {Attributes} attributes
 */
function field(id, attributes) {
  return /** @type {HTMLInputElement} */ (make("input", { id, "data-key": id, ...attributes }));
}

/**
 * @param {string} key names it when the page is drawn anew
 * @param {() => void} act
 * @param {Attributes} attributes
 * @param {string} text
 */
function button(key, act, attributes, text) {
  const element = make("button", { type: "button", "data-key": key, ...attributes }, text);
  element.addEventListener("click", act);
  return element;
}

/** @param {string} selector @param {boolean} on @param {ParentNode} [inside] */
function press(selector, on, inside = document) {
  one(selector, inside).setAttribute("aria-pressed", String(on));
}

/** @param {string} text for who listens; repeated texts are told once */
function hear(text) {
  one("#told").textContent = text;
}
