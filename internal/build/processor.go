package build

import (
	"bufio"
	"os"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sys/cpu"
)

// Processor says which kind of processor this is, as far as compilers heed it: its model, where the system tells, and the widest vectors
// that it has. The same program may give other bits on another.
var Processor = sync.OnceValue(func() string {
	model := runtime.GOARCH
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if key, value, found := strings.Cut(lines.Text(), ":"); found && strings.TrimSpace(key) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	for _, has := range []struct {
		it   bool
		name string
	}{{cpu.X86.HasAVX512F, "AVX-512"}, {cpu.X86.HasAVX2, "AVX2"}, {cpu.X86.HasAVX, "AVX"}, {cpu.ARM64.HasSVE, "SVE"}} {
		if has.it {
			return model + ", " + has.name
		}
	}
	return model
})
