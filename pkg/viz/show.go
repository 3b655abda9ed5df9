package viz

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// ErrNoNotebook is what Show returns where there is nothing to show a figure on.
var ErrNoNotebook = errors.New(`viz: this is not a GoNB notebook: write the figure with viz.WriteFile(figure, "figure.html") and open that`)

// Show displays a figure in the notebook: live where its scripts may run, a static picture where they may not, words elsewhere.
func Show(f Figure) error {
	if !gonbui.IsNotebook {
		return ErrNoNotebook
	}
	c, err := f.Draw()
	if err != nil {
		return err
	}
	svg, err := c.SVG()
	if err != nil {
		return err
	}
	html, err := c.fragment(svg)
	if err != nil {
		return err
	}
	if c.Option != nil {
		id, err := c.id()
		if err != nil {
			return err
		}
		if carries(os.Getenv(protocol.GONB_TMP_DIR_ENV), id) {
			html = library() + html
		}
	}
	gonbui.SendData(&protocol.DisplayData{Data: map[protocol.MIMEType]any{
		protocol.MIMETextHTML:  html,
		protocol.MIMEImageSVG:  string(svg),
		protocol.MIMETextPlain: c.plain(),
	}})
	return delivered()
}

// delivered waits until the kernel has read what was sent: a cell's process may end right after, and what is still on its way is lost.
func delivered() error {
	if err := gonbui.Error(); err != nil {
		return fmt.Errorf("viz: the notebook's kernel cannot be reached: %w", err)
	}
	done := make(chan struct{})
	go func() {
		gonbui.Sync()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-time.After(10 * time.Second):
		return fmt.Errorf("viz: the notebook's kernel does not answer")
	}
}
