// In a page that `lagesbild build --watch` serves, and in no report: loads it again when a new report is in place, with
// its folds and its place kept, and shows what went wrong with the last attempt.
"use strict";
(function () {
  const own = document.currentScript.dataset.edition;
  const key = "lagesbild " + location.pathname;
  function folds() {
    return Array.from(document.querySelectorAll("details")).map(function (fold) {
      const near = fold.closest("[id]");
      const summary = fold.querySelector("summary");
      return [(near ? near.id : "") + " " + (summary ? summary.textContent : ""), fold];
    });
  }
  function load() {
    const open = folds().map(function (named) { return [named[0], named[1].open]; });
    sessionStorage.setItem(key, JSON.stringify({ folds: Object.fromEntries(open), top: window.scrollY }));
    location.reload();
  }
  const kept = JSON.parse(sessionStorage.getItem(key) || "null");
  if (kept) {
    sessionStorage.removeItem(key);
    folds().forEach(function (named) {
      if (named[0] in kept.folds) { named[1].open = kept.folds[named[0]]; }
    });
    window.scrollTo({ top: kept.top, behavior: "instant" });
  }

  const bar = document.createElement("pre");
  bar.id = "lagesbild-trouble";
  bar.lang = "en";
  bar.hidden = true;
  bar.setAttribute("role", "alert");
  const style = new CSSStyleSheet(); // made by a script: the policy allows no style in the page
  style.replaceSync(
    "#lagesbild-trouble { position: fixed; inset: auto 0 0 0; z-index: 9; max-height: 40vh; overflow: auto; margin: 0; " +
    "padding: 1em; color: #fff; background: #7a1420; border-top: 3px solid #fff; font: 1rem/1.4 monospace; " +
    "white-space: pre-wrap; } #lagesbild-trouble[hidden] { display: none; } " +
    "@media print { #lagesbild-trouble { display: none; } }"
  );
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, style];
  document.body.append(bar);

  // Only a page that is seen listens: a browser has six connections for all its tabs. The others ask when they are seen.
  let source = null;
  function listen() {
    if (document.hidden) {
      if (source) { source.close(); }
      source = null;
    } else if (!source) {
      source = new EventSource("/-/events");
      source.addEventListener("message", function (event) {
        const news = JSON.parse(event.data);
        if (news.edition !== own) {
          source.close();
          load();
        } else if (bar.textContent !== news.trouble) {
          bar.textContent = news.trouble;
          bar.hidden = !news.trouble;
        }
      });
    }
  }
  document.addEventListener("visibilitychange", listen);
  listen();
}());
