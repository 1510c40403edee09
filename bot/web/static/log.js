// The conversation on the page. Messages are placed by id and shown once; words on their way stay at the end.

import { bubble, choices, element, past } from "./bubble.js";
import { dayName, dayOf } from "./clock.js";
import { word } from "./words.js";

const NEAR = 80;

/** ``press(button)`` is called for a pressed choice, ``remove(id)`` when refused words are put away. */
export class Log {
  constructor({ log, scroll, newer, empty }, slot, press) {
    this.log = log;
    this.scroll = scroll;
    this.empty = empty;
    this.newer = newer;
    this.slot = slot;
    this.press = press;
    this.shown = new Map(); // id → element
    this.waiting = new Map(); // the page's own id → element
    this.days = new Map();
    this.pressed = new Map(); // token → id of the newest message in which its button was pressed
    this.newest = 0; // id of the newest message from Linli, the one whose choices have numbers
    this.spoke = 0; // id of the person's newest message: what was asked before it is answered
    this.stuck = true; // whether the view stays at the end
    this.top = 0;
    this.language = "zh_Hans";
    scroll.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    newer.addEventListener("click", () => this.toEnd());
    new ResizeObserver(() => this.stuck && this.toEnd()).observe(log);
    new ResizeObserver(() => this.stuck && this.toEnd()).observe(scroll);
  }

  get first() {
    return this.shown.size ? Math.min(...this.shown.keys()) : 0;
  }

  get last() {
    return this.shown.size ? Math.max(...this.shown.keys()) : 0;
  }

  /** Show messages not yet shown; ``quietly`` for history, which is not read aloud and does not move the view. */
  show(messages, quietly = false) {
    const height = this.scroll.scrollHeight;
    this.log.setAttribute("aria-busy", String(quietly));
    for (const message of messages) if (!this.shown.has(message.id)) this.#place(message, quietly);
    this.empty.hidden = this.log.childElementCount > 0;
    requestAnimationFrame(() => this.log.setAttribute("aria-busy", "false"));
    return this.scroll.scrollHeight - height;
  }

  /** Earlier messages go on top, and what the person was reading stays where it is. */
  showEarlier(messages) {
    this.scroll.scrollTop += this.show(messages, true);
  }

  /** Words on their way, at the end. */
  pending(entry, picture) {
    if (this.waiting.has(entry.id)) return;
    const node = bubble({ ...own(entry), picture }, this.slot, this.language);
    this.waiting.set(entry.id, node);
    this.empty.hidden = true;
    node.dataset.day = dayOf(entry.at);
    this.log.append(node);
    this.#separate(node);
    this.#disable(entry);
    this.toEnd();
  }

  /** Say in words how far something on its way has come; "" when it has arrived. */
  mark(id, text, percent) {
    const mark = this.waiting.get(id)?.querySelector(".mark");
    if (!mark) return;
    mark.replaceChildren(text);
    if (percent !== undefined) mark.append(" ", bar(percent));
    if (!text) this.#enable();
  }

  /** Refused words stay readable with the reason, until the person puts them away. */
  refuse(entry, why) {
    const node = this.waiting.get(entry.id);
    if (!node) return;
    const remove = element("button", "", word("mark.remove"));
    remove.type = "button";
    remove.addEventListener("click", () => node.remove());
    const mark = node.querySelector(".mark");
    mark.classList.add("mark-refused");
    mark.setAttribute("aria-live", "polite");
    mark.replaceChildren(why);
    mark.after(remove);
    this.waiting.delete(entry.id);
    this.#enable();
  }

  /** Dates again, after the language changed. */
  relabel(language) {
    this.language = language;
    for (const [day, node] of this.days) node.textContent = dayName(day, language);
  }

  toEnd() {
    this.stuck = true;
    this.newer.hidden = true;
    this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  #place(message, quietly) {
    const arrived = message.client && this.waiting.get(message.client);
    const node = arrived || bubble(message, this.slot, this.language);
    if (arrived) this.waiting.delete(message.client);
    node.dataset.id = message.id;
    node.dataset.day = dayOf(message.at);
    this.shown.set(message.id, node);
    this.#insert(node, message.id);
    this.#separate(node);
    if (message.out) this.#choices(node, message);
    else this.#answered(message);
    if (!quietly && !arrived) this.#reveal(node);
  }

