"use strict";
// The arithmetic of index/aggregation.py, rollup.py and ranking.py for the root alone: pure
// functions, no page. What is missing is NaN.

/**
 * @typedef {object} Method
 * @property {number} power exponent of the mean of the root: 1 arithmetic, 0 geometric, -1 harmonic
 * @property {number} notApplicable place of the edition's own rule among the choices
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
 * @property {number[][]} members places of the services of each body
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
  for (let place = 0; place < children.length; place += 1) {
    const score = children[place];
    const weight = weights[place];
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
  for (let place = 0; place < children.length; place += 1) {
    const score = children[place];
    const weight = weights[place];
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
  for (const place of member) {
    if (!Number.isNaN(scores[place])) {
      parts.push(scores[place] * by[place]);
      used.push(by[place]);
    }
  }
  const weight = Float64Array.from(used).sort().reduce((sum, one) => sum + one, 0);
  return weight > 0 ? Float64Array.from(parts).sort().reduce((sum, one) => sum + one, 0) / weight : NaN;
}

/**
 * Places, 1 the highest; scores that differ by noise alone are level. As `rank_array`.
 * @param {number[]} scores
 * @param {Method["ties"]} ties
 * @returns {number[]} NaN where there is no score
 */
function rankScores(scores, ties) {
  const places = scores.map((_, place) => place).filter((place) => !Number.isNaN(scores[place]));
  places.sort((one, other) => scores[one] - scores[other]);
  const ordered = places.map((place) => scores[place]);
  const count = ordered.length;
  const ranks = scores.map(() => NaN);
  if (count === 0) return ranks;
  const sizes = ordered.map(Math.abs).sort((one, other) => one - other);
  const middle = (sizes[(count - 1) >> 1] + sizes[count >> 1]) / 2;
  const least = Math.min(middle, 1);
  const group = [0];
  for (let place = 1; place < count; place += 1) {
    const size = Math.max(Math.abs(ordered[place]), Math.abs(ordered[place - 1]), least);
    group.push(group[place - 1] + (ordered[place] - ordered[place - 1] > TOLERANCE * size ? 1 : 0));
  }
  const first = new Map();
  const upTo = new Map();
  group.forEach((one, place) => {
    if (!first.has(one)) first.set(one, place);
    upTo.set(one, place + 1);
  });
  group.forEach((one, place) => {
    let rank = count - upTo.get(one) + 1;
    if (ties === "dense") rank = group[count - 1] - one + 1;
    else if (ties === "average") rank = count - (first.get(one) + upTo.get(one) - 1) / 2;
    ranks[places[place]] = rank;
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
    member.filter((place) => !Number.isNaN(roots[place])).length);
  const counted = score.map((one, body) => services[body] < method.minServices ? NaN
    : roundDecimal(one, method.rankDigits, method.rounding));
  const rank = score.map(() => NaN);
  for (const category of new Set(field.category)) {
    const bodies = field.category.map((_, body) => body)
      .filter((body) => field.category[body] === category);
    rankScores(bodies.map((body) => counted[body]), method.ties)
      .forEach((one, place) => { rank[bodies[place]] = one; });
  }
  return { score, services, rank };
}
