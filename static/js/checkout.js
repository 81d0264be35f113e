// Shows the time left for the held seats on the steps after the map.

import { setServerTime } from "./seats/clock.js";
import { Countdown } from "./seats/countdown.js";

for (const line of document.querySelectorAll("[data-countdown]")) {
  setServerTime(line.dataset.now);
  const countdown = new Countdown(line.querySelector("strong"));
  countdown.until(Date.parse(line.dataset.expires));
  countdown.addEventListener("ended", () => (line.textContent = "The time for your seats has run out. Go on: if they are still free, one press holds them again."));
}
