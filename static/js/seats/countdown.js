// Counts down to the end of the holds and tells others when it matters.

import { asMinutes, serverNow } from "./clock.js";

const SPOKEN_SECONDS = [300, 120, 60, 30];
const WORDS = { 300: "5 minutes", 120: "2 minutes", 60: "1 minute", 30: "30 seconds" };

export class Countdown extends EventTarget {
  #end = null;
  #last = Infinity;

  constructor(output) {
    super();
    this.output = output;
    setInterval(() => this.#tick(), 250);
  }

  /** Count to this moment (milliseconds on the server's clock), or to nothing with `null`. */
  until(end) {
    if (end === this.#end) return;
    this.#end = end;
    this.#last = end === null ? Infinity : Math.ceil((end - serverNow()) / 1000);
    this.#show();
    if (this.#last === 300) this.#tell("spoken", WORDS[300]);
  }

  #tick() {
    if (this.#end === null) return;
    const left = Math.ceil((this.#end - serverNow()) / 1000);
    for (const mark of SPOKEN_SECONDS) {
      if (this.#last > mark && left <= mark && left > mark - 5) this.#tell("spoken", WORDS[mark]);
    }
    if (this.#last > 60 && left <= 60 && left > 5) this.#tell("last-minute");
    if (left <= 0) {
      this.#end = null;
      this.#tell("ended");
    }
    this.#last = left;
    this.#show();
  }

  #show() {
    if (this.#end !== null) this.output.textContent = asMinutes(this.#end - serverNow());
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
