// A print button, where there is a script to print with.

const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => window.print());
