package main

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestCommandsAreInTheUsage(t *testing.T) {
	for name := range commands {
		if !strings.Contains(usage, "\n  "+name+" ") {
			t.Errorf("the usage says nothing of %s", name)
		}
	}
}

func TestWhatMakesNoCommand(t *testing.T) {
	for _, args := range [][]string{{"heal"}, {"doctor", "now"}, {"backend", "--install"}, {"verify"}} {
		if err := run(args); err == nil || !strings.Contains(err.Error(), "vitrine help") {
			t.Errorf("%q: error %v, want one that says where help is", args, err)
		}
	}
}

// TestMain lets the tests run the command itself, as another process.
func TestMain(m *testing.M) {
	if args, ok := os.LookupEnv("VITRINE_TEST_ARGS"); ok {
		os.Args = append(os.Args[:1], strings.Fields(args)...)
		main()
		return
	}
	m.Run()
}

func TestDoctorFailsForABackendThatCannotBeOpened(t *testing.T) {
	var stdout, stderr strings.Builder
	doctor := exec.Command(os.Args[0])
	doctor.Env = append(os.Environ(), "VITRINE_TEST_ARGS=doctor", "GOMLX_BACKEND=xla:/not/there.so", "VITRINE_CACHE="+t.TempDir())
	doctor.Stdout, doctor.Stderr = &stdout, &stderr
	err := doctor.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("expected exit status 1, came %v", err)
	}
	said := stdout.String()
	for _, want := range []string{"WRONG  opens", "/not/there.so", "to mend: ", "ok     same seed, same bits", "1 thing is WRONG."} {
		if !strings.Contains(said, want) {
			t.Errorf("the report lacks %q:\n%s", want, said)
		}
	}
	if !strings.HasPrefix(said, "Built from\n") || !strings.HasSuffix(said, "WRONG.\n") {
		t.Errorf("something else than the report is on the standard output:\n%s", said)
	}
}
