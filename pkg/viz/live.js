// Unpacks the library and makes the charts of this page live. Called with the library: gzip, base64. Charts stand in window.vitrineQueue,
// before or after this script; where anything fails, their static pictures stay.
(function (packed) {
  var w = window;
  if (w.vitrineLibrary) return; // another output of this page holds it, too
  w.vitrineLibrary = true;

  function live(chart) {
    var boxes = document.querySelectorAll('[data-vitrine-chart][id="' + chart.id + '"]:not([data-vitrine-live])');
    for (var i = 0; i < boxes.length; i++) {
      var plot = boxes[i].querySelector('[data-vitrine-plot]');
      if (!plot) continue;
      var stage = document.createElement('div');
      stage.style.cssText = 'width:' + chart.width + 'px;height:' + chart.height + 'px';
      try {
        w.vitrineECharts.init(stage, null, { renderer: 'svg', width: chart.width, height: chart.height }).setOption(chart.option);
      } catch (e) {
        continue;
      }
      plot.replaceChildren(stage);
      boxes[i].setAttribute('data-vitrine-live', '');
    }
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
  }

  try {
    var bytes = Uint8Array.from(atob(packed), function (c) { return c.charCodeAt(0); });
    var stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    new Response(stream).text().then(start).catch(function () { w.vitrineLibrary = false; });
  } catch (e) {
    w.vitrineLibrary = false;
  }
})
