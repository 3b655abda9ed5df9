package train

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vitrine-ml/vitrine/internal/cache"
)

// childEnv makes the test binary a program that trains: its value is the number of epochs.
const childEnv = "VITRINE_TRAIN_CHILD"

func TestMain(m *testing.M) {
	if epochs := os.Getenv(childEnv); epochs != "" {
		if err := child(epochs); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child trains and prints the weights' hash and the history.
func child(epochs string) error {
	n := 0
	if _, err := fmt.Sscan(epochs, &n); err != nil {
		return err
	}
	checkpointEvery = time.Millisecond
	a, set, c, err := smallTraining(n)
	if err != nil {
		return err
	}
	net, h, err := FitOrLoad(a, set, c)
	if err != nil {
		return err
	}
	hash, err := net.WeightsHash()
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode([]any{hash, timeless(h)})
}

// start starts a child. Its results come on the channel.
func start(t *testing.T, dir string, epochs int, env ...string) (*exec.Cmd, <-chan result) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), cache.EnvVar+"="+dir, fmt.Sprintf("%s=%d", childEnv, epochs)), env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan result, 1)
	go func() {
		err := cmd.Wait()
		done <- result{stdout.String(), stderr.String(), err}
	}()
	return cmd, done
}

type result struct {
	stdout, stderr string
	err            error
}

func finish(t *testing.T, dir string, epochs int, env ...string) result {
	t.Helper()
	_, done := start(t, dir, epochs, env...)
	r := <-done
	if r.err != nil {
		t.Fatalf("%v: %s", r.err, r.stderr)
	}
	return r
}

const pureGo = "GOMLX_BACKEND=go"

func TestSameBitsInTwoProcesses(t *testing.T) {
	one, two := finish(t, t.TempDir(), 2), finish(t, t.TempDir(), 2)
	if one.stdout != two.stdout || one.stdout == "" {
		t.Errorf("two processes:\n%s\n%s", one.stdout, two.stdout)
	}
}

func TestLoadingPrintsNothing(t *testing.T) {
	dir := t.TempDir()
	first := finish(t, dir, 1, pureGo)
	second := finish(t, dir, 1, pureGo)
	if second.stdout != first.stdout || second.stderr != "" {
		t.Errorf("stdout %q, then %q and on stderr %q", first.stdout, second.stdout, second.stderr)
	}
}

// A training that is killed at any moment, again and again, ends with the bits of one that ran through. VITRINE_FULL=1 kills 100 times.
func TestKilled(t *testing.T) {
	kills, epochs := 20, 30
	if os.Getenv("VITRINE_FULL") == "1" {
		kills = 100
	}
	want := finish(t, t.TempDir(), epochs, pureGo).stdout
	rng := rand.New(rand.NewPCG(1, 1))
	dir := t.TempDir()
	for killed := 0; killed < kills; {
		cmd, done := start(t, dir, epochs, pureGo)
		timer := time.After(time.Duration(30+rng.IntN(300)) * time.Millisecond)
		select {
		case <-timer:
			if err := cmd.Process.Kill(); err != nil {
				t.Log(err) // it may have ended just now
			}
			if r := <-done; r.err != nil {
				killed++
				continue
			}
		case r := <-done:
			if r.err != nil || r.stdout != want {
				t.Fatalf("after %d kills: %v\n%s\ngot  %s\nwant %s", killed, r.err, r.stderr, r.stdout, want)
			}
		}
		dir = t.TempDir() // that one was done: another
	}
	if got := finish(t, dir, epochs, pureGo).stdout; got != want {
		t.Errorf("after %d kills:\ngot  %s\nwant %s", kills, got, want)
	}
}

// Jupyter's stop button is SIGINT, and SIGKILL five seconds later.
func TestInterrupt(t *testing.T) {
	const epochs = 1000
	dir := t.TempDir()
	cmd, done := start(t, dir, epochs, pureGo)
	for began := false; !began; time.Sleep(10 * time.Millisecond) {
		files, err := filepath.Glob(filepath.Join(dir, "nets", "*", checkpointGlob))
		if err != nil {
			t.Fatal(err)
		}
		began = len(files) > 0
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	asked := time.Now()
	r := <-done
	var exit *exec.ExitError
	if !errors.As(r.err, &exit) || exit.ExitCode() != 1 || !strings.Contains(r.stderr, "running it again goes on from here: context canceled") {
		t.Errorf("%v: %s", r.err, r.stderr)
	}
	if d := time.Since(asked); d > 2*time.Second {
		t.Errorf("it took %s to stop", d)
	}
}
