// A range of lines in the address (#L12-L15): marks the lines, and a press with shift makes one.
const LINE = /^#([A-Z0-9]*?)([LO])(\d+)(?:-\1\2(\d+)|-\2(\d+))?$/;

function mark() {
  for (const line of document.querySelectorAll(".is-linked")) line.classList.remove("is-linked");
  const [, memory, text, first, ...ends] = LINE.exec(location.hash) ?? [];
  const last = ends.find(Boolean);
  if (!last) return;
  for (let number = Number(first); number <= Number(last); number += 1) {
    const line = document.getElementById(`${memory}${text}${number}`);
    line?.classList.add("is-linked");
    if (number === Number(first)) line?.scrollIntoView({ block: "center" });
  }
}

document.addEventListener("click", (event) => {
  const pressed = event.shiftKey && event.target.closest?.("a.diff__no");
  const [to, from] = [pressed?.hash, location.hash].map((hash) => LINE.exec(hash ?? ""));
  if (!to || !from || to[1] !== from[1] || to[2] !== from[2]) return;
  event.preventDefault();
  const [first, last] = [Number(from[3]), Number(to[3])].sort((one, other) => one - other);
  location.hash = `#${to[1]}${to[2]}${first}-${to[2]}${last}`;
});

// The focus stays where a gap was opened.
document.addEventListener("lucid:swapped", () => {
  mark();
  const opened = document.querySelector("[data-opened]");
  if (!opened) return;
  delete opened.dataset.opened;
  opened.focus({ preventScroll: true });
});
addEventListener("hashchange", mark);
mark();
