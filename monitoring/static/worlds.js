// Two worlds: their lines side by side, and the days on which the reform's levers took effect.
"use strict";

(() => {
  const { colour, day, number, percent, two } = globalThis.motcua;
  const HEIGHT = 250;
  let lines = JSON.parse(document.getElementById("lines").textContent);

  const seconds = (iso) => Date.parse(iso + "T00:00:00Z") / 1000;
  const less = (x, y) => x.map((value, i) => (value == null || y[i] == null ? null : value - y[i]));
  const signed = (x, text) => (x == null ? "–" : (x > 0 ? "+" : x < 0 ? "−" : "") + text(Math.abs(x)));
  const points = (x) => two.format(Math.round(x * 1e4) / 100);

  // Shares: from a little below the lowest of the later nine tenths of the days, so that the first ones,
  // on which hardly anything has fallen due, do not flatten the rest.
  const shareRange = () => {
    const from = Math.floor(lines.day.length / 10);
    const seen = [...lines.on_time_baseline.slice(from), ...lines.on_time_reform.slice(from)].filter((x) => x != null);
    const low = Math.min(...seen, 1), high = Math.max(...seen, 0);
    const room = Math.max((high - low) * 0.1, 0.002);
    return seen.length ? [Math.max(0, low - room), Math.min(1, high + room)] : [0, 1];
  };
  const countRange = (_, low, high) => [0, (high || 1) * 1.08];

  const last = (u) => {
    const drawn = u.data[1].map((x, i) => (x != null && u.data[2][i] != null ? i : -1));
    u.setLegend({ idx: Math.max(...drawn, 0) }, false);
  };

  function marks(u) {
    const { ctx, bbox } = u;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = colour("--soft");
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
    for (const [on, levers] of lines.levers) {
      // A day's point stands in its middle, and the lever took effect where the day begins.
      const x = Math.round(u.valToPos(seconds(on) - 43200, "x", true));
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.textAlign = x > bbox.left + bbox.width / 2 ? "right" : "left";
      ctx.fillText(levers.map((lever) => lever.split(":")[0]).join(", "), x, bbox.top - 6 * devicePixelRatio);
    }
    ctx.restore();
  }

  function options(place, scale) {
    const words = place.dataset;
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    const line = (label, stroke, width) => ({ label, stroke, width, scale: "y", points: { show: false }, value: (_, x) => scale.text(x) });
    return {
      width: place.clientWidth,
      height: HEIGHT,
      padding: [24, null, null, null],
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
      cursor: { y: false, points: { size: 7 }, sync: { key: "worlds" } },
      hooks: { ready: [last], setData: [last], setCursor: [(u) => u.cursor.idx == null && last(u)], draw: [marks] },
      scales: { x: { range: (_, low, high) => [low - 43200, high + 43200] }, y: { range: scale.range }, no: { range: [0, 1] } },
      bands: [[2, 1], [1, 2]].map((series) => ({ series, fill: colour("--between") })),
      axes: [
        { ...axis, grid: { show: false }, space: 70, incrs: [1, 2, 3, 5, 7, 14, 28, 56].map((d) => d * 86400), values: (_, at) => at.map((s) => day.format(s * 1000)) },
        { ...axis, scale: "y", size: 62, space: 36, values: (_, at) => at.map(scale.tick) },
      ],
      series: [
        { label: words.day, value: (_, s) => (s == null ? "–" : day.format(s * 1000)) },
        line(words.baseline, colour("--soft"), 2.5),
        line(words.reform, colour("--accent"), 2.5),
        { label: words.difference, scale: "no", paths: () => null, points: { show: false }, value: (_, x) => scale.less(x, words.points) },
      ],
    };
  }

  const charts = [
    {
      place: document.getElementById("shares"), name: "on_time",
      scale: {
        range: shareRange, text: percent, tick: (x) => number.format(Math.round(x * 1000) / 10) + " %",
        less: (x, unit) => (x == null ? "–" : `${signed(x, points)} ${unit}`),
      },
    },
    {
      place: document.getElementById("owed"), name: "letters",
      scale: {
        range: countRange, text: (n) => (n == null ? "–" : number.format(n)), tick: (n) => (Number.isInteger(n) ? number.format(n) : ""),
        less: (n) => signed(n, (x) => number.format(x)),
      },
    },
  ];

  const columns = (name) => {
    const baseline = lines[`${name}_baseline`], reform = lines[`${name}_reform`];
    return [lines.day.map(seconds), baseline, reform, less(reform, baseline)];
  };

  function draw() {
    for (const chart of charts) {
      if (chart.plot) chart.plot.destroy();
      chart.place.hidden = !lines.day.length;
      chart.plot = lines.day.length ? new uPlot(options(chart.place, chart.scale), columns(chart.name), chart.place) : null;
    }
  }

  function redraw(next) {
    if (JSON.stringify(next) === JSON.stringify(lines)) return;
    lines = next;
    for (const chart of charts) {
      if (!chart.plot) return draw();
      chart.plot.setData(columns(chart.name));
    }
  }

  draw();
  document.addEventListener("news", (event) => redraw(event.detail.worlds));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  for (const chart of charts) {
    new ResizeObserver(() => {
      const width = chart.place.clientWidth;
      if (chart.plot && chart.plot.width !== width) chart.plot.setSize({ width, height: HEIGHT });
    }).observe(chart.place);
  }
})();
