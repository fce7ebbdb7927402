// Where the device is: asked for only when its owner agreed, and only in working time.
import * as store from "/static/field/store.js";

const FRESH_MS = 10 * 60_000;
/** @type {{at: string, lon: number, lat: number, accuracy_m: number} | null} */
let last = null;
let watch = 0, every = 60_000, kept = 0;

/** Begin or end to look, as the person and the hour allow. @param {{agreed: boolean, working: boolean, position_every_s: number}} work */
export function follow(work) {
  every = work.position_every_s * 1000;
  const may = work.agreed && work.working && "geolocation" in navigator;
  if (may && !watch) watch = navigator.geolocation.watchPosition(seen, () => undefined, { enableHighAccuracy: true, maximumAge: 30_000 });
  if (!may && watch) {
    navigator.geolocation.clearWatch(watch);
    watch = 0;
    last = null;
  }
}

/** @param {GeolocationPosition} position */
async function seen({ coords, timestamp }) {
  last = { at: new Date(timestamp).toISOString(), lon: coords.longitude, lat: coords.latitude, accuracy_m: Math.min(coords.accuracy, 100_000) };
  if (timestamp - kept < every) return;
  kept = timestamp;
  await store.addFix(last);
}

/** Where the device was just now; null when it is not known. @returns {[number, number] | null} */
export function here() {
  return last && Date.now() - Date.parse(last.at) < FRESH_MS ? [last.lon, last.lat] : null;
}
