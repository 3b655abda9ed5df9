package backend

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// withoutSignals runs f with all signals blocked in its thread, so that threads which f starts never get one: code that XLA's CPU compiler
// makes does not survive a signal (a profiler's, or one sent to the process) on its worker threads, and corrupts memory.
func withoutSignals[T any](f func() (T, error)) (T, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all, before unix.Sigset_t
	for i := range all.Val {
		all.Val[i] = ^all.Val[i]
	}
	if err := unix.PthreadSigmask(unix.SIG_SETMASK, &all, &before); err != nil {
		return f()
	}
	defer unix.PthreadSigmask(unix.SIG_SETMASK, &before, nil) //nolint:errcheck // cannot fail: the mask came from it
	return f()
}
