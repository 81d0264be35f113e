// What this page knows of the seats. Changes are told by "change" events; the DOM is drawn elsewhere.

const WORDS = { available: "available", reserved: "held", booked: "sold" };

/** The page's word for an entry of the socket. */
export function wordFor(update) {
  return update.status === "reserved" && update.is_mine ? "yours" : WORDS[update.status];
}

function seatOf(cell) {
  const [row, number, kind, price] = cell.getAttribute("aria-label").split(", ");
  return {
    id: Number(cell.dataset.seatId),
    row: row.replace("Row ", ""),
    number: Number(number.replace("seat ", "")),
    kind,
    price,
    plain: cell.dataset.kind === "standard",
    status: cell.dataset.status,
    x: Number(cell.dataset.x),
    y: Number(cell.dataset.y),
    cell,
  };
}

export class Seats extends EventTarget {
  chosen = new Set(); // wished for, but not held: the hold ended
  busy = new Set(); // the server is being asked
  prices = new Map(); // of the holds, as they were when held

  constructor(cells) {
    super();
    this.all = new Map([...cells].map(seatOf).map((seat) => [seat.id, seat]));
  }

  get(id) {
    return this.all.get(Number(id));
  }

  /** Seats of the summary: held or wished for, in the order of the room. */
  picked() {
    return [...this.all.values()].filter((seat) => seat.status === "yours" || this.chosen.has(seat.id));
  }

  wished() {
    return this.picked().filter((seat) => seat.status !== "yours");
  }

  isPicked(seat) {
    return seat.status === "yours" || this.chosen.has(seat.id);
  }

  name(seat) {
    return `${seat.row}${seat.number}`;
  }

  price(seat) {
    return (seat.status === "yours" && this.prices.get(seat.id)) || seat.price;
  }

  /** Take over `[[id, status], ...]`; returns the seats that changed, each with what it was. */
  update(entries) {
    const changes = [];
    for (const [id, status] of entries) {
      const seat = this.get(id);
      if (!seat || seat.status === status) continue;
      changes.push({ seat, was: seat.status });
      seat.status = status;
      if (status !== "available") this.chosen.delete(seat.id);
    }
    this.redraw(changes.map((change) => change.seat));
    return changes;
  }

  choose(ids, on) {
    for (const id of ids) {
      if (on) this.chosen.add(id);
      else this.chosen.delete(id);
    }
    this.redraw(ids.map((id) => this.get(id)));
  }

  setBusy(ids, on) {
    for (const id of ids) {
      if (on) this.busy.add(id);
      else this.busy.delete(id);
    }
    this.redraw(ids.map((id) => this.get(id)));
  }

  redraw(seats) {
    if (seats.length) this.dispatchEvent(new CustomEvent("change", { detail: seats.filter(Boolean) }));
  }
}
