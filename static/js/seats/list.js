// The list of free seats, kept in step with the map. It is also what the form sends.

export class SeatList extends EventTarget {
  constructor(element, seats) {
    super();
    this.seats = seats;
    this.rows = new Map([...element.querySelectorAll("[data-row]")].map((row) => [row.dataset.row, row.querySelector(".list__seats")]));
    this.boxes = new Map([...element.querySelectorAll("input")].map((box) => [Number(box.value), box]));
    element.addEventListener("change", (event) => this.dispatchEvent(new CustomEvent("toggle", { detail: seats.get(event.target.value) })));
    seats.addEventListener("change", (event) => event.detail.forEach((seat) => this.#draw(seat)));
  }

  #draw(seat) {
    const open = seat.status === "available" || seat.status === "yours";
    if (!open) return this.#remove(seat);
    const box = this.boxes.get(seat.id) ?? this.#add(seat);
    box.checked = this.seats.isPicked(seat) || (seat.status === "available" && this.seats.busy.has(seat.id));
  }

  #remove(seat) {
    this.boxes.get(seat.id)?.closest("label").remove();
    this.boxes.delete(seat.id);
  }

  #add(seat) {
    const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "seats", value: seat.id });
    const words = document.createElement("span");
    const price = Object.assign(document.createElement("span"), { className: "muted", textContent: seat.price });
    words.append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: "Seat " }));
    words.append(seat.plain ? `${seat.number} ` : `${seat.number} ${seat.kind} `, price);
    const label = Object.assign(document.createElement("label"), { className: "pick" });
    label.append(box, " ", words);
    const row = this.rows.get(seat.row);
    const next = [...row.querySelectorAll("input")].find((other) => this.seats.get(other.value).x > seat.x);
    row.insertBefore(label, next?.closest("label") ?? null);
    this.boxes.set(seat.id, box);
    return box;
  }
}
