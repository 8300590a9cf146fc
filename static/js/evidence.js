// A changed line and the quotes that are about it point at each other, under the pointer and under the focus.
const LINKED = "[data-quotes], [data-quote]";
let pointed = [];

function partners(from) {
  const { quote, quotes } = from.dataset;
  const wanted = quote ? `[data-quotes~="${CSS.escape(quote)}"]` : quotes.split(" ").map((id) => `[data-quote="${CSS.escape(id)}"]`);
  return [...document.querySelectorAll(wanted)];
}

function point(target) {
  const from = target?.closest?.(LINKED) ?? document.activeElement?.closest?.(LINKED);
  for (const one of pointed) one.classList.remove("is-pointed-at");
  pointed = from ? partners(from) : [];
  for (const one of pointed) one.classList.add("is-pointed-at");
}

for (const kind of ["pointerover", "focusin"]) {
  document.addEventListener(kind, (event) => point(event.target));
}
