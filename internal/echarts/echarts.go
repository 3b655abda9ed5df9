// Package echarts holds Apache ECharts, the part of it that Vitrine's figures use, and draws with it where there is no browser.
//
// The JavaScript is one file, built from exact versions by the script under js/ and kept in the repository, so that nothing is ever fetched:
// neither by a program nor by the page that it writes. LICENSE and NOTICE are those of the code in the file.
package echarts

import _ "embed"

//go:generate npm --prefix js ci --ignore-scripts
//go:generate npm --prefix js run build

// Script is the library. It is a classic script that defines one global, vitrineECharts, and touches nothing else.
//
//go:embed echarts.min.js
var Script string