  /** Keep the order of the ids; whatever has none yet stays at the end. Nodes that are in place are not touched. */
  #insert(node, id) {
    let before = null;
    for (let other = this.log.lastElementChild; other; other = other.previousElementSibling) {
      if (other === node || !other.classList.contains("message")) continue;
      if (Number(other.dataset.id) < id) break;
      before = other;
    }
    if (node.parentNode && node.nextElementSibling === before) return;
    const line = before?.previousElementSibling;
    const otherDay = line?.classList.contains("day") && before.dataset.day !== node.dataset.day;
    this.log.insertBefore(node, otherDay ? line : before);
  }

  /** One line per day, in front of its first message. */
  #separate(node) {
    const day = node.dataset.day;
    let line = this.days.get(day);
    if (!line) {
      line = element("div", "day", dayName(day, this.language));
      this.days.set(day, line);
    } else if (line.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING) return;
    this.log.insertBefore(line, node);
  }

  #choices(node, message) {
    const newer = message.id > this.newest;
    if (newer) {
      this.#unnumber(message);
      this.newest = message.id;
    }
    if (!message.buttons.length) return;
    const used = message.buttons.some((button) => this.pressed.get(button.token) > message.id);
    const over = used || (message.id < this.spoke && !lasts(message));
    node.append(over ? past(message.buttons) : choices(message.buttons, this.press, lasts(message), !newer));
  }

  /** A typed number means what was shown last; a mere note takes none from the open question of a form. */
  #unnumber(message) {
    for (const group of this.log.querySelectorAll(".choices:not(.kept)")) {
      if (message.buttons.length || !inForm([...group.children].map((one) => one.dataset))) group.classList.add("kept");
    }
  }

  /** Once the person said something, the choices before it are past, and nobody needs to hear that.
   * Those of a card last until one of them is pressed: the answer offers what can be done next. */
  #answered({ id, press }) {
    this.spoke = Math.max(id, this.spoke);
    if (press) this.pressed.set(press, Math.max(id, this.pressed.get(press) ?? 0));
    for (const group of this.log.querySelectorAll(".choices")) {
      const used = [...group.children].some((one) => one.dataset.token === press);
      if (Number(group.closest(".message").dataset.id) < id && (used || !group.dataset.lasts)) this.#flatten(group);
    }
  }

  #flatten(group) {
    const focused = group.contains(document.activeElement);
    group.replaceWith(past(Array.from(group.children, (one) => ({ label: one.dataset.label }))));
    if (focused) this.scroll.focus({ preventScroll: true });
  }

  #disable(entry) {
    if (entry.type !== "press") return;
    for (const one of this.log.querySelectorAll(".choice")) one.setAttribute("aria-disabled", "true");
  }

  #enable() {
    for (const one of this.log.querySelectorAll(".choice")) one.removeAttribute("aria-disabled");
  }

  #reveal(node) {
    if (!this.stuck) this.newer.hidden = false;
    else if (node.offsetHeight > this.scroll.clientHeight - 40) {
      this.stuck = false;
      this.scroll.scrollTop = node.offsetTop - this.log.offsetTop;
      this.top = this.scroll.scrollTop;
    } else this.toEnd();
  }

  /** Only who scrolls up leaves the end: a picture that takes its room later moves the end, not the reader. */
  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroll;
    const left = scrollHeight - scrollTop - clientHeight;
    if (left < 1 || (left < NEAR && scrollTop > this.top)) this.stuck = true;
    else if (left >= NEAR && scrollTop < this.top) this.stuck = false;
    this.top = scrollTop;
    if (this.stuck) this.newer.hidden = true;
  }
}

/** A card about a thing (a case, a service) can be acted on later too; a question of a form ("f:…") cannot. */
function lasts(message) {
  return message.card && !inForm(message.buttons);
}

function inForm(buttons) {
  return buttons.some((button) => button.token.startsWith("f:"));
}

function own(entry) {
  const text = entry.type === "press" ? entry.label : entry.text ?? "";
  const location = entry.type === "location" ? [entry.lat, entry.lon] : null;
  return { out: false, at: entry.at, text, card: false, buttons: [], photos: [], recordings: [], location };
}

function bar(percent) {
  const progress = element("progress");
  progress.max = 100;
  progress.value = percent;
  return progress;
}
