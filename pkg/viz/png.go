package viz

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// browserVariable names a browser that draws PNG pictures; without it, the usual names and places are looked through.
const browserVariable = "VITRINE_CHROMIUM"

// pngScale is how many pixels of a PNG picture one of the figure takes to either side, as on the screens of today.
const pngScale = 2

// pngTime is how long a browser may take for one picture.
const pngTime = time.Minute

// PNG is the chart's picture in pixels, twice as many to either side as its Width and Height. An installed Chromium or Chrome draws it, with the
// system's fonts and without a network; it is looked for in VITRINE_CHROMIUM, in PATH and where systems put it. The bytes are those of that
// browser and those fonts: where they must be the same everywhere, take [Chart.SVG].
func (c *Chart) PNG() ([]byte, error) {
	program, err := browser()
	if err != nil {
		return nil, err
	}
	svg, err := c.SVG()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), pngTime)
	defer cancel()
	b, err := photograph(ctx, program, svg, c.Width, c.Height)
	if err != nil {
		return nil, fmt.Errorf("viz: draw %q as PNG: %w", c.Title, err)
	}
	return b, nil
}

// browser finds a program that draws pages.
func browser() (string, error) {
	if named := os.Getenv(browserVariable); named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", fmt.Errorf("viz: %s names no program: %w", browserVariable, err)
		}
		return path, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "/snap/bin/chromium",
		"/opt/google/chrome/chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	install := "apt-get install chromium"
	if runtime.GOOS == "darwin" {
		install = "brew install --cask chromium"
	}
	return "", fmt.Errorf("viz: PNG pictures are drawn by Chromium or Chrome, and none was found: install it (%s), name it in %s, or write the figure as .svg, which needs none",
		install, browserVariable)
}

// photograph lets a browser show a picture and returns what is to be seen.
func photograph(ctx context.Context, program string, svg []byte, width, height int) (b []byte, err error) {
	folder, err := os.MkdirTemp("", "vitrine-png-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	page, shot := filepath.Join(folder, "page.html"), filepath.Join(folder, "shot.png")
	const markup = `<!DOCTYPE html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">` +
		`<body style="margin:0"><img style="display:block" width="%d" height="%d" src="data:image/svg+xml,%s">`
	if err := os.WriteFile(page, fmt.Appendf(nil, markup, width, height, escapeURL(svg)), 0o600); err != nil {
		return nil, err
	}
	args := []string{"--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--disable-extensions", "--host-resolver-rules=MAP * ~NOTFOUND", "--hide-scrollbars", "--user-data-dir=" + filepath.Join(folder, "profile"),
		fmt.Sprintf("--force-device-scale-factor=%d", pngScale), fmt.Sprintf("--window-size=%d,%d", max(width, 500), height+200), // more than the picture: some versions count a frame
		"--screenshot=" + shot}
	if os.Geteuid() == 0 { // whose processes Chromium does not fence in
		args = append(args, "--no-sandbox")
	}
	said, err := together(ctx, program, append(args, "file://"+filepath.ToSlash(page))...)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("%s did not end in time: %w", program, ctx.Err())
	}
	var full []byte
	if err == nil {
		full, err = os.ReadFile(shot)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %.500s", program, err, bytes.TrimSpace(said))
	}
	return cropped(full, pngScale*width, pngScale*height)
}

// cropped is the left upper part of a PNG picture.
func cropped(b []byte, width, height int) ([]byte, error) {
	whole, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	part := image.Rect(0, 0, width, height)
	if !part.In(whole.Bounds()) {
		return nil, fmt.Errorf("the browser drew %v pixels of %v", whole.Bounds().Size(), part.Size())
	}
	m := image.NewRGBA(part)
	draw.Draw(m, part, whole, image.Point{}, draw.Src)
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, m)
	return out.Bytes(), err
}
