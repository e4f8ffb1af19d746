// The points of one device's charts in ECharts, to hold the page's figures against.
/* global echarts */
const POINTS = 600;
const lines = Array.from({ length: 24 }, () => {
  const holder = document.createElement('div');
  Object.assign(holder.style, { width: '460px', height: '150px', float: 'left' });
  document.body.append(holder);
  const chart = echarts.init(holder);
  const points = Array.from({ length: POINTS }, (_, n) => [n * 1000, 40 + Math.random()]);
  chart.setOption({
    animation: false, grid: { left: 50, right: 10, top: 10, bottom: 30 }, xAxis: { type: 'time' },
    yAxis: { type: 'value', scale: true }, series: [{ type: 'line', showSymbol: false, data: points }],
  });
  return { chart, points };
});
window.bench = {
  tell() {
    for (const { chart, points } of lines) {
      points.shift();
      points.push([points.at(-1)[0] + 1000, 40 + Math.random()]);
      chart.setOption({ series: [{ data: points }] });
    }
  },
};
