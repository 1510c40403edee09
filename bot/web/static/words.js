// The page's own sentences, in the language of the moment. They come from the server's catalogues.

let words = {};
let asked = 0;
let answered = 0;

/** Fetch the sentences of a language (zh_Hans, zh_Hant, en) and put them on everything that carries a data-word mark.
 * Those of a language asked for earlier that come later are not wanted any more. */
export async function loadWords(language) {
  const turn = ++asked;
  const answer = await fetch(`/chat/words?lang=${encodeURIComponent(language)}`);
  if (!answer.ok) throw new Error(`words: ${answer.status}`);
  const found = await answer.json();
  if (turn < answered) return;
  answered = turn;
  words = found;
  label(document);
}

/** One sentence, with its {parameters} filled in; the key itself when it is unknown, so that a slip shows. */
export function word(key, params = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => params[name] ?? whole);
}

function label(root) {
  for (const element of root.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const element of root.querySelectorAll("[data-word-label]")) {
    element.setAttribute("aria-label", word(element.dataset.wordLabel));
  }
  for (const element of root.querySelectorAll("[data-word-placeholder]")) {
    element.placeholder = word(element.dataset.wordPlaceholder);
  }
}

/** The browser's name of one of our languages, for dates and the lang attribute. */
export function tag(language) {
  return { zh_Hans: "zh-CN", zh_Hant: "zh-TW", en: "en" }[language] ?? "zh-CN";
}
