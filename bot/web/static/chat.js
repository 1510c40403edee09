// The chat page: joins connection, conversation, words on their way, and composer.

import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { Log } from "./log.js";
import { Outbox } from "./outbox.js";
import { Store } from "./store.js";
import { loadWords, tag, word } from "./words.js";

const byId = (id) => document.getElementById(id);
const slot = document.body.dataset.slot;
const path = `/chat/${slot}`;
let language = document.body.dataset.language;
let wanted = null; // a language chosen here that the server has not confirmed yet

const store = new Store(slot);
const connection = new Connection(path);
const places = { log: byId("log"), scroll: byId("scroll"), newer: byId("newer"), empty: byId("empty") };
const log = new Log(places, slot, press);
const outbox = new Outbox(store, connection, log, path);

function press({ token, label }) {
  outbox.add({ type: "press", token, label });
}

const frames = {
  welcome(frame) {
    head(frame);
    if (!wanted) speak(frame.lang);
    frame.messages.forEach((message) => message.client && outbox.done(message.client));
    log.show(frame.messages, !log.last);
    if (frame.more) byId("earlier").hidden = false;
    if (wanted) connection.send({ type: "language", lang: wanted });
    outbox.flush();
  },
  message(message) {
    if (message.client) outbox.done(message.client);
    log.show([message]);
  },
  earlier(frame) {
    log.showEarlier(frame.messages);
    byId("earlier").hidden = !frame.more;
  },
  ack: (frame) => outbox.done(frame.id),
  error(frame) {
    if (frame.id) outbox.refused(frame.id, frame.text, frame.retry);
    else composer.say(frame.text);
  },
  language(frame) {
    if (wanted && frame.lang !== wanted) return; // chosen again meanwhile
    wanted = null;
    speak(frame.lang);
  },
};

function head({ name, title }) {
  byId("name").textContent = name;
  byId("title").textContent = title;
  byId("title").hidden = !title;
  document.title = title ? `${title} · ${name}` : name;
}

/** The page follows a language: its words, dates and lang attribute. */
async function speak(next) {
  if (next === language) return;
  language = next;
  byId("language").value = next;
  document.documentElement.lang = tag(next);
  await loadWords(next).catch(() => {});
  log.relabel(next);
  state(connection.state ?? "connecting");
}

function state(name) {
  const node = byId("state");
  const text = word(`state.${name}`);
  if (node.textContent !== text) node.textContent = text;
  node.dataset.state = name;
  byId("kept").hidden = name === "online" || name === "connecting";
}

function elder() {
  const on = document.documentElement.classList.toggle("elder");
  byId("elder").setAttribute("aria-pressed", String(on));
  connection.send({ type: "elder", on });
}

function choose() {
  wanted = byId("language").value;
  speak(wanted);
  if (connection.online) connection.send({ type: "language", lang: wanted });
}

/** Keep the composer above the keyboard where the browser lays its keyboard over the page. */
function fit() {
  const view = visualViewport;
  document.body.style.height = view && view.scale === 1 && view.height < innerHeight - 40 ? `${view.height}px` : "";
}

connection.addEventListener("state", ({ detail }) => {
  state(detail);
  if (detail !== "online") outbox.interrupted();
});
connection.addEventListener("open", () => {
  const large = document.documentElement.classList.contains("elder");
  connection.send({ type: "hello", after: log.last, lang: tag(language), elder: large });
});
connection.addEventListener("frame", ({ detail }) => frames[detail.type]?.(detail));
byId("elder").addEventListener("click", elder);
byId("language").addEventListener("change", choose);
if (byId("language").value !== language) choose(); // before this script was there to hear of it
byId("earlier").addEventListener("click", () => connection.send({ type: "earlier", before: log.first }));
globalThis.visualViewport?.addEventListener("resize", fit);

await loadWords(language).catch(() => {});
log.relabel(language);
const composer = new Composer(store, outbox);
await outbox.restore();
connection.connect();
if (!matchMedia("(pointer: coarse)").matches) byId("text").focus();
