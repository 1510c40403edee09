// Words on their way: kept until the server says it has them, sent one after the other and again with the same id.

import { Refused, upload } from "./photos.js";
import { word } from "./words.js";

const PATIENCE = 20_000;
const PAUSE = 4_000;

/** An entry is a frame to be ({id, type, …}); a photo without ``media`` has its picture in the store. */
export class Outbox {
  constructor(store, connection, log, path) {
    this.store = store;
    this.connection = connection;
    this.log = log;
    this.path = path;
    this.entries = store.read("pending", []);
    this.busy = null;
  }

  /** Show what an earlier visit left unsent. */
  async restore() {
    for (const entry of this.entries) this.log.pending(entry, await this.#picture(entry));
  }

  async add(entry, picture = null) {
    const full = { id: newId(), at: new Date().toISOString(), ...entry };
    if (picture) await this.store.putPhoto(full.id, picture);
    this.entries.push(full);
    this.#keep();
    this.log.pending(full, picture);
    if (!this.connection.online) this.log.mark(full.id, word("mark.waiting"));
    this.flush();
    return full.id;
  }

  /** Send the first entry, if the connection is up and nothing else is on its way. */
  flush() {
    if (this.busy || !this.connection.online || !this.entries.length) return;
    const entry = this.entries[0];
    this.busy = entry.id;
    this.#send(entry).catch((error) => this.#failed(entry, error));
  }

  /** The server has it: the acknowledgement, or the message itself after a reconnect. */
  done(id) {
    const before = this.entries.length;
    this.entries = this.entries.filter((entry) => entry.id !== id);
    if (this.entries.length === before) return;
    this.#keep();
    this.store.dropPhoto(id);
    this.log.mark(id, "");
    this.#next(id);
  }

  /** The server said no: with ``retry`` the same words go again after a pause, otherwise the person is told why. */
  refused(id, why, retry) {
    const entry = this.entries.find((one) => one.id === id);
    if (!entry) return;
    if (retry) return this.#later(id, why);
    this.entries = this.entries.filter((one) => one.id !== id);
    this.#keep();
    this.store.dropPhoto(id);
    this.log.refuse(entry, word("mark.refused", { why }));
    this.#next(id);
  }

  /** The connection is gone: whatever was on its way has to go again. */
  interrupted() {
    clearTimeout(this.timer);
    this.busy = null;
    for (const entry of this.entries) this.log.mark(entry.id, word("mark.waiting"));
  }

  async #send(entry) {
    this.log.mark(entry.id, word("mark.sending"));
    if (entry.type === "photo" && !entry.media) {
      const picture = await this.#picture(entry);
      if (!picture) throw new Refused(word("error.photo"));
      entry.media = await upload(this.path, picture, (percent) =>
        this.log.mark(entry.id, word("photo.progress", { percent }), percent),
      );
      this.#keep();
    }
    if (this.busy !== entry.id) return;
    const { at, ...frame } = entry;
    this.connection.send(frame);
    this.timer = setTimeout(() => this.busy === entry.id && this.connection.restart(), PATIENCE);
  }

  #failed(entry, error) {
    if (error instanceof Refused) this.refused(entry.id, error.message, false);
    else this.#later(entry.id, word("error.upload"));
  }

  #later(id, why) {
    this.log.mark(id, why);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#next(id), PAUSE);
  }

  #next(id) {
    if (this.busy !== id) return;
    clearTimeout(this.timer);
    this.busy = null;
    this.flush();
  }

  #picture(entry) {
    return entry.type === "photo" ? this.store.photo(entry.id) : null;
  }

  #keep() {
    this.store.write("pending", this.entries);
  }
}

/** A random id; plain http outside this machine has no crypto.randomUUID. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
