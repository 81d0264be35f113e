// The seat page: brings map, list, summary, clock and socket together. Without it the form works by itself.

import { Announcer } from "./announcer.js";
import { drawChoices } from "./choices.js";
import { setServerTime } from "./clock.js";
import { Countdown } from "./countdown.js";
import { Finder } from "./finder.js";
import { SeatList } from "./list.js";
import { Live } from "./live.js";
import { SeatMap } from "./map.js";
import { wordFor, Seats } from "./seats.js";
import { Server } from "./server.js";
import { Summary } from "./summary.js";

const $ = (id) => document.getElementById(id);
const form = $("seats");
const server = new Server(form);
const announcer = new Announcer($("announcer"));
const seats = new Seats(document.querySelectorAll("#map .seat"));
const map = new SeatMap($("map"), $("view"), seats);
const list = new SeatList($("list"), seats);
const summary = new Summary(seats);
const finder = new Finder($("finder"));
const countdown = new Countdown($("countdown"));
const live = new Live({ ...form.dataset, seq: Number(form.dataset.seq) });
let asking = Promise.resolve(); // one question at a time: answers cannot overtake each other

function names(some) {
  return some.map((seat) => seats.name(seat)).join(", ");
}

function showHolds(holds) {
  seats.prices = new Map(holds.map((hold) => [hold.seat_id, hold.price]));
  const ends = holds.map((hold) => Date.parse(hold.expires_at));
  $("clock").hidden = ends.length === 0;
  countdown.until(ends.length ? Math.min(...ends) : null);
}

function refuse(sentence, choices = []) {
  $("refusal-text").textContent = sentence;
  drawChoices($("instead"), choices);
  $("refusal").hidden = false;
  $("refusal").focus();
  announcer.say(sentence);
}

/** What Continue would refuse is said beside the choice, in silence: the choice may not be finished. */
function advise({ sentence, choices }) {
  $("advice-text").textContent = sentence;
  drawChoices($("advice-choices"), choices);
  $("advice").hidden = !sentence;
}

/** Take over the server's whole state; seats that were ours and are free again stay chosen. */
function accept(state, { given = [] } = {}) {
  live.watchAs(state.viewer);
  if (!live.caughtUp(state.seq)) return;
  setServerTime(state.server_now);
  showHolds(state.holds);
  advise(state.advice);
  const changes = seats.update(Object.entries(state.seats));
  keepChoice(changes.filter((change) => !given.includes(change.seat.id)));
  summary.draw();
}

function keepChoice(changes) {
  const ended = changes.filter(({ seat, was }) => was === "yours" && seat.status === "available").map(({ seat }) => seat);
  if (!ended.length) return;
  finder.over();
  seats.choose(ended.map((seat) => seat.id), true);
  if (!seats.picked().some((seat) => seat.status === "yours")) showHolds([]);
  $("last-minute").close();
  drawChoices($("instead"), []);
  $("refusal-text").textContent = `The time for ${names(ended)} ran out. Press “Hold these seats” to try for the same ones.`;
  $("refusal").hidden = false;
  announcer.say(`Your hold of ${names(ended)} has ended. Press Hold these seats to try again.`);
}

/** `given`: seats that this gives back, or may. */
function ask(action, ids, done, { given = [], more = [] } = {}) {
  const busy = [...ids, ...given];
  if (action !== "extend") finder.over();
  seats.setBusy(busy, true);
  asking = asking.then(async () => {
    try {
      const state = await server.ask(action, ids, more);
      accept(state, { given });
      if (state.error) refuse(state.error.sentence, state.error.choices);
      else {
        $("refusal").hidden = true;
        announcer.say(done(state));
      }
      if (state.error?.code === "no_more_suggestions") finder.forget();
      if (state.error?.code === "too_few_seats" || state.best?.is_apart) $("waitlist").hidden = false;
    } catch {
      refuse("The cinema could not be reached. Please try again.");
    } finally {
      seats.setBusy(busy, false);
    }
  });
}

