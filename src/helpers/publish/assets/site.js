// Opens every <details> before printing, for browsers that cannot do so by stylesheet. The pages work without this.
"use strict";
let closed = [];
window.addEventListener("beforeprint", function () {
  closed = Array.from(document.querySelectorAll("details:not([open])"));
  closed.forEach(function (details) { details.open = true; });
});
window.addEventListener("afterprint", function () {
  closed.forEach(function (details) { details.open = false; });
  closed = [];
});
