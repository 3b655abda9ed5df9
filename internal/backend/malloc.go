//go:build cgo && !noxla && ((linux && (amd64 || arm64)) || (darwin && arm64))

package backend

/*
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
static void keep_memory(int bytes) {
	mallopt(M_MMAP_THRESHOLD, bytes);
	mallopt(M_TRIM_THRESHOLD, bytes);
}
#else
static void keep_memory(int bytes) {}
#endif
*/
import "C"

// kept is how much memory that XLA has let go of stays with the process: 1 GiB.
const kept = 1 << 30

// keepMemory has glibc keep what XLA lets go of. A program allocates anew in every call what it needs on the way; from 32 MB on, glibc gets
// that from the kernel each time, whose zeros then take a fifth of an LSTM's training step.
func keepMemory() { C.keep_memory(kept) }
