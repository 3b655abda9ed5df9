package echarts

import (
	_ "embed"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/dop251/goja"
)

// renderer is ECharts in a JavaScript machine. Starting it takes some hundred milliseconds, a chart some ten, so one is kept.
type renderer struct {
	mu   sync.Mutex
	draw func(option string, width, height int) (string, error)
}

var shared renderer

// SVG draws an ECharts option, which must be plain JSON, without a browser. The same option gives the same bytes, in every process.
// It may be called by many goroutines at once; they take turns.
func SVG(option []byte, width, height int) ([]byte, error) {
	if width <= 0 || height <= 0 {
		return nil, fmt.Errorf("echarts: a chart of %d × %d pixels: both must be positive", width, height)
	}
	if !json.Valid(option) {
		return nil, fmt.Errorf("echarts: the option is not JSON")
	}
	return shared.svg(string(option), width, height)
}

func (r *renderer) svg(option string, width, height int) (out []byte, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("echarts: draw: %v", p)
		}
		if err != nil {
			r.draw = nil // a machine that failed halfway may hold anything: the next chart gets a new one
		}
	}()
	if r.draw == nil {
		if r.draw, err = start(); err != nil {
			return nil, fmt.Errorf("echarts: start: %w", err)
		}
	}
	svg, err := r.draw(option, width, height)
	if err != nil {
		return nil, fmt.Errorf("echarts: draw: %w", err)
	}
	return []byte(svg), wellFormed(svg)
}

// wellFormed is a last look: ECharts escapes texts but not attributes, so that a font's name, say, could end one.
func wellFormed(svg string) error {
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := d.RawToken(); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("echarts: the picture is not well-formed (a quote or a control character in the option?): %w", err)
		}
	}
}

//go:embed ssr.js
var ssr string

// program is the library as goja compiles it, once a process.
var program = sync.OnceValues(func() (*goja.Program, error) { return goja.Compile("echarts.min.js", Script, false) })

// start makes a machine in which chance and time stand still: neither may show in a picture.
func start() (func(string, int, int) (string, error), error) {
	library, err := program()
	if err != nil {
		return nil, err
	}
	vm := goja.New()
	vm.SetRandSource(rand.New(rand.NewPCG(1, 1)).Float64)
	vm.SetTimeSource(func() time.Time { return time.Unix(0, 0).UTC() })
	if _, err := vm.RunString("var self = this; function setTimeout() { return 0 } function clearTimeout() {}"); err != nil {
		return nil, err
	}
	if _, err := vm.RunProgram(library); err != nil {
		return nil, err
	}
	v, err := vm.RunScript("ssr.js", ssr)
	if err != nil {
		return nil, err
	}
	var draw func(string, int, int) (string, error)
	return draw, vm.ExportTo(v, &draw)
}
