// Today's curves: callers by quarter of an hour.
import uPlot from "/static/vendor/uplot.js";
import { timeOfDay, words } from "./picture.js";

const LINES = /** @type {const} */ ([["offered", "#14566b"], ["answered", "#1d7a46"], ["abandoned", "#b3261e"]]);

export class Curve {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    this.shown = "";
    this.plot = new uPlot(
      {
        width: place.clientWidth, height: 150, legend: { live: false },
        scales: { y: { range: (_plot, _least, most) => [0, Math.max(4, most * 1.1)] } },
        axes: [
          { values: (_plot, times) => times.map((time) => timeOfDay(time * 1000)), size: 28 },
          { size: 34, incrs: [1, 2, 5, 10, 20, 50, 100] },
        ],
        series: [{}, ...LINES.map(([name, stroke]) => ({ label: words(name), stroke, width: 2, points: { show: false } }))],
      },
      [[], [], [], []],
      place,
    );
    addEventListener("resize", () => this.plot.setSize({ width: place.clientWidth, height: 150 }));
  }

  /** @param {import("./picture.js").Picture["curve"]} curve */
  show(curve) {
    const mark = JSON.stringify(curve);
    if (mark === this.shown) return;
    this.shown = mark;
    const first = Math.max(0, curve.offered.findIndex((count) => count > 0) - 2);
    const times = curve.offered.map((_count, step) => curve.start + step * curve.step_s).slice(first);
    this.plot.setData([times, ...LINES.map(([name]) => curve[name].slice(first))]);
  }
}
