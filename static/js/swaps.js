// The only file that knows htmx's event names, of version 2 and of 4. All others listen to lucid:* events.
let decided = null;

const tell = (name, detail = {}) => document.dispatchEvent(new CustomEvent(`lucid:${name}`, { detail }));
const on = (names, act) => names.forEach((name) => document.addEventListener(name, act));

on(["htmx:beforeRequest", "htmx:before:request"], (event) => {
  const source = event.detail?.elt ?? event.target;
  decided = source.closest?.("[data-change]")?.id ?? null;
});

on(["htmx:afterSettle", "htmx:after:settle"], () => {
  const id = decided;
  decided = null;
  tell("swapped", { change: id });
});

on(["htmx:responseError", "htmx:response:error"], (event) => {
  tell("failed", { status: event.detail?.xhr?.status ?? event.detail?.ctx?.response?.status ?? 0 });
});
on(["htmx:sendError", "htmx:timeout", "htmx:error"], () => tell("failed", { status: 0 }));
