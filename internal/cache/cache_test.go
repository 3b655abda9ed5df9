package cache

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestDir(t *testing.T) {
	root := filepath.Join(t.TempDir(), "not yet there")
	t.Setenv(EnvVar, root)
	dir, err := Dir("nets", "abc")
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(root, "nets", "abc"); dir != want {
		t.Errorf("got %s, want %s", dir, want)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		t.Errorf("the folder was not made: %v", err)
	}
}

func TestDirDefault(t *testing.T) {
	home := t.TempDir()
	t.Setenv(EnvVar, "")
	t.Setenv("HOME", home)
	t.Setenv("XDG_CACHE_HOME", "")
	dir, err := Dir()
	if err != nil {
		t.Fatal(err)
	}
	user, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(user, "vitrine"); dir != want {
		t.Errorf("got %s, want %s", dir, want)
	}
}

func TestDirThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(EnvVar, file)
	if _, err := Dir("x"); err == nil {
		t.Error("no error for a folder below a file")
	}
}

func TestKey(t *testing.T) {
	type options struct{ A, B int }
	if first, again := Key("a", options{1, 2}), Key("a", options{1, 2}); first != again {
		t.Error("the same parts give two keys")
	}
	seen := map[string]bool{}
	for _, parts := range [][]any{{}, {""}, {"ab"}, {"a", "b"}, {options{1, 2}}, {options{2, 1}}, {1}, {"1"}, {nil}} {
		key := Key(parts...)
		if seen[key] {
			t.Errorf("%v has the key of others", parts)
		}
		seen[key] = true
		if len(key) != 64 {
			t.Errorf("%v: %q", parts, key)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic for NaN")
		}
	}()
	Key(math.NaN())
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := Lock(context.Background(), path, func() { t.Error("waits for a free lock") })
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	waited := 0
	if _, err := Lock(short, path, func() { waited++ }); !errors.Is(err, context.DeadlineExceeded) || waited != 1 {
		t.Errorf("waited %d times, error %v", waited, err)
	}
	second := make(chan error)
	go func() {
		unlock, err := Lock(context.Background(), path, func() { second <- nil })
		if err == nil {
			err = unlock()
		}
		second <- err
	}()
	if err := <-second; err != nil { // it waits
		t.Fatal(err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	if err := <-second; err != nil {
		t.Error(err)
	}
	if _, err := Lock(context.Background(), filepath.Join(path, "x"), nil); err == nil {
		t.Error("no error for a lock in a folder that is not there")
	}
}
