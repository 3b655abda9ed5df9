// Package cache says where what was computed is kept, under which name, and who may write there. A cell of a notebook is a process of its
// own: what one has trained, the next finds here, under a hash of all that made it.
package cache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// EnvVar names the environment variable that says where the cache is.
const EnvVar = "VITRINE_CACHE"

// Path is a place in the cache, which need not be there: parts below $VITRINE_CACHE or, where that is not set, below "vitrine" in the
// user's cache folder.
func Path(parts ...string) (string, error) {
	root := os.Getenv(EnvVar)
	if root == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("cache: no folder for it: %w; %s can name one", err, EnvVar)
		}
		root = filepath.Join(user, "vitrine")
	}
	return filepath.Join(append([]string{root}, parts...)...), nil
}

// Dir is Path as a folder, made if it is not there.
func Dir(parts ...string) (string, error) {
	dir, err := Path(parts...)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("cache: %w; %s can name another folder", err, EnvVar)
	}
	return dir, nil
}

// Key is the SHA-256, in hexadecimal, of parts as JSON. It panics for what JSON cannot hold (channels, functions, NaN): checking options is
// the caller's business.
func Key(parts ...any) string {
	b, err := json.Marshal(parts)
	if err != nil {
		panic(fmt.Errorf("cache: key: %w", err))
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// retry is how often a lock that another process holds is tried again.
const retry = 100 * time.Millisecond

// Lock takes the lock that is the file at path, for this process alone, until unlock is called or the process ends. If another has it,
// waiting is called once (it may be nil) and Lock waits for it or for ctx.
func Lock(ctx context.Context, path string, waiting func()) (unlock func() error, err error) {
	lock := flock.New(path)
	ok, err := lock.TryLock()
	if err == nil && !ok {
		if waiting != nil {
			waiting()
		}
		_, err = lock.TryLockContext(ctx, retry)
	}
	if err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("cache: lock %s: %w", path, err)
	}
	return lock.Close, nil
}
