// A page that is looked at tells so, and hears who else is there. A hidden page is silent, and catches up when it is shown.
const EVERY = 30_000;
let told = 0;

function tell() {
  const place = document.querySelector("[data-presence]");
  if (!place || document.visibilityState !== "visible" || performance.now() - told < EVERY - 1000) return;
  told = performance.now();
  place.dispatchEvent(new CustomEvent("present"));
}

if (document.querySelector("[data-presence]")) {
  told = -EVERY;
  addEventListener("load", tell);
  setInterval(tell, EVERY);
  document.addEventListener("visibilitychange", tell);
}
