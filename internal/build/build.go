// Package build knows the versions of what a result depends on.
package build

import (
	"runtime"
	"runtime/debug"
	"sync"
)

// counted are the modules whose version may change a result.
var counted = []string{
	"github.com/vitrine-ml/vitrine",
	"github.com/gomlx/gomlx",
	"github.com/gomlx/compute",
	"github.com/gomlx/go-xla",
}

// Versions are those of Go and of the modules that compute, as this program was built. A module under development is "(devel)".
var Versions = sync.OnceValue(func() map[string]string {
	v := map[string]string{"go": runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	have := map[string]string{info.Main.Path: info.Main.Version}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		have[m.Path] = m.Version
	}
	for _, path := range counted {
		if version, ok := have[path]; ok {
			if version == "" {
				version = "(devel)"
			}
			v[path] = version
		}
	}
	return v
})

// Platform is the operating system and processor type: "linux/amd64".
const Platform = runtime.GOOS + "/" + runtime.GOARCH
