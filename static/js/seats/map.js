// Draws the seats' states and moves among them: one Tab stop, arrows by geometry.

const SVG = "http://www.w3.org/2000/svg";
const PITCH = 44;
const SMALLEST = 24 / PITCH; // of a seat, in CSS pixels
const STEP = 1.25;
const SIGNS = { wheelchair: "W", companion: "C" };

export class SeatMap extends EventTarget {
  constructor(svg, view, seats) {
    super();
    Object.assign(this, { svg, view, seats });
    this.rows = this.#rows();
    this.naturalWidth = svg.viewBox.baseVal.width;
    this.#setStop(this.seats.picked()[0] ?? this.rows[0]?.[0]);
    this.#setZoom(this.fitScale() >= SMALLEST ? this.fitScale() : 1);
    view.scrollLeft = (view.scrollWidth - view.clientWidth) / 2;
    svg.addEventListener("click", (event) => this.#clicked(event));
    svg.addEventListener("keydown", (event) => this.#pressed(event));
    seats.addEventListener("change", (event) => event.detail.forEach((seat) => this.#draw(seat)));
  }

  get focused() {
    const cell = document.activeElement?.closest?.(".seat[data-seat-id]");
    return cell ? this.seats.get(cell.dataset.seatId) : undefined;
  }

  focus() {
    this.#go(this.stop);
  }

  fitScale() {
    return Math.min(1, (this.view.clientWidth - 16) / this.naturalWidth);
  }

  zoom(kind) {
    const fit = Math.max(this.fitScale(), SMALLEST);
    const wanted = { in: this.scale * STEP, out: this.scale / STEP, fit }[kind];
    this.#setZoom(Math.min(2.5, Math.max(SMALLEST, wanted)));
  }

  #setZoom(scale) {
    this.scale = scale;
    this.svg.style.maxInlineSize = "none";
    this.svg.style.inlineSize = `${Math.round(this.naturalWidth * scale)}px`;
  }

  #rows() {
    const rows = new Map();
    for (const seat of this.seats.all.values()) rows.set(seat.y, [...(rows.get(seat.y) ?? []), seat]);
    return [...rows.keys()].sort((a, b) => a - b).map((y) => rows.get(y).sort((a, b) => a.x - b.x));
  }

  #draw(seat) {
    const { cell } = seat;
    const busy = this.seats.busy.has(seat.id);
    cell.dataset.status = seat.status;
    cell.setAttribute("aria-selected", String(this.seats.isPicked(seat)));
    cell.setAttribute("aria-disabled", String(!["available", "yours"].includes(seat.status)));
    if (busy) cell.setAttribute("aria-busy", "true");
    else cell.removeAttribute("aria-busy");
    cell.setAttribute("aria-label", `Row ${seat.row}, seat ${seat.number}, ${seat.kind}, ${this.seats.price(seat)}, ${seat.status}`);
    cell.querySelector(".mark").replaceWith(this.#mark(seat, busy));
  }

  #mark(seat, busy) {
    const shape = busy ? "busy" : { held: "held", sold: "sold" }[seat.status];
    if (!shape) {
      const text = document.createElementNS(SVG, "text");
      const sign = SIGNS[seat.cell.dataset.kind];
      text.setAttribute("class", `mark mark-${sign ? "sign" : "number"}`);
      text.textContent = sign ?? seat.number;
      return text;
    }
    const use = document.createElementNS(SVG, "use");
    const place = { class: `mark mark-${shape}`, href: `#m-${shape}`, x: -18, y: -18, width: 36, height: 36 };
    for (const [name, value] of Object.entries(place)) use.setAttribute(name, value);
    return use;
  }

  #setStop(seat) {
    this.stop?.cell.setAttribute("tabindex", "-1");
    this.stop = seat;
    seat?.cell.setAttribute("tabindex", "0");
  }

  #go(seat) {
    if (!seat) return;
    this.#setStop(seat);
    seat.cell.focus({ preventScroll: true });
    seat.cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #clicked(event) {
    const cell = event.target.closest(".seat");
    if (!cell) return;
    const seat = this.seats.get(cell.dataset.seatId);
    this.#go(seat);
    this.#toggle(seat);
  }

  #toggle(seat) {
    this.dispatchEvent(new CustomEvent("toggle", { detail: seat }));
  }

  #pressed(event) {
    const seat = this.focused;
    if (!seat || event.altKey || event.metaKey) return;
    if ((event.key === " " || event.key === "Enter") && !event.ctrlKey) this.#toggle(seat);
    else if (event.key === "Escape") this.dispatchEvent(new Event("leave"));
    else {
      const target = this.#target(event, seat);
      if (target === undefined) return;
      this.#go(target);
    }
    event.preventDefault();
  }

  /** The seat a key leads to; `undefined` if the key is none of ours. */
  #target(event, seat) {
    const row = this.rows.findIndex((seats) => seats.includes(seat));
    const here = this.rows[row];
    const column = here.indexOf(seat);
    const last = this.rows.length - 1;
    if (event.ctrlKey) return { Home: this.rows[0][0], End: this.rows[last].at(-1) }[event.key];
    switch (event.key) {
      case "ArrowLeft": return here[Math.max(0, column - 1)];
      case "ArrowRight": return here[Math.min(here.length - 1, column + 1)];
      case "ArrowUp": return this.#nearest(seat, Math.max(0, row - 1));
      case "ArrowDown": return this.#nearest(seat, Math.min(last, row + 1));
      case "PageUp": return this.#nearest(seat, Math.max(0, row - 5));
      case "PageDown": return this.#nearest(seat, Math.min(last, row + 5));
      case "Home": return here[0];
      case "End": return here.at(-1);
      default: return this.#byLetter(event.key, seat, row);
    }
  }

  #nearest(seat, row) {
    return this.rows[row].reduce((best, one) => (Math.abs(one.x - seat.x) < Math.abs(best.x - seat.x) ? one : best));
  }

  /** The next row whose name begins with the letter, from the one after this on. */
  #byLetter(key, seat, row) {
    if (!/^[\p{L}\p{N}]$/u.test(key)) return undefined;
    const begins = (index) => this.rows[index][0].row.toUpperCase().startsWith(key.toUpperCase());
    const order = this.rows.map((_, index) => (row + 1 + index) % this.rows.length);
    const found = order.find(begins);
    return found === undefined ? seat : this.#nearest(seat, found);
  }
}
