// Text as people wrote it: only addresses and phone numbers become links, everything else stays literal.

const ADDRESS = /https?:\/\/[\w\-.~:/?#[\]@!$&'*+,;=%]+/;
const PHONE = /1[3-9]\d{9}|0\d{2,3}[- ]?\d{7,8}|400-?\d{3}-?\d{4}|110|119|120|122|12345|12333|12348|12355|12356|12366|12393|95598|96\d{4}/;
const LINK = new RegExp(`(${ADDRESS.source})|(?:${PHONE.source})`, "g");
const COUNTED = /^\s?[元块米天日号岁年月个人户分次份件张页%％℃度\d*-]|^\.\d/;
const DIGIT = /[\dA-Za-z.*¥￥第-]$/;

/** Text and link nodes for ``text``. */
export function rich(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    const address = match[1]?.replace(/[.,;:!?)\]']+$/, "");
    const shown = address ?? match[0];
    const to = match.index + shown.length;
    if (!address && (DIGIT.test(text.slice(0, match.index)) || COUNTED.test(text.slice(to)))) continue;
    nodes.push(text.slice(from, match.index), link(shown, address));
    from = to;
  }
  nodes.push(text.slice(from));
  return nodes.filter((node) => node !== "");
}

function link(shown, address) {
  const anchor = document.createElement("a");
  anchor.textContent = shown;
  anchor.href = address ?? `tel:${shown.replace(/[^\d]/g, "")}`;
  if (address) {
    anchor.target = "_blank";
    anchor.rel = "noopener noreferrer";
  }
  return anchor;
}
