// The value of this script is a function that draws an option as SVG.
(function (option, width, height) {
  var chart = vitrineECharts.init(null, null, { renderer: 'svg', ssr: true, width: width, height: height });
  try {
    option = JSON.parse(option);
    option.animation = false;
    chart.setOption(option);
    var series = [].concat(option.series || []);
    for (var i = 0; i < series.length; i++) {
      // ECharts leaves out a series whose type it does not know, without a word.
      if (!chart.getModel().getSeriesByIndex(i)) throw new Error('no series of type ' + series[i].type + ' in this ECharts');
    }
    var painter = chart.getZr().painter;
    painter._id = 'zr0'; // element ids begin with it, and it counts the charts of this machine
    return painter.renderToString({ cssAnimation: false, cssEmphasis: false }).replace(/ ecmeta_\w+="[^"]*"/g, '');
  } finally {
    chart.dispose();
  }
});
