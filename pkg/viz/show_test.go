//go:build unix

package viz

import (
	"encoding/gob"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

func TestShowOutsideANotebook(t *testing.T) {
	if gonbui.IsNotebook {
		t.Skip("this is the child of TestShow")
	}
	if err := Show(figures()["samplegrid"]); !errors.Is(err, ErrNoNotebook) || !strings.Contains(err.Error(), "viz.WriteFile") {
		t.Errorf("error %v, want %v", err, ErrNoNotebook)
	}
}

// TestShow runs itself as a cell's process and takes the kernel's part.
func TestShow(t *testing.T) {
	if gonbui.IsNotebook {
		for _, name := range []string{"samplegrid", "trainingcurve", "residualtable"} {
			if err := Show(figures()[name]); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	for _, pipe := range []string{in, out} {
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			t.Skip(err)
		}
	}
	cell := exec.Command(os.Args[0], "-test.run=^TestShow$", "-test.timeout=60s")
	cell.Env = append(os.Environ(), protocol.GONB_PIPE_ENV+"="+in, protocol.GONB_PIPE_BACK_ENV+"="+out, protocol.GONB_TMP_DIR_ENV+"="+dir)
	cell.Stdout, cell.Stderr = os.Stderr, os.Stderr
	if err := cell.Start(); err != nil {
		t.Fatal(err)
	}
	shown := make(chan []*protocol.DisplayData, 1)
	go func() { shown <- serve(t, in, out) }()
	if err := cell.Wait(); err != nil {
		t.Fatal(err)
	}
	var all []*protocol.DisplayData
	select {
	case all = <-shown:
	case <-time.After(10 * time.Second):
		t.Fatal("the pipe is still open")
	}
	if len(all) != 3 {
		t.Fatalf("%d displays for 3 figures", len(all))
	}
	for i, display := range all {
		html, _ := display.Data[protocol.MIMETextHTML].(string)
		svg, _ := display.Data[protocol.MIMEImageSVG].(string)
		text, _ := display.Data[protocol.MIMETextPlain].(string)
		if !strings.Contains(html, "<div data-vitrine-") || !strings.HasPrefix(svg, "<svg ") || text == "" {
			t.Errorf("display %d: %d bytes of HTML, %d of SVG, text %q", i, len(html), len(svg), text)
		}
		if got, want := strings.Contains(html, "DecompressionStream"), i == 0; got != want {
			t.Errorf("display %d carries the library: %v, want %v", i, got, want)
		}
	}
}

// serve reads what is shown until the cell ends, and acknowledges.
func serve(t *testing.T, in, out string) (all []*protocol.DisplayData) {
	r, err := os.Open(in)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer r.Close()
	w, err := os.OpenFile(out, os.O_WRONLY, 0)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer w.Close()
	acknowledge := gob.NewEncoder(w)
	for d := gob.NewDecoder(r); ; {
		display := &protocol.DisplayData{}
		if err := d.Decode(display); err != nil {
			return all
		}
		if sync, ok := display.Data[protocol.MIMECommValue].(protocol.CommValue); ok {
			if err := acknowledge.Encode(&protocol.CommValue{Address: protocol.GonbuiSyncAckAddress, Value: sync.Value}); err != nil {
				t.Error(err)
			}
			continue
		}
		all = append(all, display)
	}
}
