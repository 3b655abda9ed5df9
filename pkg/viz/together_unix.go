//go:build unix

package viz

import (
	"context"
	"os/exec"
	"syscall"
	"time"
)

// together runs a program and returns what it said. When it ends, or when it may take no longer, so do the processes that it has started.
func together(ctx context.Context, program string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	end := func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.Cancel, cmd.WaitDelay = end, 5*time.Second
	said, err := cmd.CombinedOutput()
	if cmd.Process != nil {
		_ = end() // of those that are left; mostly none is
	}
	return said, err
}
