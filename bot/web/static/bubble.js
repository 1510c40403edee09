// How one message looks. Text goes in as text, never as markup.

import { timeOf } from "./clock.js";
import { rich } from "./text.js";
import { word } from "./words.js";

const LABEL = /^([^\s:：]{1,8}[:：])\s*(.+)$/s;

/** An element with a class and text. */
export function element(name, style = "", text = "") {
  const node = document.createElement(name);
  if (style) node.className = style;
  if (text) node.textContent = text;
  return node;
}

/** A message; its time and state stand below. ``picture`` is a photo that has not been uploaded yet. */
export function bubble(message, slot, language) {
  const node = element("div", `message ${message.out ? "theirs" : "own"}${message.card ? " card" : ""}`);
  const body = element("div", "bubble");
  body.append(element("span", "hidden", word(message.out ? "from.us" : "from.you")));
  const pictures = photos(message, slot);
  if (message.card) body.append(...card(message.text));
  if (pictures) body.append(pictures);
  body.append(...message.recordings.map((one) => recording(one, slot)));
  if (message.text && !message.card) body.append(words(message.text));
  if (message.location) body.append(pin(message.location));
  node.append(body, stamp(message, language));
  return node;
}

/** The choices under a message, numbered while it was shown last (typing the number works as well). */
export function choices(buttons, press, lasts = false, kept = false) {
  const group = element("div", kept ? "choices kept" : "choices");
  if (lasts) group.dataset.lasts = "1";
  group.classList.toggle("row", buttons.length > 3 && buttons.every((button) => button.label.length <= 2));
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", word("choices"));
  buttons.forEach((button, index) => {
    const node = element("button", `choice ${button.style}`.trim());
    node.type = "button";
    node.dataset.label = button.label;
    node.dataset.token = button.token;
    node.setAttribute("aria-label", button.label);
    const number = element("span", "number", String(index + 1));
    number.setAttribute("aria-hidden", "true");
    node.append(number, element("span", "", button.label));
    node.addEventListener("click", () => node.getAttribute("aria-disabled") === "true" || press(button));
    group.append(node);
  });
  return group;
}

/** Choices of an older message as plain text. */
export function past(buttons) {
  const line = element("p", "past");
  line.setAttribute("aria-live", "off");
  const labels = buttons.map((button, index) => `${index + 1} ${button.label}`).join(" · ");
  line.append(element("span", "hidden", word("past_choices")), labels);
  return line;
}

function words(text) {
  const node = element("div", "words");
  node.append(...rich(text));
  return node;
}

/** The first line is the heading; "name: value" lines show the name quietly. */
function card(text) {
  const [first, ...rest] = text.split("\n");
  const heading = element("h2", "heading");
  heading.append(...rich(first));
  const body = element("div", "card-body");
  for (const line of rest) {
    const node = element("div", "card-line");
    const parts = LABEL.exec(line);
    if (parts && !/^https?:$/.test(parts[1])) node.append(element("span", "label", parts[1]), " ", ...rich(parts[2]));
    else node.append(...rich(line));
    body.append(node);
  }
  return rest.length ? [heading, body] : [heading];
}

function photos(message, slot) {
  if (!message.photos.length && !message.picture) return null;
  const group = element("div", "photos");
  for (const name of message.photos) {
    const link = element("a");
    link.href = address(name, slot);
    link.target = "_blank";
    link.title = word("picture.open");
    link.append(image(link.href));
    group.append(link);
  }
  if (message.picture) group.append(image(URL.createObjectURL(message.picture)));
  return group;
}

function address(name, slot) {
  return `/media/${encodeURIComponent(name)}?slot=${slot}`;
}

/** Something spoken, to be heard here; where this browser cannot play it, a file to keep. */
function recording({ name, mime }, slot) {
  const node = element(mime.startsWith("video/") ? "video" : "audio", "recording");
  if (!node.canPlayType(mime)) {
    const link = element("a", "recording", word("recording.keep"));
    link.href = address(name, slot);
    link.download = "";
    return link;
  }
  node.controls = true;
  node.preload = "metadata";
  node.setAttribute("aria-label", word("recording"));
  node.src = address(name, slot);
  return node;
}

function image(source) {
  const node = element("img");
  node.alt = word("picture");
  node.src = source;
  return node;
}

function pin([lat, lon]) {
  const link = element("a", "", word("pin", { lat: lat.toFixed(5), lon: lon.toFixed(5) }));
  link.href = `geo:${lat},${lon}`;
  return link;
}

/** Time and state; changes of the state are not read aloud. */
function stamp(message, language) {
  const node = element("div", "stamp");
  node.setAttribute("aria-live", "off");
  const time = element("time");
  time.dateTime = message.at;
  time.textContent = timeOf(message.at, language);
  node.append(time, element("span", "mark"));
  return node;
}