const ids = (some) => some.map((seat) => seat.id);
const total = () => `Total ${$("total").textContent}.`;
const hold = (some) => ask("hold", ids(some), () => `${names(some)} held for you. ${total()}`);
const release = (some) => ask("release", ids(some), () => `${names(some)} given back.`, { given: ids(some) });
const extend = () => ask("extend", [], () => "Your seats are held for the full time again.");
const yours = () => ids(seats.picked().filter((seat) => seat.status === "yours"));
const take = (value) => {
  const wanted = value.split("-").map(Number);
  const given = yours().filter((id) => !wanted.includes(id));
  ask("choose", wanted, () => `${names(wanted.map((id) => seats.get(id)))} held for you. ${total()}`, { given });
};

/** The house chooses; what is held now goes back. */
function suggest(action) {
  const told = ({ best }) => {
    finder.suggested(best.seats, best.sentence, { again: action === "next" });
    return `${best.sentence} ${total()}`;
  };
  ask(action, [], told, { given: yours(), more: finder.asks() });
}

function drop(seat) {
  if (seat.status === "yours") release([seat]);
  else seats.choose([seat.id], false);
}

function toggle(seat) {
  if (seats.busy.has(seat.id)) seats.redraw([seat]);
  else if (seats.isPicked(seat)) drop(seat);
  else if (seat.status === "held") announcer.say(`${seats.name(seat)} is held by somebody else; it may come back.`);
  else if (seat.status === "sold") announcer.say(`${seats.name(seat)} is sold.`);
  else hold([seat]);
}

/** Changes made elsewhere are silent, but for the focused seat and our own. */
function applyLive({ detail: updates }) {
  const changes = seats.update(updates.map((update) => [update.seat_id, wordFor(update)]));
  const ours = updates.filter((update) => update.is_mine && update.status === "reserved" && update.expires_at);
  if (ours.length) countdown.until(Math.min(...ours.map((update) => Date.parse(update.expires_at))));
  $("clock").hidden = !seats.picked().some((seat) => seat.status === "yours");
  keepChoice(changes.filter(({ seat }) => !seats.busy.has(seat.id)));
  const noticed = changes.find(({ seat }) => seat === map.focused && !seats.busy.has(seat.id) && seat.status !== "yours");
  if (noticed) announcer.say(`${seats.name(noticed.seat)} is now ${noticed.seat.status}.`);
}

function resync() {
  asking = asking.then(async () => {
    try {
      accept(await server.state());
    } catch {
      // the next message, poll or key press tries again
    }
  });
}

function submitted(event) {
  const { name, value } = event.submitter ?? {};
  if (name === "action" && ["continue", "wait", "leave"].includes(value)) return;
  event.preventDefault();
  if (name === "drop") drop(seats.get(value));
  else if (name === "take") take(value);
  else if (value === "best" || value === "next") suggest(value);
  else if (value === "extend") extend();
  else if (seats.wished().length) hold(seats.wished());
}

map.addEventListener("toggle", (event) => toggle(event.detail));
map.addEventListener("leave", () => summary.focus());
list.addEventListener("toggle", (event) => toggle(event.detail));
live.addEventListener("updates", applyLive);
live.addEventListener("resync", resync);
live.addEventListener("paused", () => ($("live").hidden = false));
live.addEventListener("resumed", () => ($("live").hidden = true));
countdown.addEventListener("spoken", (event) => announcer.say(`${event.detail} left for your seats.`));
countdown.addEventListener("last-minute", () => $("last-minute").open || $("last-minute").showModal());
countdown.addEventListener("ended", () => setTimeout(resync, 300));
form.addEventListener("submit", submitted);
$("last-minute").addEventListener("click", (event) => {
  if (event.target.tagName !== "BUTTON") return;
  if (event.target.value === "extend") extend();
  $("last-minute").close();
});
$("zoom").addEventListener("click", (event) => event.target.closest("button") && map.zoom(event.target.closest("button").dataset.zoom));

setServerTime(form.dataset.now);
if (form.dataset.expires) countdown.until(Date.parse(form.dataset.expires));
const asked = form.dataset.chosen.split(",").filter(Boolean).map(Number);
if (asked.length) seats.choose(asked, true);
if (!$("refusal").hidden) $("refusal").focus();
