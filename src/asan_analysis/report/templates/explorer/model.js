// What the page is told: the data that `collect` of explorer_data.py ships.

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

/** @type {Model} */
const model = JSON.parse(one("#data").textContent || "{}");
const total = model.parts.reduce((sum, part) => sum + part.weight, 0);

/** @param {number | undefined} category @returns {number[]} its bodies in the order of the report */
function bodiesOf(category) {
  return [...model.bodies.keys()].filter((at) => model.bodies[at].category === category);
}

/** @param {Organisation[]} bodies @returns {number[]} their scores and those of their parts */
function scoresOf(bodies) {
  return bodies.flatMap((body) => [body.score, ...body.parts.map((part) => part[0])]).filter((score) => score !== null);
}

/** @param {Organisation} body @returns {(number | null)[]} its score in each edition */
function editionsOf(body) {
  const scores = new Map(body.history.map((each) => [each[0], each[1]]));
  return model.editions.map((edition) => scores.get(edition.year) ?? null);
}
