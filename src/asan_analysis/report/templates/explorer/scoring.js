// The arithmetic of index/aggregation.py, rollup.py and ranking.py for the root alone: pure
// functions, no page. What is missing is NaN.

/**
 * @typedef {object} Method
 * @property {number} power exponent of the mean of the root: 1 arithmetic, 0 geometric, -1 harmonic
 * @property {number} notApplicable which of the choices is the edition's own rule
 * @property {number} minCoverage share of child weight below which there is no score
 * @property {number | null} round digits of the root
 * @property {number | null} roundService digits of a service before the roll-up
 * @property {number | null} roundBody digits of a body
 * @property {"half_up" | "half_even" | "truncate"} rounding
 * @property {"min" | "average" | "dense"} ties
 * @property {number | null} rankDigits digits that places are decided on; null: all
 * @property {number} minServices services with a score that a place needs
 * @property {string} refused why weights cannot be moved; empty where they can
 */

/**
 * @typedef {object} Field scores to weigh, under one rule on what is not applicable
 * @property {Float64Array[]} services a row a service, a column a child of the root
 * @property {Float64Array[] | null} pooled the same of bodies, where answers are pooled
 * @property {number[][]} members rows of the services of each body
 * @property {number[]} by weight of each service in the roll-up
 * @property {number[]} category category of each body
 */

/** @typedef {{score: number[], services: number[], rank: number[]}} Placed by body */

const TOLERANCE = 1e-12;
const WHOLE = new Float64Array(1);
const BITS = new BigUint64Array(WHOLE.buffer);

/**
 * The distance from a number above zero to the next one.
 * @param {number} value
 * @returns {number}
 */
function spacing(value) {
  WHOLE[0] = value;
  BITS[0] += 1n;
  return WHOLE[0] - value;
}

/**
 * Rounds on the decimal value, as `round_decimal`.
 * @param {number} value
 * @param {number | null} digits null: not at all
 * @param {Method["rounding"]} rounding
 * @returns {number}
 */
function roundDecimal(value, digits, rounding) {
  if (digits === null || Number.isNaN(value)) return value;
  const scale = 10 ** digits;
  const scaled = Math.abs(value) * scale;
  if (scaled >= 1e16) return value;
  const unit = spacing(scaled);
  const noise = Math.max(2 * unit, Math.min(64 * unit, 1e-6));
  const below = Math.floor(scaled + noise);
  const rest = scaled - below;
  const tie = Math.abs(rest - 0.5) <= noise;
  const up = tie ? rounding === "half_up" || below % 2 === 1 : rest > 0.5;
  const whole = rounding === "truncate" || !up ? below : below + 1;
  return (value < 0 ? -1 : 1) * (whole / scale) + 0;
}

/**
 * The weighted power mean of the children that have a score, as `_means` of aggregation.py.
 * @param {ArrayLike<number>} children
 * @param {ArrayLike<number>} weights zero or more
 * @param {Method} method
 * @returns {number}
 */
function meanOfChildren(children, weights, method) {
  const { power } = method;
  let low = Infinity;
  let high = -Infinity;
  let all = 0;
  let found = 0;
  for (let at = 0; at < children.length; at += 1) {
    const score = children[at];
    const weight = weights[at];
    all += weight;
    if (weight > 0 && !Number.isNaN(score)) {
      found += weight;
      if (score < low) low = score;
      if (score > high) high = score;
    }
  }
  if (!(found > 0)) return NaN;
  if (method.minCoverage > TOLERANCE && found / all < method.minCoverage - TOLERANCE) return NaN;
  const size = power > 0 ? high : low;
  if (power !== 1 && power !== 0 && size === 0) return 0;
  let total = 0;
  for (let at = 0; at < children.length; at += 1) {
    const score = children[at];
    const weight = weights[at];
    if (weight > 0 && !Number.isNaN(score)) {
      let term = score;
      if (power === 0) term = Math.log(score);
      else if (power !== 1) term = (score / size) ** power;
      total += term * weight;
    }
  }
  let mean = total / found;
  if (power === 0) mean = Math.exp(mean);
  else if (power !== 1) mean = size * mean ** (1 / power);
  return roundDecimal(Math.min(Math.max(mean, low), high) + 0, method.round, method.rounding);
}

