//go:build !unix

package viz

import (
	"context"
	"os/exec"
	"time"
)

// together runs a program and returns what it said.
func together(ctx context.Context, program string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.WaitDelay = 5 * time.Second
	return cmd.CombinedOutput()
}
