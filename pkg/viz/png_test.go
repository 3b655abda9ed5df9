//go:build unix

package viz

import (
	"bytes"
	"context"
	"fmt"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// leftIn fails the test if anything lies in a folder.
func leftIn(t *testing.T, folder string) {
	t.Helper()
	left, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range left {
		t.Errorf("%s is left", file.Name())
	}
}

func TestPNG(t *testing.T) {
	if _, err := browser(); err != nil {
		t.Skip(err)
	}
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	c := drawn(t, Dark.Of(figures()["samplegrid"]))
	path := filepath.Join(t.TempDir(), "a.png")
	if err := WriteFile(c, path); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := m.Bounds().Size(), fmt.Sprintf("(%d,%d)", 2*c.Width, 2*c.Height); got.String() != want {
		t.Errorf("a picture of %v pixels, want %s", got, want)
	}
	at := func(x, y int) string { return css(color.RGBAModel.Convert(m.At(x, y)).(color.RGBA)) }
	// The corners are of the ground; the first image, of 160 pixels from (16, 72), has a black corner and a white middle above.
	for _, p := range []struct {
		x, y int
		want string
	}{{0, 0, turnedCSS(paper)}, {2*c.Width - 1, 2*c.Height - 1, turnedCSS(paper)}, {2 * 20, 2 * 76, "#000000"}, {2 * (16 + 80), 2 * 76, "#ffffff"}} {
		if got := at(p.x, p.y); got != p.want {
			t.Errorf("pixel (%d, %d) is %s, want %s", p.x, p.y, got, p.want)
		}
	}
	leftIn(t, temporary)
}

func TestPNGWithoutABrowser(t *testing.T) {
	t.Setenv(browserVariable, "/nowhere/chromium")
	if _, err := drawn(t, figures()["samplegrid"]).PNG(); err == nil || !strings.Contains(err.Error(), "VITRINE_CHROMIUM names no program") {
		t.Errorf("error %v of a program that is not there", err)
	}
	t.Setenv(browserVariable, "")
	t.Setenv("PATH", t.TempDir())
	path := filepath.Join(t.TempDir(), "a.png")
	err := WriteFile(figures()["samplegrid"], path)
	if err == nil {
		t.Skip("there is a browser outside of PATH")
	}
	for _, want := range []string{"Chromium or Chrome", "install it", "VITRINE_CHROMIUM", ".svg"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not say %q", err, want)
		}
	}
	leftIn(t, filepath.Dir(path))
}

// script is a program in place of a browser.
func script(t *testing.T, text string) string {
	path := filepath.Join(t.TempDir(), "browser")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPNGOfABrowserThatFails(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	for text, want := range map[string]string{"echo 'no display'; exit 3": "exit status 3: no display", "true": "shot.png: no such file"} {
		if _, err := photograph(context.Background(), script(t, text), []byte("<svg/>"), 10, 10); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", text, err, want)
		}
	}
	leftIn(t, temporary)
}

// A browser that hangs is ended with the processes that it has started.
func TestPNGOfABrowserThatHangs(t *testing.T) {
	temporary, note := t.TempDir(), filepath.Join(t.TempDir(), "pid")
	t.Setenv("TMPDIR", temporary)
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_, err := photograph(ctx, script(t, "sleep 100 & echo $! >"+note+"; wait"), []byte("<svg/>"), 10, 10)
	if err == nil || !strings.Contains(err.Error(), "did not end in time") {
		t.Errorf("error %v of a browser that hangs", err)
	}
	b, err := os.ReadFile(note)
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		state, _ := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(child)).Output()
		if syscall.Kill(child, 0) != nil || strings.HasPrefix(string(state), "Z") { // ended, though nobody may have asked after it
			leftIn(t, temporary)
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("the browser's child still runs")
}
