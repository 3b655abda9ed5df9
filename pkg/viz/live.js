// Unpacks the library and makes the charts of this page live. Called with the library: gzip, base64. Charts stand in window.vitrineQueue,
// before or after this script; where anything fails, their static pictures stay.
(function (packed) {
  var w = window;
  if (w.vitrineLibrary) return; // another output of this page holds it, too
  w.vitrineLibrary = true;

  // What the chart has of the colours and pictures in its table, as in painted of paint.go.
  function painted(value, key, table) {
    if (Array.isArray(value)) return value.map(function (v) { return painted(v, key, table); });
    if (value && typeof value === 'object') {
      var out = {};
      Object.keys(value).forEach(function (k) { out[k] = painted(value[k], k, table); });
      return out;
    }
    return /(color|fill|stroke)$|^image$|^subtext$/i.test(key) && Object.hasOwn(table, value) ? table[value] : value;
  }

  // A chart without a theme of its own is dark where the page's style made its box so.
  function dark(box, chart) {
    return chart.theme === 'dark' || !!chart.dark && getComputedStyle(box).backgroundColor !== 'rgb(255, 255, 255)';
  }

  var shown = [];

  function draw(of) {
    var stage = document.createElement('div');
    stage.style.cssText = 'width:' + of.chart.width + 'px;height:' + of.chart.height + 'px';
    of.dark = dark(of.box, of.chart);
    var drawn = w.vitrineECharts.init(stage, of.dark ? 'dark' : null, { renderer: 'svg', width: of.chart.width, height: of.chart.height });
    drawn.setOption(of.dark && of.chart.dark ? painted(of.chart.option, '', of.chart.dark) : of.chart.option);
    if (of.drawn) of.drawn.dispose();
    of.drawn = drawn;
    of.box.querySelector('[data-vitrine-plot]').replaceChildren(stage);
  }

  function live(chart) {
    var boxes = document.querySelectorAll('[data-vitrine-chart][id="' + chart.id + '"]:not([data-vitrine-live])');
    for (var i = 0; i < boxes.length; i++) {
      if (!boxes[i].querySelector('[data-vitrine-plot]')) continue;
      var of = { box: boxes[i], chart: chart };
      try {
        draw(of);
      } catch (e) {
        continue;
      }
      of.box.setAttribute('data-vitrine-live', '');
      shown.push(of);
    }
  }

  function follow() {
    shown = shown.filter(function (of) { return of.box.isConnected; });
    shown.forEach(function (of) { if (dark(of.box, of.chart) !== of.dark) draw(of); });
  }

  function start(code) {
    var script = document.createElement('script');
    script.textContent = code;
    document.head.appendChild(script);
    script.remove();
    if (!w.vitrineECharts) throw new Error('no library');
    var waiting = w.vitrineQueue || [];
    w.vitrineQueue = { push: live };
    waiting.forEach(live);
    w.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', follow);
    new MutationObserver(follow).observe(document.body, { attributeFilter: ['style', 'class', 'data-jp-theme-light'] }); // JupyterLab's theme
  }

  try {
    var bytes = Uint8Array.from(atob(packed), function (c) { return c.charCodeAt(0); });
    var stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    new Response(stream).text().then(start).catch(function () { w.vitrineLibrary = false; });
  } catch (e) {
    w.vitrineLibrary = false;
  }
})
