// About oneself: who, whether one may be found, the language, signing out.
import { dispatch, make, me, part, say, words } from "/static/field/dom.js";
import * as store from "/static/field/store.js";
import { ask, json } from "/static/field/sync.js";

/** @param {import("/static/field/list.js").Known} known @param {() => Promise<void>} again @returns {Node[]} */
export function mine({ work, acts, files }, again) {
  const agreed = Boolean(work?.agreed);
  const consent = async () => {
    try {
      await ask("/api/field/consent", json("PUT", { agreed: !agreed }));
      await again();
    } catch {
      say(words("needs-network"), "bad");
    }
  };
  const leave = async () => {
    if (acts.some((act) => act.state === "queued") || files.length) return say(words("leave-not"), "bad");
    await store.forget();
    for (const name of await caches.keys()) await (await caches.open(name)).delete("/field");
    return part("leave").requestSubmit();
  };
  const language = part("language");
  const other = /** @type {HTMLButtonElement} */ (language.querySelector("button"));
  return [
    make("section", { class: "card" }, make("h2", {}, me), make("p", { class: "quiet" }, words("install"))),
    make("section", { class: "card" }, make("h3", {}, words("locate")), make("p", {}, words("locate-how")),
      make("p", {}, make("b", {}, agreed ? words(work.working ? "locate-on" : "locate-rest") : words("locate-off"))),
      make("button", { "data-consent": agreed ? "yes" : "no", disabled: !work, click: consent }, words(agreed ? "locate-no" : "locate-yes"))),
    make("section", { class: "pair" },
      ...dispatch(work),
      make("button", { lang: other.lang, click: () => language.requestSubmit(other) }, other.textContent ?? ""),
      make("button", { click: leave }, words("sign-out"))),
  ];
}
