// Texts and numbers in the language of the reader.

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

/** @param {string} key @param {Record<string, string>} [values] */
function soft(key, values) {
  return make("p", { class: "soft" }, say(key, values));
}

/**
 * A number in the reader's form.
 * @param {number | null | undefined} value
 * @param {number} [digits]
 * @param {boolean} [sign]
 */
function number(value, digits = 0, sign = false) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const { group, decimal } = model.signs[state.lang];
  const text = rounded(Math.abs(value), digits);
  const [whole, rest] = text.split(".");
  const zero = !/[1-9]/.test(text);
  const before = zero ? "" : value < 0 ? "−" : sign ? "+" : "";
  return before + whole.replace(/\B(?=(\d{3})+$)/g, group) + (rest ? decimal + rest : "");
}

/** @param {number} size @param {number} digits @returns {string} as Python's format: halves to even */
function rounded(size, digits) {
  const exact = size.toFixed(80);
  const kept = exact.indexOf(".") + (digits && digits + 1);
  const half = /^\.?50*$/.test(exact.slice(kept));
  return half && Number(exact[kept - 1]) % 2 === 0 ? exact.slice(0, kept) : size.toFixed(digits);
}

/** @param {number | null | undefined} value */
function points(value) {
  return number(value, model.about.decimals);
}

/** @param {number | null | undefined} value a difference of points */
function gain(value) {
  return number(value, model.about.decimals, true);
}

/** @param {number} value */
function percent(value) {
  return `${number(value, 1)}%`;
}

/** @param {number | null | undefined} value places may be halves */
function place(value) {
  return number(value, value && value % 1 ? 1 : 0);
}

/** @param {Organisation} body @returns {string} its place; a tie is marked */
function placeOf(body) {
  if (body.rank === null) return "–";
  const tied = model.bodies.filter((each) => each.category === body.category && each.rank === body.rank).length > 1;
  return (tied ? "=" : "") + place(body.rank);
}

/** @param {Organisation} body @returns {string} its place and of how many */
function placeAmong(body) {
  return body.rank === null ? "–" : say("rank_of", { rank: placeOf(body), ranked: number(body.ranked) });
}

/** @param {number[] | null} span @param {(value: number) => string} form */
function range(span, form) {
  if (!span) return "–";
  const [low, high] = span.map(form);
  return low === high ? low : say("span", { low, high });
}
