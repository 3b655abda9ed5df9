// Package backend chooses what computes: an XLA plugin where there is one, pure Go where there is none.
package backend

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"
)

// pureGo is the setting of the Go backend that does not deadlock: with a bounded number of workers, large matrix products hold every
// worker's place and wait for one more.
const pureGo = "go:parallelism=-1"

// Choice is a backend's configuration in GoMLX's form ("xla:cpu", "go:parallelism=-1") and why it was taken.
type Choice struct{ Config, Why string }

func (c Choice) String() string { return fmt.Sprintf("%s, because %s", c.Config, c.Why) }

// Choose says which backend Open would take. GOMLX_BACKEND wins over all; VITRINE_BACKEND_WHY may say why it was set.
func Choose() Choice {
	if config := os.Getenv(compute.ConfigEnvVar); config != "" {
		why := os.Getenv("VITRINE_BACKEND_WHY")
		if why == "" {
			why = compute.ConfigEnvVar + " is set"
		}
		if config == "go" {
			config, why = pureGo, why+" (with unbounded workers, as bounded ones can deadlock)"
		}
		return Choice{config, why}
	}
	if plugin := installedPlugin(); plugin != "" {
		return Choice{"xla:" + plugin, "an XLA plugin is installed"}
	}
	return Choice{pureGo, withoutXLA}
}

// Open returns this process's backend, which is opened at the first call and lives as long as the process.
var Open = sync.OnceValues(func() (compute.Backend, error) {
	choice := Choose()
	b, err := open(choice.Config)
	if err != nil {
		return nil, fmt.Errorf("backend: cannot open %s (taken because %s): %w; GOMLX_BACKEND=%s runs on pure Go", choice.Config, choice.Why, err, pureGo)
	}
	return b, nil
})

// Host returns a pure-Go backend, on which graphs are traced and variables initialised whatever computes later: that is quicker than
// compiling for a device, and the same seed then gives the same initial weights on every backend.
var Host = sync.OnceValues(func() (compute.Backend, error) { return open(pureGo) })

func open(config string) (b compute.Backend, err error) {
	defer func() {
		if r := recover(); r != nil { // an unknown name panics
			err = fmt.Errorf("%v", r)
		}
	}()
	// So that the graph shows the operations that are run, not fused ones in their place.
	if _, set := os.LookupEnv("GOMLX_FUSION"); !set {
		if err := os.Setenv("GOMLX_FUSION", "0"); err != nil {
			return nil, err
		}
	}
	if err := os.Setenv("GOMLX_NO_AUTO_INSTALL", "1"); err != nil {
		return nil, err
	}
	if rest, isGo := strings.CutPrefix(config, gobackend.BackendName+":"); isGo {
		return quietly(func() (compute.Backend, error) { return gobackend.New(rest) })
	}
	if err := fixThreads(); err != nil {
		return nil, err
	}
	keepMemory()
	return withoutSignals(func() (compute.Backend, error) { return compute.NewWithConfig(config) })
}

// threads is how many XLA computes with on a CPU. It would take one a core, though never fewer than four, and share out a long sum of
// products (the gradient of a convolution's weights) by their number, which rounds it in another way: a process that may use eight cores
// and one that may use two would train other weights. With more than four, training differs from what it is on a small machine.
const threads = "4"

// threadVariables are those that XLA heeds, the first of them first.
var threadVariables = []string{"PJRT_NPROC", "NPROC"}

// askedThreads is how many the user says, "" if nothing.
func askedThreads() string {
	for _, name := range threadVariables {
		if n, set := os.LookupEnv(name); set {
			return n
		}
	}
	return ""
}

// fixThreads has XLA take that many threads, unless the user says how many.
func fixThreads() error {
	if askedThreads() != "" {
		return nil
	}
	return os.Setenv(threadVariables[0], threads)
}

// quietly keeps off the standard output the line that the Go backend prints about its workers.
func quietly(f func() (compute.Backend, error)) (compute.Backend, error) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return f()
	}
	defer null.Close()
	stdout := os.Stdout
	os.Stdout = null
	defer func() { os.Stdout = stdout }()
	return f()
}

// Kind names what the choice computes with, without paths and options: "xla:cpu", "xla:libpjrt_cpu.so", "go"; with "16 threads" where the user
// wants another number of XLA's. Results with the same seed are the same bits only on the same kind.
func (c Choice) Kind() string {
	name, plugin, _ := strings.Cut(c.Config, ":")
	if name == gobackend.BackendName {
		return name
	}
	plugin, _, _ = strings.Cut(plugin, ",")
	kind := name + ":" + filepath.Base(plugin)
	if n := askedThreads(); n != "" && n != threads {
		kind += ", " + n + " threads"
	}
	return kind
}
