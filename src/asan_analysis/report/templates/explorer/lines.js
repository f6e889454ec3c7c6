// Scores over the editions: lines, broken where two editions do not compare.

/**
 * @typedef {object} Series
 * @property {(number | null)[]} scores by edition
 * @property {string} line class of the line
 * @property {string} dot class of its points
 * @property {string} text class of its numbers; empty: it has none
 */
/**
 * @typedef {object} Plot
 * @property {(at: number) => number} x of an edition
 * @property {(score: number) => number} y of a score
 * @property {(at: number, room: number) => boolean} fits whether a text of that width stands at an edition; that of the last always does
 */

const HEIGHT = 210;

/** @param {Organisation} body @param {string} [second] `2` for the other of two */
function lineOf(body, second = "") {
  return { scores: editionsOf(body), line: `line${second}`, dot: `dot${second || 1}`, text: `strong${second}` };
}

/** @param {(number | null)[]} scores @returns {Series} a mean, to compare with */
function greyLine(scores) {
  return { scores, line: "grey", dot: "", text: "" };
}

/**
 * Lines over the editions; numbers stand at the points.
 * @param {number} wide
 * @param {Series[]} series
 */
function lines(wide, series) {
  const width = Math.max(240, wide);
  const plot = plotOf(width, series.flatMap(({ scores }) => scores).filter((score) => score !== null));
  return draw("svg", { width, height: HEIGHT, role: "img", "aria-label": tellLines(series) },
    ...model.editions.flatMap((_, at) => editionMark(plot, at)),
    ...series.flatMap((each) => [path(plot, each), ...each.scores.flatMap((_, at) => dots(plot, series, each, at))]));
}

/** @param {number} width @param {number[]} scores @returns {Plot} */
function plotOf(width, scores) {
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const last = model.editions.length - 1;
  const apart = (width - 48) / Math.max(1, last);
  return {
    x: (at) => 24 + (width - 48) * (last > 0 ? at / last : 0.5),
    y: (score) => HEIGHT - 46 - (HEIGHT - 84) * (high > low ? (score - low) / (high - low) : 0.5),
    fits: (at, room) => (last - at) % Math.ceil(room / apart) === 0,
  };
}

/** @param {Series[]} series @returns {string} the numbers that stand at the points */
function tellLines(series) {
  const told = series.filter(({ text }) => text).map(({ scores }) => scores.flatMap((score, at) =>
    score === null ? [] : `${tell(model.editions[at].label)}: ${points(score)}`).join("; "));
  return say("body.history.alt", { series: told.join(" | ") });
}

/** @param {Plot} plot @param {number} at @returns {Node[]} the name of an edition, and a cut where it does not compare */
function editionMark({ x, fits }, at) {
  const { comparable, label } = model.editions[at];
  const middle = (x(at) + x(at - 1)) / 2;
  const cut = draw("line", { class: "cut", x1: middle, x2: middle, y1: 8, y2: HEIGHT - 30 });
  const end = at > 0 && at === model.editions.length - 1;
  const text = draw("text", {
    x: end ? x(at) + 20 : x(at), y: HEIGHT - 6, "text-anchor": end ? "end" : at ? "middle" : "start", dx: at ? 0 : -20,
  }, tell(label));
  return [...(at && !comparable ? [cut] : []), ...(fits(at, 74) ? [text] : [])];
}

/** @param {Plot} plot @param {Series} series */
function path({ x, y }, { scores, line }) {
  const steps = scores.map((score, at) => {
    if (score === null) return "";
    const joined = at > 0 && scores[at - 1] !== null && model.editions[at].comparable;
    return `${joined ? "L" : "M"}${x(at).toFixed(1)} ${y(score).toFixed(1)}`;
  });
  return draw("path", { class: line, d: steps.join("") });
}

/** @param {Plot} plot @param {Series[]} series @param {Series} own @param {number} at @returns {Node[]} a point and its number */
function dots({ x, y, fits }, series, own, at) {
  const score = own.scores[at];
  if (score === null) return [];
  const [cx, cy] = [x(at), y(score)];
  if (!own.text) return [draw("circle", { cx, cy, r: 2, style: "fill: var(--soft)" })];
  const above = series.every(({ scores }) => (scores[at] ?? score) <= score);
  const dot = draw("circle", { class: `dot ${own.dot}`, cx, cy, r: 4 });
  const text = draw("text", { class: own.text, x: cx, y: cy + (above ? -11 : 21), "text-anchor": "middle" },
    number(score, Math.min(1, model.about.decimals)));
  return fits(at, 38) ? [dot, text] : [dot];
}
