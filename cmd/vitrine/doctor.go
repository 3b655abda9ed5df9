package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/vitrine-ml/vitrine/cmd/vitrine/doctor"
)

// examine prints the doctor's report, and is an error if anything is wrong.
func examine(args []string) error {
	if len(args) != 0 {
		return fmt.Errorf("vitrine doctor: expected no arguments, got %q; %w", args, errUsage)
	}
	report := doctor.Examine()
	if err := report.Write(os.Stdout); err != nil {
		return err
	}
	if report.Wrong() > 0 {
		return errors.New("vitrine doctor: not all is well")
	}
	return nil
}
