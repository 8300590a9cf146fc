// Shows how much of an upload is sent. Then the bar has no value: the server reads, and how long is not known.
document.addEventListener("htmx:beforeRequest", (event) => {
  const line = event.target.querySelector?.("[data-upload-progress]");
  if (line) line.hidden = false;
});

document.addEventListener("htmx:xhr:progress", (event) => {
  const bar = event.target.querySelector?.("[data-upload-progress] progress");
  if (!bar || !event.detail.lengthComputable) return;
  const sent = Math.round((100 * event.detail.loaded) / event.detail.total);
  if (sent < 100) bar.value = sent;
  else bar.removeAttribute("value");
});
