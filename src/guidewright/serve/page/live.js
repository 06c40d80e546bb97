// Keeps a page of the preview new, and tells what is wrong. Served pages have it, published ones never.
// Whatever comes from the server is put in as text.
(() => {
  const script = document.currentScript, version = script.dataset.version;
  const KEPT = `guidewright-live:${location.pathname}`;

  const make = (name, className, words, ...children) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (words) element.textContent = words;
    element.append(...children.filter(Boolean));
    return element;
  };
  const folds = () => [...document.querySelectorAll(".md-content details:not(.gw-live-error *)")];
  const words = element => element.textContent.trim();

  // ---- a new page at the same place, with the same folds open

  const reload = () => {
    try {
      const open = folds().map(each => each.open);
      sessionStorage.setItem(KEPT, JSON.stringify({ open, top: scrollY }));
    } catch { /* the place is lost where a browser forbids to keep it */ }
    events?.close();
    location.reload();
  };
  const restore = () => {
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEPT));
      sessionStorage.removeItem(KEPT);
      if (!kept) return;
      folds().forEach((each, number) => { each.open = kept.open[number] ?? each.open; });
      requestAnimationFrame(() => scrollTo({ top: kept.top, behavior: "instant" }));
    } catch { /* as above */ }
  };

  // ---- outputs of former code

  const label = block => {
    const set = block.closest(".tabbed-set"), blocks = [...set.querySelectorAll(":scope > .tabbed-content > .tabbed-block")];
    return words(set.querySelectorAll(":scope > .tabbed-labels > label")[blocks.indexOf(block)]);
  };
  const after = (element, id) => {
    const anchor = id && document.getElementById(id);
    return !anchor || Boolean(anchor.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING);
  };
  const grey = stale => {
    for (const each of document.querySelectorAll(".gw-live-stale")) each.classList.remove("gw-live-stale");
    const labels = Object.keys(stale);
    const mark = (element, among) => {
      if (among.some(each => each in stale && after(element, stale[each]))) element.classList.add("gw-live-stale");
    };
    for (const fold of document.querySelectorAll(".md-content details.output")) {
      const outer = fold.closest(".tabbed-block"), inner = fold.querySelectorAll(".tabbed-block");
      if (outer) mark(fold, [label(outer)]);
      else if (inner.length) for (const block of inner) mark(block, [label(block)]);
      else mark(fold, labels);
    }
  };

  // ---- errors at their cells

  const failure = ({ label, where, source, name, message, told }) => {
    const head = make("p", "gw-live-error__head", "", make("strong", "", `${label}: ${name}`), ` ${message}`);
    const place = make("p", "gw-live-error__place", "", make("code", "", where));
    const line = source && make("pre", "gw-live-error__source", source);
    const more = told && make("details", "", "", make("summary", "", "Where"), make("pre", "", told));
    return make("div", "gw-live-error", "", head, place, line, more);
  };
  const fail = failures => {
    for (const each of document.querySelectorAll(".gw-live-error")) each.remove();
    for (const each of failures) {
      const anchor = each.anchor && document.getElementById(each.anchor);
      const box = failure(each);
      if (anchor) (anchor.nextElementSibling ?? anchor).after(box);
      else document.querySelector(".md-content__inner")?.prepend(box);
    }
  };

  // ---- what is told at the foot of the page

  const foot = make("aside", "gw-live");
  foot.setAttribute("role", "status");
  foot.setAttribute("aria-label", "Preview");
  const problem = ({ where, message, hint, severity }) => make("li", `gw-live__problem gw-live__problem--${severity}`, "",
    where && make("code", "", where), make("span", "gw-live__message", ` ${message}`),
    hint && make("span", "gw-live__hint", hint));
  const running = state => {
    const now = state.running.map(each => each.cells ? `${each.label}, cell ${each.cell} of ${each.cells}` : each.label);
    if (!now.length && !state.waiting.length) return null;
    const next = state.waiting.length ? `${now.length ? "; then " : "Waiting: "}${state.waiting.join(", ")}` : "";
    return make("p", "gw-live__running", (now.length ? `Running on ${now.join("; ")}` : "") + next);
  };
  const tell = state => {
    const list = state.problems.length && make("ul", "gw-live__problems", "", ...state.problems.map(problem));
    const parts = [running(state), list].filter(Boolean);
    foot.replaceChildren(...parts);
    foot.hidden = !parts.length;
  };

  // ---- the connection

  let events, looked;
  const backend = () => document.querySelector(".gw-backend > select")?.value ?? "";
  const connect = () => {
    events?.close();
    looked = backend();
    const query = new URLSearchParams({ path: decodeURIComponent(location.pathname), backend: looked });
    events = new EventSource(`/.guidewright/events?${query}`);
    events.onmessage = ({ data }) => {
      const state = JSON.parse(data);
      if (state.version !== version) return reload();
      tell(state);
      grey(state.stale);
      fail(state.failures);
      document.documentElement.dataset.gwLive = "on";
    };
    events.onerror = () => {
      document.documentElement.dataset.gwLive = "off";
      foot.replaceChildren(make("p", "gw-live__running", "The preview does not answer: was it ended?"));
      foot.hidden = false;
    };
  };
  const start = () => {
    foot.hidden = true;
    document.body.append(foot);
    restore();
    connect();
  };

  document.addEventListener("change", () => setTimeout(() => backend() !== looked && connect()));
  // A browser has six connections for one server: pages that nobody sees leave theirs to others.
  document.addEventListener("visibilitychange", () => document.hidden ? events?.close() : connect());
  addEventListener("pagehide", () => events?.close());
  addEventListener("pageshow", event => event.persisted && connect());
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
})();
