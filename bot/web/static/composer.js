// Where people write: text that survives a reload, photos, the place, and the two words that always help.

import { shrink } from "./photos.js";
import { word } from "./words.js";

const LONGEST = 300_000; // what fits into one frame
const PHOTOS = 9;

/** Wires the form; ``outbox.add`` takes what is written. */
export class Composer {
  constructor(store, outbox) {
    this.store = store;
    this.outbox = outbox;
    this.form = document.getElementById("composer");
    this.text = document.getElementById("text");
    this.file = document.getElementById("file");
    this.notice = document.getElementById("notice");
    this.text.value = store.read("draft", "");
    this.#wire();
    this.#grow();
  }

  #wire() {
    this.form.addEventListener("submit", (event) => this.#submit(event));
    this.text.addEventListener("input", () => this.#typed());
    this.text.addEventListener("keydown", (event) => this.#key(event));
    this.text.addEventListener("paste", (event) => this.#paste(event));
    this.file.addEventListener("change", () => this.#photos([...this.file.files]));
    this.#on("human", () => this.outbox.add({ type: "text", text: word("say.human") }));
    this.#on("menu", () => this.outbox.add({ type: "text", text: word("say.menu") }));
    this.#on("photo", () => this.file.click());
    this.#on("place", () => this.#place());
    for (const one of document.querySelectorAll(".example")) one.addEventListener("click", () => this.#propose(one.textContent));
  }

  #on(id, act) {
    document.getElementById(id).addEventListener("click", act);
  }

  /** An example goes into the box, to be changed or sent. */
  #propose(text) {
    this.text.value = text;
    this.#typed();
    this.text.focus();
  }

  #submit(event) {
    event.preventDefault();
    const text = this.text.value.trim();
    this.text.focus();
    if (!text) return;
    if (text.length > LONGEST) return this.say(word("too_long", { n: LONGEST }));
    this.outbox.add({ type: "text", text });
    this.text.value = "";
    this.#typed();
    this.say("");
  }

  /** Enter sends; Shift+Enter is a new line; the Enter that picks a character in an input method does neither. */
  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  #typed() {
    this.store.write("draft", this.text.value);
    this.#grow();
  }

  #grow() {
    this.text.style.height = "";
    if (this.text.value) this.text.style.height = `${this.text.scrollHeight + 2}px`;
  }

  #paste(event) {
    const files = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
    if (!files.length) return;
    event.preventDefault();
    this.#photos(files);
  }

  async #photos(files) {
    this.file.value = "";
    if (!files.length) return;
    this.say(word("photo.preparing"));
    for (const file of files.slice(0, PHOTOS)) await this.outbox.add({ type: "photo", text: "" }, await shrink(file));
    const offline = this.outbox.connection.online ? "" : word("photo.kept");
    this.say(files.length > PHOTOS ? word("photo.many", { n: PHOTOS }) : offline);
  }

  #place() {
    if (!navigator.geolocation || !isSecureContext) return this.say(word("place.unsupported"));
    this.say(word("place.finding"));
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        this.say("");
        this.outbox.add({ type: "location", lat: coords.latitude, lon: coords.longitude });
      },
      () => this.say(word("place.denied")),
      { enableHighAccuracy: true, timeout: 10_000, maximumAge: 60_000 },
    );
  }

  /** A line above the composer; "" takes it away. */
  say(text) {
    this.notice.textContent = text;
    this.notice.hidden = !text;
  }
}
