package vitrine_test

import (
	"errors"
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"
)

const canConfine = true

// startOn starts a command that may use only so many cores (0: all). It inherits them from the thread that starts it, so that they are
// set before its first instruction, and before a runtime or a backend counts them.
func startOn(cores int, command *exec.Cmd) error {
	if cores == 0 {
		return command.Start()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all, some unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		return err
	}
	for cpu := 0; cpu < len(all)*64 && some.Count() < cores; cpu++ {
		if all.IsSet(cpu) {
			some.Set(cpu)
		}
	}
	if err := unix.SchedSetaffinity(0, &some); err != nil {
		return err
	}
	return errors.Join(command.Start(), unix.SchedSetaffinity(0, &all))
}
