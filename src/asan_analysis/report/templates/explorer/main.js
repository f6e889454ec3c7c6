// The page: its frame, the view that the state names, and what a reader does to it.

/** @type {Record<string, () => Child[]>} */
const contents = { ranking: showRanking, body: showBody, compare: showCompare, weights: showWeights };

/** Draws the page anew; the focus stays. */
function show() {
  const held = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.key : undefined;
  showTexts();
  showColours();
  showWays();
  for (const view of VIEWS) one(`#${view}`).hidden = view !== state.view;
  const view = one(".view", one(`#${state.view}`));
  view.replaceChildren();
  fill(view, {}, contents[state.view]());
  drawWaiting();
  if (held) one(`[data-key="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
}

/** The language of the page, the texts of its frame and its title. */
function showTexts() {
  document.documentElement.lang = LANGUAGES[state.lang];
  LANGUAGES.forEach((lang, at) => press(`#${lang}`, at === state.lang));
  for (const element of every("[data-text]")) element.textContent = say(keyOf(element.dataset.text));
  for (const element of every("[data-label]")) element.setAttribute("aria-label", say(keyOf(element.dataset.label)));
  const [dataset, label] = [tell(model.about.title), tell(model.about.label)];
  const title = dataset.includes(label) ? dataset : say("title", { dataset, label });
  one("#title").textContent = title;
  document.title = `${say(`view.${state.view}`)} – ${title}`;
  one("#citation").textContent = tell(model.about.citation);
}

/** @param {string | undefined} key */
function keyOf(key) {
  return (key ?? "").replace(/^explorer\./, "");
}

/** The colours chosen, or those of the system. */
function showColours() {
  if (state.theme) document.documentElement.dataset.theme = state.theme;
  else delete document.documentElement.dataset.theme;
  const now = state.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  for (const theme of THEMES) press(`#${theme}`, theme === now);
}

/** The links to the views and the field that finds. */
function showWays() {
  one("#views").replaceChildren(...VIEWS.map((view) => make("a", {
    href: address({ view }), "data-key": `view-${view}`, "aria-current": view === state.view ? "page" : null,
  }, say(`view.${view}`))));
  const list = [...findableCategories(), ...findableBodies()];
  one("#find").replaceChildren(pick("find", say("find"), "", list, (found) => go(found.go)));
}

/** Draws the page of a new address; the focus goes to the heading of another view. */
function arrive() {
  if (window.location.hash === "#main") return;
  drop();
  const before = state;
  state = read(window.location.hash);
  show();
  if (before.view === state.view && (state.view !== "body" || before.body === state.body)) return;
  window.scrollTo(0, 0);
  one("h2", one(`#${state.view}`)).focus({ preventScroll: true });
}

LANGUAGES.forEach((lang, at) => one(`#${lang}`).addEventListener("click", () => go({ lang: at })));
for (const theme of THEMES) one(`#${theme}`).addEventListener("click", () => go({ theme }));
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
