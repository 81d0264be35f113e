// What the page asks of the server. Answers are the whole state: seats, holds, clock, seq, and the refusal if there was one.

export class Server {
  constructor(form) {
    this.address = form.getAttribute("action");
    this.token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  }

  /** Signing in, be it in another tab, changes the token; the cookie always has the present one. */
  get csrf() {
    return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? this.token;
  }

  ask(action, ids = [], more = []) {
    const body = new URLSearchParams({ csrfmiddlewaretoken: this.csrf, action });
    for (const id of ids) body.append("seats", id);
    for (const [name, value] of more) body.append(name, value);
    return this.#fetch({ method: "POST", body });
  }

  state() {
    return this.#fetch({});
  }

  async #fetch(options) {
    const response = await fetch(this.address, { ...options, headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!response.headers.get("Content-Type")?.includes("json")) throw new Error(`status ${response.status}`);
    return response.json();
  }
}
