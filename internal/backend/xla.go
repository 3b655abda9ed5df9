//go:build cgo && !noxla && ((linux && (amd64 || arm64)) || (darwin && arm64))

package backend

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/installer"
)

const withoutXLA = "no XLA plugin is installed"

// installedPlugin is the name of an XLA plugin that is there: an accelerator's before the CPU's, "" if there is none.
func installedPlugin() string {
	xla.EnableAutoInstall(false)
	plugins := xla.GetAvailablePlugins()
	slices.Sort(plugins)
	for _, accelerator := range []bool{true, false} {
		for _, p := range plugins {
			if (p != "cpu" && !isCPU(p)) == accelerator {
				return p
			}
		}
	}
	return ""
}

func isCPU(plugin string) bool {
	ok, _ := filepath.Match("cpu*", plugin)
	return ok
}

// Install lets go-xla install the plugins for this machine below dir and returns the configuration that uses the best of them.
func Install(dir string) (Choice, error) {
	if err := installer.AutoInstall(dir, true, installer.Normal); err != nil {
		return Choice{}, fmt.Errorf("backend: go-xla's installer: %w", err)
	}
	found, err := filepath.Glob(filepath.Join(dir, "go-xla", "pjrt_c_api_*_plugin.*"))
	if err != nil || len(found) == 0 {
		return Choice{}, fmt.Errorf("backend: go-xla's installer left no plugin in %s", filepath.Join(dir, "go-xla"))
	}
	slices.Sort(found)
	best := found[0]
	for _, f := range found {
		if ok, _ := filepath.Match("*cuda*", filepath.Base(f)); ok {
			best = f
		}
	}
	best, err = filepath.Abs(best)
	if err != nil {
		return Choice{}, err
	}
	config := "xla:" + best
	if ok, _ := filepath.Match("*cpu*", filepath.Base(best)); ok {
		config += ",shared_buffers"
	}
	return Choice{config, "go-xla's installer put it there"}, nil
}
