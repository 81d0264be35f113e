const place = document.getElementById("redoc");
const system = "system-ui, sans-serif";
Redoc.init(
  place.dataset.schema,
  { disableSearch: false, theme: { typography: { fontFamily: system, headings: { fontFamily: system } } } },
  place,
);
