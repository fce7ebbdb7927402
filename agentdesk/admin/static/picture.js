// The drawing: choose a node by mouse or arrows, make it larger, pull a way to another node.
import { typing } from "/static/typing.js";

const READABLE = 0.85;
const STEPS = /** @type {Record<string, number>} */ ({ "+": 1, "=": 1, "-": -1, 0: 0 });

export class Picture {
  selected = "";
  scale = 0;

  /**
   * @param {HTMLElement} box
   * @param {{ choose: (node: string) => void, connect: (node: string, how: string, to: string) => void }} acts
   */
  constructor(box, acts) {
    this.box = box;
    this.acts = acts;
    box.addEventListener("click", (event) => {
      const node = nameAt(event.target);
      if (node) acts.choose(node);
    });
    box.addEventListener("keydown", (event) => this.#key(event));
    box.addEventListener("pointerdown", (event) => this.#pull(event));
    document.addEventListener("keydown", (event) => {
      if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key in STEPS && !document.querySelector("dialog[open]")) { event.preventDefault(); this.zoom(STEPS[event.key]); }
    });
    document.querySelectorAll("[data-zoom]").forEach((button) =>
      button.addEventListener("click", () => this.zoom(Number(button.getAttribute("data-zoom")))));
    this.fit();
  }

  get svg() {
    return /** @type {SVGSVGElement} */ (this.box.querySelector("svg"));
  }

  /** @returns {SVGGElement[]} */
  get nodes() {
    return [...this.box.querySelectorAll("g[data-node]")].map((each) => /** @type {SVGGElement} */ (each));
  }

  /** @param {string} svg @param {string} selected */
  draw(svg, selected) {
    const { scrollLeft, scrollTop } = this.box;
    this.box.innerHTML = svg; // made by our server, every text escaped
    this.#size();
    this.box.scrollTo(scrollLeft, scrollTop);
    this.mark(selected);
  }

  /** @param {string} name */
  mark(name) {
    this.selected = name;
    for (const node of this.nodes) node.setAttribute("aria-selected", String(node.dataset.node === name));
    this.box.setAttribute("aria-activedescendant", `node-${name}`);
    this.#show(this.nodes.find((node) => node.dataset.node === name));
  }

  /** @param {SVGGElement | undefined} node */
  #show(node) {
    if (!node) return;
    const here = node.getBoundingClientRect(), frame = this.box.getBoundingClientRect();
    const right = here.right - frame.right + 16, left = here.left - frame.left - 16;
    const below = here.bottom - frame.bottom + 16, above = here.top - frame.top - 16;
    this.box.scrollBy(left < 0 ? left : Math.max(0, right), above < 0 ? above : Math.max(0, below));
  }

  fit() {
    this.zoom(0);
    if (this.scale < READABLE) { this.scale = READABLE; this.#size(); }
  }

  /** @param {number} step -1, 0 (fit) or 1 */
  zoom(step) {
    const fit = Math.min(1, (this.box.clientWidth - 2) / this.svg.viewBox.baseVal.width);
    this.scale = step === 0 ? fit : Math.min(3, Math.max(0.2, this.scale * (step > 0 ? 1.25 : 0.8)));
    this.#size();
  }

  #size() {
    this.svg.setAttribute("width", String(this.svg.viewBox.baseVal.width * this.scale));
    this.svg.removeAttribute("height");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const next = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    if (!next || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const found = this.#beside(next[0], next[1]);
    if (found) this.acts.choose(found);
  }

  /** The nearest node in that direction: along the column, or in the next one. @param {number} x @param {number} y */
  #beside(x, y) {
    const at = (/** @type {SVGGElement} */ node) => /** @type {SVGGraphicsElement} */ (node.querySelector("rect")).getBBox();
    const mine = this.nodes.find((node) => node.dataset.node === this.selected);
    if (!mine) return this.nodes[0]?.dataset.node;
    const here = at(mine);
    let best, least = Infinity;
    for (const node of this.nodes) {
      const there = at(node);
      const across = Math.sign(there.x - here.x), along = there.y - here.y;
      if (across !== x || (x === 0 && Math.sign(along) !== y)) continue;
      const far = Math.abs(there.x - here.x) * 4 + Math.abs(along);
      if (far < least) { least = far; best = node.dataset.node; }
    }
    return best;
  }

  /** A line of a node is pulled to where it shall lead. @param {PointerEvent} event */
  #pull(event) {
    const row = /** @type {Element} */ (event.target).closest("text[data-how]");
    const node = nameAt(event.target);
    if (!row || !node || event.button !== 0) return;
    const line = this.svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "path"));
    line.setAttribute("class", "menu-drag");
    const from = this.#point(event);
    const move = (/** @type {PointerEvent} */ moved) => {
      const to = this.#point(moved);
      line.setAttribute("d", `M${from.x} ${from.y}L${to.x} ${to.y}`);
    };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", (up) => {
      document.removeEventListener("pointermove", move);
      line.remove();
      const to = nameAt(document.elementFromPoint(up.clientX, up.clientY));
      if (to && to !== node) this.acts.connect(node, row.getAttribute("data-how") ?? "", to);
    }, { once: true });
  }

  /** @param {PointerEvent} event */
  #point(event) {
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM()?.inverse());
  }
}

/** @param {EventTarget | null} target */
function nameAt(target) {
  const node = target instanceof Element ? target.closest("g[data-node]") : null;
  return node?.getAttribute("data-node") ?? "";
}
