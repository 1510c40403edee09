// What must survive a reload: the draft and unsent words (localStorage), unsent photos (IndexedDB).
// Private windows may refuse either; then things are kept in memory for as long as the page is open.

/** Kept per slot, so that the conversations of one browser do not mix. */
export class Store {
  constructor(slot) {
    this.prefix = `linli.${slot}.`;
    this.memory = new Map();
    this.blobs = new Map();
    this.database = null;
  }

  read(name, fallback) {
    try {
      const kept = localStorage.getItem(this.prefix + name);
      return kept === null ? this.memory.get(name) ?? fallback : JSON.parse(kept);
    } catch {
      return this.memory.get(name) ?? fallback;
    }
  }

  write(name, value) {
    this.memory.set(name, value);
    try {
      localStorage.setItem(this.prefix + name, JSON.stringify(value));
    } catch {
      // Full or forbidden: memory has it.
    }
  }

  async putPhoto(id, blob) {
    this.blobs.set(id, blob);
    await this.#photos("readwrite", (photos) => photos.put(blob, this.prefix + id));
  }

  async photo(id) {
    return this.blobs.get(id) ?? (await this.#photos("readonly", (photos) => photos.get(this.prefix + id)));
  }

  async dropPhoto(id) {
    this.blobs.delete(id);
    await this.#photos("readwrite", (photos) => photos.delete(this.prefix + id));
  }

  async #photos(mode, ask) {
    try {
      const database = await this.#open();
      return await settled(ask(database.transaction("photos", mode).objectStore("photos")));
    } catch {
      return undefined;
    }
  }

  #open() {
    if (!this.database) {
      const request = indexedDB.open("linli", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("photos");
      this.database = settled(request);
      this.database.catch(() => (this.database = null));
    }
    return this.database;
  }
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