/**
 * The weighted mean of the members that have a score; parts are added in the order of their size.
 * @param {Float64Array} scores
 * @param {number[]} member
 * @param {number[]} by
 * @returns {number}
 */
function meanOfMembers(scores, member, by) {
  const parts = [];
  const used = [];
  for (const at of member) {
    if (!Number.isNaN(scores[at])) {
      parts.push(scores[at] * by[at]);
      used.push(by[at]);
    }
  }
  const weight = sumSorted(used);
  return weight > 0 ? sumSorted(parts) / weight : NaN;
}

/** @param {number[]} values @returns {number} their sum, the same in whatever order they come */
function sumSorted(values) {
  return Float64Array.from(values).sort().reduce((sum, one) => sum + one, 0);
}

/**
 * Groups of scores that differ by noise alone, counted from 0.
 * @param {number[]} ordered the lowest first; at least one
 * @returns {number[]}
 */
function groupLevel(ordered) {
  const sizes = ordered.map(Math.abs).sort((one, other) => one - other);
  const middle = (sizes[(sizes.length - 1) >> 1] + sizes[sizes.length >> 1]) / 2;
  const least = Math.min(middle, 1);
  const group = [0];
  for (let at = 1; at < ordered.length; at += 1) {
    const size = Math.max(Math.abs(ordered[at]), Math.abs(ordered[at - 1]), least);
    group.push(group[at - 1] + (ordered[at] - ordered[at - 1] > TOLERANCE * size ? 1 : 0));
  }
  return group;
}

/**
 * Places, 1 the highest; scores that differ by noise alone are level. As `rank_array`.
 * @param {number[]} scores
 * @param {Method["ties"]} ties
 * @returns {number[]} NaN where there is no score
 */
function rankScores(scores, ties) {
  const known = scores.map((_, at) => at).filter((at) => !Number.isNaN(scores[at]));
  known.sort((one, other) => scores[one] - scores[other]);
  const ordered = known.map((at) => scores[at]);
  const count = ordered.length;
  const ranks = scores.map(() => NaN);
  if (count === 0) return ranks;
  const group = groupLevel(ordered);
  const first = new Map();
  const upTo = new Map();
  group.forEach((one, at) => {
    if (!first.has(one)) first.set(one, at);
    upTo.set(one, at + 1);
  });
  group.forEach((one, at) => {
    let rank = count - upTo.get(one) + 1;
    if (ties === "dense") rank = group[count - 1] - one + 1;
    else if (ties === "average") rank = count - (first.get(one) + upTo.get(one) - 1) / 2;
    ranks[known[at]] = rank;
  });
  return ranks;
}

/**
 * Scores and places of all bodies under other weights of the root's children.
 * @param {Field} field
 * @param {ArrayLike<number>} weights one a child, zero or more, not all zero
 * @param {Method} method
 * @returns {Placed}
 */
function placeBodies(field, weights, method) {
  const roots = Float64Array.from(field.services, (row) =>
    roundDecimal(meanOfChildren(row, weights, method), method.roundService, method.rounding));
  const score = field.members.map((member, body) => roundDecimal(
    field.pooled ? meanOfChildren(field.pooled[body], weights, method)
      : meanOfMembers(roots, member, field.by),
    method.roundBody, method.rounding));
  const services = field.members.map((member) =>
    member.filter((at) => !Number.isNaN(roots[at])).length);
  const counted = score.map((one, body) => services[body] < method.minServices ? NaN
    : roundDecimal(one, method.rankDigits, method.rounding));
  return { score, services, rank: rankWithin(counted, field.category, method.ties) };
}

/**
 * Places of bodies, each within its category.
 * @param {number[]} scores
 * @param {number[]} category
 * @param {Method["ties"]} ties
 */
function rankWithin(scores, category, ties) {
  const ranks = scores.map(() => NaN);
  for (const own of new Set(category)) {
    const bodies = category.map((_, body) => body).filter((body) => category[body] === own);
    rankScores(bodies.map((body) => scores[body]), ties)
      .forEach((rank, at) => { ranks[bodies[at]] = rank; });
  }
  return ranks;
}
