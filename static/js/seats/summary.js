// The panel beside the map: picked seats, prices, total, and what can be done next.

const cents = (price) => Math.round(Number(price) * 100);

export class Summary {
  constructor(seats) {
    this.seats = seats;
    this.parts = Object.fromEntries(["picked", "total", "none-yet", "again", "your-seats"].map((id) => [id, document.getElementById(id)]));
    seats.addEventListener("change", () => this.draw());
  }

  focus() {
    this.parts["your-seats"].focus();
  }

  draw() {
    const picked = this.seats.picked();
    const total = picked.reduce((sum, seat) => sum + cents(this.seats.price(seat)), 0);
    const focused = document.activeElement?.closest("#picked [data-seat]")?.dataset.seat;
    this.parts.picked.replaceChildren(...picked.map((seat) => this.#line(seat)));
    if (focused) (this.parts.picked.querySelector(`[data-seat="${focused}"] button`) ?? this.parts["your-seats"]).focus();
    this.parts.total.textContent = (total / 100).toFixed(2);
    this.parts["none-yet"].hidden = picked.length > 0;
    const nothingToHold = this.seats.wished().length === 0;
    if (nothingToHold && document.activeElement === this.parts.again) this.focus();
    this.parts.again.hidden = nothingToHold;
  }

  #line(seat) {
    const name = this.seats.name(seat);
    const held = seat.status === "yours";
    const line = document.createElement("li");
    line.dataset.seat = seat.id;
    const drop = Object.assign(document.createElement("button"), { className: "drop", name: "drop", value: seat.id });
    drop.setAttribute("aria-label", `${held ? "Give back" : "Remove"} ${name}`);
    drop.append(Object.assign(document.createElement("span"), { ariaHidden: "true", textContent: "×" }));
    line.append(
      Object.assign(document.createElement("strong"), { textContent: name }),
      Object.assign(document.createElement("span"), { textContent: held ? seat.kind : `${seat.kind}, not held` }),
      Object.assign(document.createElement("span"), { className: "number", textContent: this.seats.price(seat) }),
      drop,
    );
    return line;
  }
}
