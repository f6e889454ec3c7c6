// Finding bodies and categories by name: a field that searches a list.

/** @typedef {{name: string, note: string, words: string, go: Partial<State>, at: number}} Findable */
/**
 * @typedef {object} Picker
 * @property {string} id
 * @property {string} value the name chosen now
 * @property {Findable[]} list
 * @property {(found: Findable) => void} choose
 * @property {HTMLInputElement} input
 * @property {HTMLElement} options
 * @property {Findable[]} found what the options show
 * @property {number} active the option that Enter takes; -1: none
 */

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

/** @param {Name} name */
function folded(name) {
  return [name].flat().map(fold).join(" ");
}

/** @returns {Findable[]} in the order of the alphabet */
function findableBodies() {
  return model.orders[state.lang].map((at) => {
    const { name, category, id } = model.bodies[at];
    return {
      name: tell(name), note: tell(model.categories[category]), words: `${folded(name)} ${fold(id)}`, at,
      go: { view: "body", body: at, category },
    };
  });
}

/** @returns {Findable[]} */
function findableCategories() {
  return model.categories.map((name, category) => ({
    name: tell(name), note: say("find.category"), words: folded(name), at: -1,
    go: { view: state.view === "weights" ? "weights" : "ranking", category },
  }));
}

/**
 * A field that searches a list: typed words stand anywhere in a name; arrows, Enter, Escape.
 * @param {string} id
 * @param {string} label
 * @param {string} value the name chosen now
 * @param {Findable[]} list
 * @param {(found: Findable) => void} choose
 */
function pick(id, label, value, list, choose) {
  const options = make("ul", { id: `${id}-list`, role: "listbox", "aria-label": label, hidden: true, tabindex: "-1" });
  const input = field(`${id}-input`, {
    type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", placeholder: id === "find" ? label : null,
    "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": options.id,
  });
  input.value = value;
  /** @type {Picker} */
  const picker = { id, value, list, choose, input, options, found: [], active: -1 };
  input.addEventListener("input", () => unroll(picker));
  input.addEventListener("click", () => { input.select(); unroll(picker); });
  input.addEventListener("blur", () => leave(picker));
  input.addEventListener("keydown", (event) => type(picker, event));
  return make("div", { class: "picker" }, make("label", { for: input.id }, label), input, options);
}

/** @param {Picker} picker shows the options that hold every word typed */
function unroll(picker) {
  const { input, options, value, list } = picker;
  const asked = input.value === value ? [] : fold(input.value).split(" ").filter(Boolean);
  picker.found = list.filter((each) => asked.every((word) => each.words.includes(word))).slice(0, 100);
  const { found } = picker;
  options.replaceChildren(...found.map((each, at) => option(picker, each, at)));
  if (!found.length) options.append(make("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, say("find.none")));
  options.hidden = false;
  input.setAttribute("aria-expanded", "true");
  hear(found.length ? say("find.count", { n: number(found.length) }) : say("find.none"));
  mark(picker, asked.length && found.length ? 0 : -1);
}

/** @param {Picker} picker @param {Findable} found @param {number} at */
function option(picker, found, at) {
  const element = make("li", { role: "option", id: `${picker.id}-${at}`, "aria-selected": "false" },
    make("bdi", {}, found.name), make("small", {}, found.note));
  element.addEventListener("mousedown", (event) => { event.preventDefault(); take(picker, found); });
  return element;
}

/** @param {Picker} picker @param {number} active */
function mark(picker, active) {
  picker.active = active;
  const options = [...picker.options.children];
  options.forEach((each, at) => each.setAttribute("aria-selected", String(at === active)));
  if (active < 0) return;
  picker.input.setAttribute("aria-activedescendant", options[active].id);
  options[active].scrollIntoView({ block: "nearest" });
}

/** @param {Picker} picker */
function rollUp(picker) {
  picker.options.hidden = true;
  picker.input.setAttribute("aria-expanded", "false");
  picker.input.removeAttribute("aria-activedescendant");
  picker.active = -1;
}

/** @param {Picker} picker */
function leave(picker) {
  rollUp(picker);
  picker.input.value = picker.value;
}

/** @param {Picker} picker @param {Findable} found */
function take(picker, found) {
  rollUp(picker);
  picker.choose(found);
}

/** @param {Picker} picker @param {KeyboardEvent} event */
function type(picker, event) {
  const { options, found, active } = picker;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step && (options.hidden || !["Enter", "Escape"].includes(event.key))) return;
  if (event.key === "Enter" && !found[active]) return;
  event.preventDefault();
  if (event.key === "Enter") take(picker, found[active]);
  else if (event.key === "Escape") leave(picker);
  else if (options.hidden) unroll(picker);
  else if (step && found.length) mark(picker, (active + step + found.length) % found.length);
}
