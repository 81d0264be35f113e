// The server's clock, as far as this page knows it: the offset is taken anew from each answer.

let offset = 0;

export function setServerTime(text) {
  if (text) offset = Date.parse(text) - Date.now();
}

export function serverNow() {
  return Date.now() + offset;
}

export function asMinutes(milliseconds) {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}
