// The course of time as a picture; tabs by number.
import { typing } from "/static/typing.js";
import uPlot from "/static/vendor/uplot.js";

const HEIGHT = 170;
const COLOURS = ["#14566b", "#1d7a46", "#b3261e"];
const place = document.getElementById("course");

/** @param {HTMLElement} where */
function draw(where) {
  /** @type {{time: string, times: number[], lines: {label: string, values: number[]}[]}} */
  const course = JSON.parse(where.dataset.course ?? "");
  const points = { show: course.times.length < 32 };
  const plot = new uPlot(
    {
      width: where.clientWidth, height: HEIGHT,
      scales: { y: { range: (_plot, _least, most) => [0, Math.max(4, most * 1.1)] } },
      axes: [{ values: (_plot, times) => times.map(day), size: 28 }, { size: 40, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000] }],
      series: [{ label: course.time, value: (_plot, time) => (time === null ? "–" : day(time)) }, ...course.lines.map(({ label }, place) => ({ label, stroke: COLOURS[place], width: 2, points }))],
    },
    /** @type {any} */ ([course.times, ...course.lines.map(({ values }) => values)]),
    where,
  );
  addEventListener("resize", () => plot.setSize({ width: where.clientWidth, height: HEIGHT }));
}

/** @param {number} time */
function day(time) {
  const at = new Date(time * 1000);
  return `${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`;
}

if (place) draw(place);
document.addEventListener("keydown", (event) => {
  if (typing(event) || event.ctrlKey || event.altKey || event.metaKey) return;
  /** @type {HTMLElement | null} */ (document.querySelector(`.tabs [data-key="${CSS.escape(event.key)}"]`))?.click();
});
