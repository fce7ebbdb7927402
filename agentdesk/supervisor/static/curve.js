// Today's curves by half hour, against what the same weekday brought.
import uPlot from "/static/vendor/uplot.js";
import { timeOfDay, words } from "./picture.js";

/** @typedef {import("./picture.js").Day} Day */
/** @typedef {import("./picture.js").Curves} Curves */

const LINES = /** @type {const} */ ([["expected", "#8a979e"], ["offered", "#14566b"], ["answered", "#1d7a46"], ["abandoned", "#b3261e"]]);
const HEIGHT = 150;
/** Half hours of a day. */
const DAY = 48;

export class Curve {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    this.shown = "";
    this.plot = new uPlot(
      {
        width: place.clientWidth, height: HEIGHT, legend: { live: false },
        scales: { y: { range: (_plot, _least, most) => [0, Math.max(4, most * 1.1)] } },
        axes: [
          { values: (_plot, times) => times.map((time) => timeOfDay(time * 1000)), size: 28 },
          { size: 34, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] },
        ],
        series: [{}, ...LINES.map(([name, stroke]) => ({ label: words(name), stroke, width: 2, points: { show: false }, dash: name === "expected" ? [5, 4] : [] }))],
      },
      [[], [], [], [], []],
      place,
    );
    addEventListener("resize", () => this.plot.setSize({ width: place.clientWidth, height: HEIGHT }));
  }

  /** @param {Day} day @param {string} queue empty for all together */
  show(day, queue) {
    const mark = JSON.stringify([day.start, day.curves, queue]);
    if (mark === this.shown) return;
    this.shown = mark;
    const wanted = Object.entries(day.curves).filter(([name]) => !queue || name === queue).map(([, curves]) => curves);
    const sums = LINES.map(([name]) => together(wanted.map((curves) => curves[name])));
    if (!sums[0].some(Boolean)) sums[0] = [];  // nothing is known of such a day
    const steps = Math.max(...sums.map((sum) => sum.length), DAY);
    const busy = Array.from({ length: steps }, (_none, step) => sums.some((sum) => (sum[step] ?? 0) > 0));
    const [first, last] = busy.includes(true) ? [Math.max(0, busy.indexOf(true) - 1), Math.min(steps, busy.lastIndexOf(true) + 2)] : [0, steps];
    const times = Array.from({ length: steps }, (_none, step) => day.start + step * day.step_s);
    const drawn = sums.map((sum) => Array.from({ length: steps }, (_none, step) => sum[step] ?? null));
    this.plot.setData(/** @type {any} */ ([times, ...drawn].map((each) => each.slice(first, last))));
  }
}

/** @param {number[][]} parts @returns {number[]} */
function together(parts) {
  const length = Math.max(0, ...parts.map((part) => part.length));
  return Array.from({ length }, (_none, step) => parts.reduce((sum, part) => sum + (part[step] ?? 0), 0));
}
