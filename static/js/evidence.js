// A changed line and the quotes that are about it, a finding and where it stands: they point at each other, under the
// pointer and under the focus.
const LINKED = "[data-quotes], [data-quote], [data-found], [data-finding]";
let pointed = [];

function partners(from) {
  const { quote, quotes, finding, found } = from.dataset;
  if (quote) return all(`[data-quotes~="${CSS.escape(quote)}"]`);
  if (finding) return all(`[data-found~="${CSS.escape(finding)}"]`);
  const name = quotes ? "data-quote" : "data-finding";
  return all((quotes ?? found).split(" ").map((id) => `[${name}="${CSS.escape(id)}"]`));
}

function all(wanted) {
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
