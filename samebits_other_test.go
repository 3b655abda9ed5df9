//go:build !linux

package vitrine_test

import (
	"errors"
	"os/exec"
)

const canConfine = false

// startOn starts a command; see samebits_linux_test.go.
func startOn(cores int, command *exec.Cmd) error {
	if cores > 0 {
		return errors.New("processes are kept to some cores on Linux only")
	}
	return command.Start()
}
