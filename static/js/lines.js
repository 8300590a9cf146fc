// A range of lines in the address (#L12-L15): marks the lines, and a press with shift makes one.
const RANGE = /^#([A-Z0-9]*?)([LO])(\d+)-\1?\2?(\d+)$/;

function mark() {
  const found = RANGE.exec(location.hash);
  for (const side of document.querySelectorAll(".is-linked")) side.classList.remove("is-linked");
  if (!found) return;
  const [, memory, text, first, last] = found;
  for (let line = Number(first); line <= Number(last); line += 1) {
    const number = document.getElementById(`${memory}${text}${line}`);
    number?.parentElement.classList.add("is-linked");
    if (line === Number(first)) number?.scrollIntoView({ block: "center" });
  }
}

document.addEventListener("click", (event) => {
  const to = event.target.closest?.("a.diff__no[id]");
  const from = to && event.shiftKey && document.querySelector("a.diff__no:target, .is-linked > a.diff__no[id]");
  if (!from) return;
  const [one, other] = [from, to].map((number) => /^(.*)([LO])(\d+)$/.exec(number.id));
  if (one[1] !== other[1] || one[2] !== other[2]) return;
  event.preventDefault();
  const [first, last] = [Number(one[3]), Number(other[3])].sort((a, b) => a - b);
  location.hash = `#${one[1]}${one[2]}${first}-${one[2]}${last}`;
});
addEventListener("hashchange", mark);
document.addEventListener("lucid:swapped", mark);
mark();
