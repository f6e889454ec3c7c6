// Small drawings beside numbers: bars, places over draws, two scores on one axis.

const lowest = Math.min(0, ...scoresOf(model.bodies));
const highest = Math.max(model.about.top, ...scoresOf(model.bodies));

/** @param {number} score in percent of the width of a drawing */
function across(score) {
  return 100 * (score - lowest) / (highest - lowest || 1);
}

/** @param {number | null} height in px; null: that of the style @param {Child[]} children */
function strap(height, ...children) {
  return draw("svg", { class: "bar", style: height && `height: ${height}px`, "aria-hidden": "true" }, ...children);
}

/**
 * @param {string} kind
 * @param {number} from in percent of the width, as `width`
 * @param {number} width
 * @param {number} height
 * @param {number} [top]
 */
function box(kind, from, width, height, top = 0) {
  return draw("rect", { class: kind, x: `${from}%`, y: top, width: `${width}%`, height, rx: 2 });
}

/** @param {number} middle a thin line from side to side */
function rule(middle) {
  return draw("line", { class: "rule", x1: 0, x2: "100%", y1: middle, y2: middle });
}

/** @param {number | null} score a bar from zero */
function bar(score) {
  const [from, to] = [across(Math.min(score ?? 0, 0)), across(Math.max(score ?? 0, 0))];
  return strap(null, box("track", 0, 100, 8), box("fill", from, score === null ? 0 : to - from, 8));
}

/** @param {Organisation} body its place and where draws put it @param {boolean} [large] */
function strip(body, large = false) {
  const all = body.ranked || 1;
  const [middle, thick, r] = large ? [13, 12, 6] : [4, 8, 4.5];
  /** @param {number[] | null} span @param {string} kind */
  const part = (span, kind) =>
    span && box(kind, 100 * (span[0] - 1) / all, 100 * (span[1] - span[0] + 1) / all, thick, middle - thick / 2);
  return [
    rule(middle), part(body.draws.both, "pale"), part(body.draws.method, "fill"),
    body.rank ? draw("circle", { class: "dot", cx: `${100 * (body.rank - 0.5) / all}%`, cy: middle, r }) : null,
  ];
}

/** @param {Organisation[]} bodies @returns {[number, number]} round numbers around their scores */
function axisOf(bodies) {
  const scores = scoresOf(bodies);
  if (!scores.length) return [lowest, highest];
  const step = (highest - lowest) / 10;
  const low = step * Math.floor(Math.min(...scores) / step);
  return [low, Math.max(low + step, step * Math.ceil(Math.max(...scores) / step))];
}

/** @param {number | null} one @param {number | null} other @param {[number, number]} axis */
function dumbbell(one, other, [low, high]) {
  /** @param {number} score */
  const x = (score) => `${100 * (score - low) / (high - low)}%`;
  /** @param {number | null} score @param {string} kind */
  const dot = (score, kind) => score === null ? null : draw("circle", { class: `dot ${kind}`, cx: x(score), cy: 7, r: 6.5 });
  const between = one === null || other === null ? null
    : draw("line", { class: "grey", x1: x(one), x2: x(other), y1: 7, y2: 7, style: "stroke-width: 3" });
  return strap(14, rule(7), between, dot(other, "dot2"), dot(one, "dot1"));
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

/** Makes the drawings that wait. */
function drawWaiting() {
  for (const [holder, drawing] of waiting.splice(0)) holder.append(drawing(holder.clientWidth));
}
