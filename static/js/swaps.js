// The only file that knows htmx's events, of version 2 and of 4. The others listen to lucid:* events.
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`lucid:${name}`, { detail }));
const on = (names, act) => names.forEach((name) => document.addEventListener(name, act));

// A whole page (sign-in after the session ran out) never goes into a part.
on(["htmx:beforeSwap", "htmx:before:swap"], (event) => {
  const { xhr, ctx } = event.detail ?? {};
  if ((xhr?.status ?? ctx?.response?.status) !== 200) return;
  if (!/^\s*<!doctype/i.test(xhr?.responseText ?? ctx?.text ?? "")) return;
  event.preventDefault();
  location.assign(xhr?.responseURL || location.href);
});

// Of folds with one name only one is open: the old ones, still there when the new ones come, would close them.
on(["htmx:beforeSwap", "htmx:before:swap"], ({ detail }) => {
  const target = detail?.target ?? detail?.ctx?.target;
  for (const fold of target?.querySelectorAll?.("details[name]") ?? []) fold.removeAttribute("name");
});

// What a part asks by itself never takes the place of a button in it whose own answer is still on its way.
on(["htmx:beforeSwap", "htmx:before:swap"], (event) => {
  const source = event.detail?.requestConfig?.elt ?? event.detail?.ctx?.sourceElement;
  if (source?.matches?.("[hx-trigger]") && source.querySelector("button.htmx-request")) event.preventDefault();
});

on(["htmx:afterSettle", "htmx:after:settle"], ({ detail }) => {
  const source = detail?.requestConfig?.elt ?? detail?.ctx?.sourceElement;
  const target = source?.closest?.("[data-toast]") && (detail.target ?? detail.ctx?.target);
  const verb = detail?.requestConfig?.verb ?? detail?.ctx?.request?.method ?? "";
  const isAnswer = verb.toLowerCase() === "post" && !source?.matches?.("[hx-trigger]"); // not of what asks by itself
  tell("swapped", { change: (source?.closest?.("[data-change]") ?? target)?.id, isAnswer });
});

on(["htmx:responseError", "htmx:response:error"], ({ detail }) => {
  tell("failed", { status: detail?.xhr?.status ?? detail?.ctx?.response?.status ?? 500 });
});
// Version 2 repeats each of its errors as htmx:error, with errorInfo.
on(["htmx:sendError", "htmx:timeout", "htmx:error"], ({ detail }) => detail?.errorInfo || tell("failed", { status: 0 }));
