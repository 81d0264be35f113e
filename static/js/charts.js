// Chart.js draws on a canvas, which no style sheet reaches: give its words the colour of the page's, in either theme.
const paint = () => {
  for (const canvas of document.querySelectorAll("canvas.chart")) {
    const chart = Chart.getChart(canvas);
    if (!chart) continue;
    const { color } = getComputedStyle(canvas);
    chart.options.color = color;
    for (const axis of Object.values(chart.options.scales)) axis.ticks.color = axis.title.color = color;
    chart.update();
  }
};

window.addEventListener("load", paint);
new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["class"] });
