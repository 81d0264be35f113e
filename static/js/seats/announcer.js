// A polite voice: speaks at most every three seconds; what comes up meanwhile is said together.

const PAUSE = 3000;

export class Announcer {
  #spokenAt = -PAUSE;
  #next = null;

  constructor(region) {
    this.region = region;
  }

  say(sentence) {
    const waiting = this.#next !== null;
    this.#next = waiting ? `${this.#next} ${sentence}` : sentence;
    if (!waiting) setTimeout(() => this.#speak(), Math.max(0, this.#spokenAt + PAUSE - performance.now()));
  }

  #speak() {
    this.region.textContent = this.#next;
    this.#next = null;
    this.#spokenAt = performance.now();
  }
}
