// The wallboard: the same picture, larger.
import { follow, language, limits, make, one, percent, present, rows, tick, timeOfDay, words, write } from "./picture.js";

/** @typedef {import("./picture.js").Picture} Picture */

/** @param {Picture} picture */
function drawQueues(picture) {
  rows(one('[data-rows="wall-queues"]'), picture.queues, (queue) => queue.name,
    () => make("tr", "", ...Array.from({ length: 5 }, () => make("td"))),
    (row, queue) => {
      const cells = /** @type {HTMLElement[]} */ ([...row.children]);
      [queue.label[language], queue.waiting, null, queue.ready, percent(queue.service_level)].forEach((text, index) => {
        if (text !== null) write(cells[index], String(text));
      });
      tick(cells[2], queue.longest_since, ...limits(picture, queue.name));
      cells[1].classList.toggle("warn", queue.waiting > 0);
      cells[3].classList.toggle("bad", queue.waiting > 0 && queue.ready === 0);
      cells[4].classList.toggle("bad", queue.service_level !== null && queue.service_level < queue.goal);
    });
}

/** @param {Picture} picture */
function drawPeople(picture) {
  const here = picture.agents.filter((agent) => agent.state !== "closed");
  rows(one('[data-rows="people"]'), here, (agent) => agent.number,
    () => make("div", "", make("b"), make("div", "", make("span", "state"), make("span", "for"))),
    (row, agent) => {
      row.className = `person ${agent.state}`;
      write(one("b", row), agent.name);
      write(one(".state", row), words(`state-${agent.state}`));
      tick(one(".for", row), agent.since);
    });
}

const clock = () => write(one("[data-clock]"), timeOfDay(present()));
clock();
setInterval(clock, 1000);
follow((picture) => { drawQueues(picture); drawPeople(picture); });
