// The figures are in the page already; this draws the chart and keeps everything up to date.
"use strict";

(() => {
  const chart = document.getElementById("chart");
  const HEIGHT = 230;
  const lang = document.documentElement.lang;
  const day = new Intl.DateTimeFormat(lang === "vi" ? "vi-VN" : "en-GB", { timeZone: "UTC", day: "numeric", month: "short" });
  const number = new Intl.NumberFormat(lang);
  const two = new Intl.NumberFormat(lang, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  // Rounded down, as the server does: what is below the target never reads as the target.
  const percent = (x) => (x == null ? "–" : two.format(Math.floor(+(x * 1e4).toFixed(6)) / 100) + " %");

  globalThis.motcua = { colour, day, number, percent, two };

  const columns = (t) => {
    const goal = Number(chart.dataset.goal);
    return [t.day.map((d) => Date.parse(d + "T00:00:00Z") / 1000), t.decided, t.online, t.on_time, t.day.map(() => goal)];
  };

  // From below all but one in twenty shares, so that one odd day does not flatten all others.
  const range = () => {
    const shares = [...trend.on_time, ...trend.online].filter((x) => x != null).sort((a, b) => a - b);
    const floor = Math.floor(Math.min(shares[Math.floor(shares.length / 20)] ?? 0.9, 0.95) * 20) / 20;
    return [floor, 1 + (1 - floor) * 0.04];
  };

  const last = (u) => u.setLegend({ idx: u.data[0].length - 1 }, false);

  function options() {
    const words = chart.dataset;
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    const line = (label, stroke, width, dash) => ({
      label, stroke, width, dash, scale: "share", points: { show: false }, spanGaps: true, value: (_, x) => percent(x),
    });
    return {
      width: chart.clientWidth,
      height: HEIGHT,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      cursor: { y: false, points: { size: 7 } },
      // With no pointer over the chart the legend shows the last day.
      hooks: { ready: [last], setCursor: [(u) => u.cursor.idx == null && last(u)] },
      scales: { x: { range: (_, low, high) => [low - 43200, high + 43200] }, share: { range }, many: { range: (_, low, high) => [0, (high || 1) * 2.5] } },
      axes: [
        { ...axis, grid: { show: false }, space: 70, incrs: [1, 2, 3, 5, 7, 14, 28, 56].map((d) => d * 86400), values: (_, at) => at.map((s) => day.format(s * 1000)) },
        { ...axis, scale: "share", size: 58, space: 36, values: (_, at) => at.map((x) => (x > 1 ? "" : number.format(Math.round(x * 1000) / 10) + " %")) },
      ],
      series: [
        { label: words.day, value: (_, s) => (s == null ? "–" : day.format(s * 1000)) },
        { label: words.decided, scale: "many", fill: colour("--bar"), width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.7, 24] }), value: (_, n) => (n == null ? "–" : number.format(n)) },
        line(words.online, colour("--soft"), 1.5),
        line(words.onTime, colour("--accent"), 2.5),
        { ...line(words.target, colour("--bad"), 1, [6, 5]), value: () => "" },
      ],
    };
  }

  let trend = JSON.parse(document.getElementById("trend").textContent);
  let plot = null;

  function draw() {
    if (plot) plot.destroy();
    plot = trend.day.length ? new uPlot(options(), columns(trend), chart) : null;
  }

  function redraw(next) {
    if (JSON.stringify(next) === JSON.stringify(trend)) return;
    const first = !trend.day.length;
    trend = next;
    if (first || !plot) draw();
    else plot.setData(columns(trend));
  }

  chart.hidden = !trend.day.length;
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new ResizeObserver(() => plot && plot.width !== chart.clientWidth && plot.setSize({ width: chart.clientWidth, height: HEIGHT })).observe(chart);

  for (const id of ["scenario", "with"]) {
    const select = document.getElementById(id);
    if (select) select.addEventListener("change", () => select.form.submit());
  }

  // Parts of the page come as HTML that the server has escaped; only those that differ are replaced.
  const shown = {};
  function receive(message) {
    const news = JSON.parse(message.data);
    for (const [id, html] of Object.entries(news.sections)) {
      if (shown[id] === html) continue;
      shown[id] = html;
      document.getElementById(id).innerHTML = html;
    }
    chart.hidden = !news.trend.day.length;
    redraw(news.trend);
    document.dispatchEvent(new CustomEvent("news", { detail: news }));
  }

  const state = document.getElementById("state");
  const say = (name) => { state.className = name; state.textContent = state.dataset[name]; };
  function follow() {
    const source = new EventSource(document.body.dataset.stream);
    source.onopen = () => say("live");
    source.onmessage = receive;
    source.onerror = () => {
      say("lost");
      // After a refusal the browser does not try again by itself.
      if (source.readyState === EventSource.CLOSED) setTimeout(follow, 5000);
    };
  }
  if (document.body.dataset.stream) follow();
})();
