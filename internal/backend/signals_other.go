//go:build !linux

package backend

// withoutSignals runs f; see signals_linux.go.
func withoutSignals[T any](f func() (T, error)) (T, error) { return f() }
