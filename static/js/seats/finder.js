// Best available: what the party wants, and what the house has suggested on this page.

export class Finder {
  constructor(element) {
    this.element = element;
    this.offer = element.querySelector("#offer");
    this.next = element.querySelector("#next");
    this.offered = [...element.querySelectorAll("[name=offered]")].map((input) => input.value);
    element.addEventListener("change", () => this.forget());
  }

  /** What the form would send, beside the button. */
  asks() {
    const boxes = [...this.element.querySelectorAll("input:checked")].map((box) => [box.name, "on"]);
    return [["quantity", this.element.querySelector("#quantity").value], ...boxes, ...this.offered.map((group) => ["offered", group])];
  }

  suggested(ids, sentence, { again }) {
    this.offered = [...(again ? this.offered : []), ids.join("-")];
    this.next.hidden = false;
    this.offer.textContent = sentence;
  }

  /** The suggestion is no longer what is held. */
  over() {
    this.offer.textContent = "";
  }

  /** Another wish has suggestions of its own, and so has one of which all were shown. */
  forget() {
    this.offered = [];
    if (document.activeElement === this.next) this.element.querySelector("#best").focus();
    this.next.hidden = true;
  }
}
