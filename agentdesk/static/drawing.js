// What drawn maps have in common: shapes, and names in lines that fit.

const SVG = "http://www.w3.org/2000/svg";
const LINE_MAX = 20;

/** @param {string} tag @param {Record<string, string | number>} [attributes] @param {(Node | string)[]} children */
export function shape(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/** @param {string} name */
export function lines(name) {
  const found = [""];
  for (const word of name.split(" ")) {
    const last = found.length - 1;
    if (found[last] && `${found[last]} ${word}`.length > LINE_MAX) found.push(word);
    else found[last] = `${found[last]} ${word}`.trim();
  }
  return found;
}
