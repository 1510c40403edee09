// The desk stays fresh by itself, opens cases beside the table, and can be worked with the keyboard: j, k, Enter, Esc.

import { loadWords, word } from "./words.js";

const REFRESH = 5_000;

const byId = (id) => document.getElementById(id);
const desk = `/desk/${document.body.dataset.slot}`;
const rows = byId("rows");
const panel = byId("case");
let opened = panel.hidden ? null : location.pathname;
let asked = 0; // grows with every case asked for, so that a late answer does not replace a newer one

const links = () => [...rows.querySelectorAll(".open")];

/**
 * A piece of a page, or null when it is still what the section shows (whose stamp is brought up to date then).
 * Pieces come from our own templates, which escape what people wrote.
 */
async function fetchPart(address, part, section = null) {
  const stamped = section?.querySelector("[data-stamp]");
  const seen = stamped?.dataset.stamp ?? "";
  const answer = await fetch(`${address}?part=${part}&seen=${seen}`, { headers: { Accept: "text/html" } });
  if (answer.status === 403 || answer.status === 401) location.reload();
  if (answer.status === 204) {
    if (stamped) stamped.dataset.stamp = answer.headers.get("X-Stamp") ?? seen;
    return null;
  }
  if (!answer.ok) throw Object.assign(new Error(`desk: ${answer.status}`), { gone: answer.status === 404 });
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  return template.content;
}

async function freshRows() {
  const fresh = await fetchPart(desk, "rows", rows);
  if (!fresh) return;
  const focused = rows.contains(document.activeElement) && document.activeElement.getAttribute("href");
  const top = rows.querySelector(".table")?.scrollTop ?? 0;
  rows.replaceChildren(fresh);
  rows.querySelector(".table")?.scrollTo(0, top);
  mark();
  if (focused) (links().find((one) => one.getAttribute("href") === focused) ?? links()[0])?.focus({ preventScroll: true });
}

async function freshCase() {
  const address = opened;
  if (!address) return;
  try {
    const fresh = await fetchPart(address, "case", panel);
    if (fresh && address === opened) panel.replaceChildren(fresh);
  } catch (error) {
    if (!error.gone) throw error;
    if (address === opened) close();
  }
}

async function refresh() {
  try {
    if (!document.hidden) await Promise.all([freshRows(), freshCase()]);
    say("");
  } catch {
    say(word("desk.lost"));
  }
  setTimeout(refresh, REFRESH);
}

function say(text) {
  const state = byId("state");
  if (state.textContent !== text) state.textContent = text;
  state.hidden = !text;
}

async function open(address, remember = true) {
  const turn = ++asked;
  try {
    const fresh = await fetchPart(address, "case");
    if (turn !== asked) return;
    panel.replaceChildren(fresh);
  } catch (error) {
    return say(word(error.gone ? "desk.gone" : "desk.lost"));
  }
  opened = address;
  panel.hidden = false;
  panel.scrollTop = 0;
  document.body.classList.add("opened");
  if (remember) history.pushState(null, "", address);
  mark();
  byId("told").textContent = panel.querySelector("h2").textContent;
  if (getComputedStyle(rows).display !== "none") return;
  scrollTo(0, 0);
  panel.focus({ preventScroll: true });
}

function close(remember = true) {
  const was = opened;
  asked += 1;
  opened = null;
  panel.hidden = true;
  panel.replaceChildren();
  document.body.classList.remove("opened");
  if (remember) history.pushState(null, "", desk);
  mark();
  links().find((one) => one.getAttribute("href") === was)?.focus();
}

/** Show in the table which case is open. */
function mark() {
  for (const one of links()) {
    const row = one.closest("tr");
    if (one.getAttribute("href") === opened) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

function move(by) {
  const all = links();
  const here = all.findIndex((one) => one === document.activeElement);
  const from = here >= 0 ? here : all.findIndex((one) => one.getAttribute("href") === opened);
  const next = all[Math.max(0, Math.min(all.length - 1, from < 0 ? 0 : from + by))];
  next?.focus();
  next?.closest("tr").scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", (event) => {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = event.target.closest(".open") ?? event.target.closest("tbody tr")?.querySelector(".open");
  const closing = event.target.closest(".close");
  if (!link && !closing) return;
  event.preventDefault();
  if (closing) close();
  else open(link.getAttribute("href"));
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "Escape" && opened) close();
});

addEventListener("popstate", () => (location.pathname.split("/").length > 3 ? open(location.pathname, false) : close(false)));
document.addEventListener("visibilitychange", () => document.hidden || Promise.all([freshRows(), freshCase()]).catch(() => {}));

await loadWords(document.body.dataset.language).catch(() => {});
setTimeout(refresh, REFRESH);
