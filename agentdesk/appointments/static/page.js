// The calendar of an order as a page.
import { arrows, firstFree } from "/static/calendar.js";

const place = document.getElementById("booking");
if (place) {
  arrows(place);
  firstFree(place)?.focus();
}
