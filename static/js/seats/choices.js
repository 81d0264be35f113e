// Groups that can be taken with one press, instead of seats that cannot be had.

export function drawChoices(element, choices) {
  element.replaceChildren(...choices.flatMap((choice) => [button(choice), " "]));
  element.hidden = choices.length === 0;
}

function button({ value, names, price }) {
  const made = Object.assign(document.createElement("button"), { className: "button button--quiet", name: "take", value });
  made.setAttribute("form", "seats");
  made.append(`Take ${names} `, Object.assign(document.createElement("span"), { className: "muted number", textContent: price }));
  return made;
}
