package viz

import (
	"os"
	"path/filepath"
	"testing"
)

// TestGallery writes every figure as a page, in each theme, where VITRINE_GALLERY says so: for a browser to look at (scripts/lib/gallery.py).
func TestGallery(t *testing.T) {
	dir := os.Getenv("VITRINE_GALLERY")
	if dir == "" {
		t.Skip("VITRINE_GALLERY is not set")
	}
	for name, f := range figures() {
		for theme, ending := range map[Theme]string{Auto: "", Dark: ".dark"} {
			if err := WriteFile(theme.Of(f), filepath.Join(dir, name+ending+".html")); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
